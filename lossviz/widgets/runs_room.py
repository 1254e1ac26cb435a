"""What is behind the view *Runs*: rows of the table of runs, comparisons, and changes of runs."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from lossviz._arguments import ArgumentError
from lossviz.history import CONFIG, FAULTS, METRIC, Query, RunSummary, flat, recorder
from lossviz.training import Record, kernel_runs, live_runs
from lossviz.widgets import run_comparison
from lossviz.widgets.resume_offers import saved_run, why_not_resumed
from lossviz.widgets.room import Desk
from lossviz.widgets.worker import Worker
from lossviz.wire import publisher
from lossviz.wire.run_tables import ListedRun, RunsChange, RunsRequest, Scope

if TYPE_CHECKING:
    from lossviz.history.store import History

MOST_ROWS = 500
"""Most rows sent at once, and most runs compared or changed."""

MOST_COLUMNS = 200

MOST_COMPARED = 12

MOST_PAGES = 8
"""Pages whose order of runs is kept, so that scrolling does not shuffle them."""

_numbers = itertools.count()


class RunsRoom:
    """Answers the view *Runs* of one lab from a thread of its own, which alone reads history."""

    def __init__(self, desk: Desk) -> None:
        """Tell of the desk's lab."""
        self._session, self._answer = desk.session, desk.answer
        self._worker = Worker("runs")
        self._orders: dict[str, tuple[Query, list[str]]] = {}
        self._summed = False

    def take(self, kind: Any, message: dict[str, Any]) -> bool:
        """A page says something; whether that was for this view."""
        does: dict[Any, Callable[[dict[str, Any]], None]] = {
            "runs": self._list,
            "run_columns": self._tell_columns,
            "compare_runs": self._compare,
            "change_runs": self._change,
        }
        if kind not in does:
            return False
        # Of questions that came while another one was answered the last one counts; a change does.
        key = next(_numbers) if kind == "change_runs" else (kind, message.get("page"))
        self._worker.put(key, lambda: does[kind](message))
        return True

    # -- the table ------------------------------------------------------------------------------

    def _list(self, message: dict[str, Any]) -> None:
        asked: RunsRequest = {
            "type": "runs",
            "page": str(message["page"]),
            "number": int(message["number"]),
            "scope": message["scope"] if message["scope"] in get_args(Scope) else "all",
            "filter": str(message["filter"]),
            "sort": str(message["sort"]),
            "descending": bool(message["descending"]),
            "start": max(int(message["start"]), 0),
            "count": min(max(int(message["count"]), 0), MOST_ROWS),
            "columns": [str(one) for one in message["columns"]][:MOST_COLUMNS],
            "anew": bool(message["anew"]),
        }
        total, rows, trouble = 0, [], ""
        try:
            ids = self._ids(asked)
            total = len(ids)
            found = _history().listing.rows(ids[asked["start"] : asked["start"] + asked["count"]])
            rows = self._described(found, asked["columns"])
        except FAULTS as error:
            trouble = f"The run history could not be read: {error}"
        self._answer(
            {
                "type": "runs", "page": asked["page"], "number": asked["number"],
                "total": total, "start": asked["start"], "rows": rows, "trouble": trouble,
            }
        )  # fmt: skip
        if not self._summed and not trouble:
            self._worker.put("sum up", self._sum_up)

    def _ids(self, asked: RunsRequest) -> list[str]:
        """The ids of all rows, in order; for a page that scrolls, those that it got before."""
        own = tuple(run.id for run in self._session.runs) if asked["scope"] == "lab" else None
        query = Query(
            runs=own,
            own=asked["scope"] == "kernel",
            words=tuple(asked["filter"].split()),
            sort=asked["sort"],
            descending=asked["descending"],
        )
        known, ids = self._orders.get(asked["page"], (None, []))
        if asked["anew"] or query != known:
            history = _history()
            if live_runs():
                recorder.flush()
            history.live()
            ids = history.listing.ids(query)
            self._orders.pop(asked["page"], None)
            self._orders[asked["page"]] = query, ids
            for page in list(self._orders)[:-MOST_PAGES]:
                del self._orders[page]
        return ids

    def _described(self, found: Sequence[RunSummary], columns: Sequence[str]) -> list[ListedRun]:
        own, chosen = self._own(), self._session.chosen
        shown = {one.id for one in chosen.beside(own)} | self._followed()
        busy = self._session.busy
        return [self._row(run, columns, shown, busy=busy) for run in found]

    def _row(
        self, run: RunSummary, columns: Sequence[str], shown: set[str], *, busy: bool
    ) -> ListedRun:
        colour = self._session.chosen.colour(run.id)
        config = flat(run.config) if columns else {}
        last, low, _ = run.metrics.get("val_loss", (None, None, None))
        why = "This lab is training. Stop its run first." if busy else ""
        return {
            "id": run.id,
            "name": run.name,
            "status": run.status,  # type: ignore[typeddict-item]
            "colour": run.number - 1 if colour is None else colour,
            "task": run.task,
            "loss": run.loss_name,
            "device": run.device,
            "seed": run.seed,
            "epoch": run.epoch,
            "epochs": run.epochs,
            "steps": run.steps,
            "started": run.created,
            "seconds": run.seconds,
            "note": run.note,
            "error": run.error,
            "metric": run.metric,
            "best": run.best(run.metric),
            "val_loss": low,
            "last_val_loss": last,
            "values": [_value(run, config, column) for column in columns],
            "shown": run.id in shown,
            "resume": why_not_resumed(run, self._session.own) or why,
        }

    def _tell_columns(self, message: dict[str, Any]) -> None:
        config: list[str] = []
        metrics: list[str] = []
        # A problem with the history is shown in the table.
        with contextlib.suppress(*FAULTS):
            config, metrics = _history().listing.columns()
        self._answer(
            {
                "type": "run_columns", "page": str(message["page"]),
                "number": int(message["number"]), "metrics": metrics,
                "config": [name for name in config if name not in run_comparison.UNTOLD],
            }
        )  # fmt: skip

    def _compare(self, message: dict[str, Any]) -> None:
        runs: list[RunSummary] = []
        trouble = ""
        try:
            runs = _history().listing.rows(_ids_of(message)[:MOST_COMPARED])
        except FAULTS as error:
            trouble = f"The run history could not be read: {error}"
        chosen = self._session.chosen
        colours = {run.id: chosen.colour(run.id) for run in runs}
        self._answer(
            {
                "type": "run_comparison",
                "page": str(message["page"]),
                "number": int(message["number"]),
                "runs": [
                    {
                        "id": run.id,
                        "name": run.name,
                        "colour": run.number - 1 if (own := colours[run.id]) is None else own,
                    }
                    for run in runs
                ],
                "settings": run_comparison.settings(runs),
                "metrics": run_comparison.metrics(runs),
                "warning": trouble or run_comparison.warning(runs),
            }
        )

    def _sum_up(self) -> None:
        """Sum up what older versions have written, a few at a time; the page asks again anyway."""
        try:
            if _history().sum_up():
                self._worker.put("sum up", self._sum_up)
                return
        except FAULTS:
            pass  # such as a read-only file; what is missing stays empty
        self._summed = True

    # -- changes --------------------------------------------------------------------------------

    def _change(self, message: dict[str, Any]) -> None:
        asked: RunsChange = {
            "type": "change_runs",
            "page": str(message["page"]),
            "number": int(message["number"]),
            "change": message["change"],
            "runs": _ids_of(message),
            "text": str(message["text"]),
            "cell": bool(message.get("cell")),
        }
        trouble = ""
        try:
            self._do(asked)
        except ArgumentError as error:
            trouble = str(error).partition(": ")[2] or str(error)
        except FAULTS as error:
            trouble = f"The change failed: {error}"
        self._answer(
            {
                "type": "runs_changed", "page": asked["page"], "number": asked["number"],
                "trouble": trouble,
            }
        )  # fmt: skip
        publisher.wake()

    def _do(self, asked: RunsChange) -> None:
        runs, chosen = asked["runs"], self._session.chosen
        change = asked["change"]
        if change == "rename" and runs:
            name = asked["text"].strip()
            _history().rename(runs[0], name)
            chosen.rename(runs[0], name)
            live = kernel_runs.find(runs[0])
            if live is not None:
                live.record.rename(name)
        elif change == "note":
            for run in runs:
                _history().note(run, asked["text"].strip())
        elif change == "delete":
            # A run that has ended a moment ago would be refused as a live one.
            recorder.flush()
            try:
                _history().delete(*runs)
            finally:
                left = {one.id for one in _history().listing.rows(runs)}
                gone = [run for run in runs if run not in left]
                chosen.hide(gone)
                self._session.forget(gone)
        elif change == "show":
            chosen.show(runs, self._own())
        elif change == "hide":
            chosen.hide(runs)
        elif change == "resume" and runs:
            self._session.resume(saved_run(runs[0]), asked["page"], bool(asked.get("cell")))

    def _own(self) -> list[Record]:
        return [run.record for run in self._session.runs]

    def _followed(self) -> set[str]:
        run = self._session.shown
        return set() if run is None else {run.id}


def _history() -> History:
    return recorder.history()


def _ids_of(message: dict[str, Any]) -> list[str]:
    return [str(one) for one in message["runs"]][:MOST_ROWS]


def _value(run: RunSummary, config: dict[str, Any], column: str) -> str | float | bool | None:
    if column.startswith(METRIC):
        return run.best(column.removeprefix(METRIC))
    return run_comparison.value_of(config.get(column.removeprefix(CONFIG)))
