"""The runs that the user has chosen for the charts, and those of the lab that are hidden there."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from lossviz._arguments import ArgumentError
from lossviz.series import LOSS
from lossviz.training import PastRun, Record, kernel_runs

MOST = 8
"""Most runs shown besides the one that is followed."""

COLOURS = 6
"""The number of colours for runs."""


class ChosenRuns:
    """The runs on the charts besides the one that is followed. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[str, Record] = {}
        self._hidden: frozenset[str] = frozenset()

    def beside(self, own: Sequence[Record]) -> list[Record]:
        """The runs for the charts: those of the lab that are not hidden, then the chosen ones.

        Args:
            own: the lab's runs, oldest first.
        """
        with self._lock:
            known = {one.id for one in own}
            chosen = [one for run, one in self._records.items() if run not in known]
            return [one for one in own if one.id not in self._hidden] + chosen

    def show(self, runs: Sequence[str], own: Sequence[Record]) -> None:
        """Put these runs on the charts, too; reads what the history has of them.

        Args:
            runs: their ids.
            own: the lab's runs, oldest first.

        Raises:
            ArgumentError: when more are chosen than fit, or one of them has been deleted.
            sqlite3.Error, OSError: when the history cannot be read.
        """
        known = {one.id for one in own}
        with self._lock:
            self._hidden -= set(runs)
            chosen = dict.fromkeys([*self._records, *runs])
            if len([run for run in chosen if run not in known]) > MOST:
                raise ArgumentError(
                    "runs",
                    f"The charts hold at most {MOST} runs besides the lab's own. Hide some first.",
                )
        for run in runs:
            if run in known:
                continue
            live = kernel_runs.find(run)
            record = live.record if live is not None else PastRun(run).record([LOSS])
            with self._lock:
                others = [*own, *(one for one in self._records.values() if one.id != run)]
                if live is None:
                    _tell_apart(record, others)
                self._records[run] = record

    def hide(self, runs: Sequence[str]) -> None:
        """Take these runs off the charts."""
        with self._lock:
            self._hidden |= set(runs)
            self._records = {run: one for run, one in self._records.items() if run not in runs}

    def clear(self) -> None:
        """Take all of them off the charts."""
        with self._lock:
            self._records = {}

    def rename(self, run: str, name: str) -> None:
        """A run has another name now."""
        with self._lock:
            if run in self._records:
                self._records[run].name = name

    def colour(self, run: str) -> int | None:
        """The colour that a run was given on the charts; None for its own."""
        with self._lock:
            record = self._records.get(run)
            return None if record is None else record.number - 1


def _tell_apart(record: Record, others: Sequence[Record]) -> None:
    """Assign a run of another kernel a free colour, and a unique name."""
    taken = {(other.number - 1) % COLOURS for other in others}
    if (record.number - 1) % COLOURS in taken:
        free = [colour for colour in range(COLOURS) if colour not in taken]
        record.number = free[0] + 1 if free else record.number
    if any(other.name == record.name for other in others):
        started = time.strftime("%d %b %H:%M", time.localtime(record.created))
        record.name = f"{record.name} ({started})"
