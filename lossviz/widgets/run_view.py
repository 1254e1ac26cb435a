"""A run as a cell's last value: its live view, with or without a lab."""

from __future__ import annotations

import threading
import time
from typing import Any

from lossviz._arguments import ArgumentError, number
from lossviz.training import Record, Run
from lossviz.widgets.cell_runs import cell_runs, interactive_shell
from lossviz.widgets.fields import plain_field
from lossviz.widgets.live_view import LiveView
from lossviz.widgets.program_binding import note_page
from lossviz.widgets.status import Notice, said_of
from lossviz.wire.lab_traits import Form, StatusLine

PATIENCE = 3.0
"""Seconds in which a page that is put up by a running cell is heard, where it can be at all."""

BUSY = (
    "The kernel is busy running this cell. Buttons and the learning rate take effect when "
    "the cell finishes."
)

MOST_LEFT = 16
"""Views of finished runs on no page that are kept for pages to come."""

_lock = threading.Lock()
_views: dict[str, RunView] = {}
"""By the run's id, in the order in which they were made."""


class RunView(LiveView):
    """Shows one run: charts, progress, Pause, Resume, Stop and the learning rate.

    Args:
        run: the run, live or ended.
    """

    def __init__(self, run: Run) -> None:
        self._record = run.record
        # A run holds its model; after the end only the record is needed.
        self._run: Run | None = run
        self._text = repr(run)
        self._edits: dict[str, int] = {}
        self._refused = ""
        # What was entered, and the rate until then: a paused run applies it when it continues.
        self._asked: tuple[float, float | None] | None = None
        self._shown_at = time.monotonic()
        cell_runs.listen()
        super().__init__("run", form=self._form(), status=self._status())

    @property
    def idle(self) -> bool:
        """Whether the run has ended and nobody looks at it."""
        return self._record.ended and self._stream.left

    def show(self) -> None:
        """Display it below the cell that runs now."""
        self._shown_at = time.monotonic()
        self._stream.presume_page()
        self._ipython_display_()

    def title(self) -> str:
        """The plain-text representation of the view."""
        return self._text

    def followed(self) -> tuple[Record | None, list[Record]]:
        """The run, alone."""
        if self._record.ended:
            self._run = None
        return self._record, []

    def tell(self) -> None:
        """Set the traits that have changed."""
        self.set_trait("form", self._form())
        self.set_trait("status", self._status())

    def take(self, kind: Any, message: dict[str, Any]) -> None:
        """A page says something."""
        if kind == "edit" and message.get("field") == "learning_rate":
            note_page(self._edits, str(message["page"]), int(message["number"]))
            self._set_learning_rate(str(message["value"]))
        elif kind == "command":
            self._command(str(message.get("command")))

    def close(self) -> None:
        """Close it on all pages, for good. A run continues, and can be read."""
        with _lock:
            if _views.get(self._record.id) is self:
                del _views[self._record.id]
        super().close()

    def _command(self, name: str) -> None:
        run = self._run
        if run is None:
            return
        if name == "pause":
            run.pause()
        elif name == "resume":
            run.resume()
        elif name == "step":
            run.advance()
        elif name == "stop":
            run.stop()

    def _set_learning_rate(self, text: str) -> None:
        self._refused = ""
        try:
            rate = number("learning_rate", text, above=0)
            if self._run is not None:
                self._asked = rate, self._record.learning_rates.last
                self._run.set_learning_rate(rate)
        except ArgumentError as error:
            self._refused = error.accepted

    def _form(self) -> Form:
        rate = self._record.learning_rates.last
        if self._asked is not None:
            asked, before = self._asked
            waits = rate == before and not self._record.ended
            rate, self._asked = (asked, self._asked) if waits else (rate, None)
        field = plain_field(
            "learning_rate", "Learning rate", "text", "" if rate is None else f"{rate:.7g}",
            "training", help_="Press Enter to apply a new value from the next step.",
            error=self._refused,
        )  # fmt: skip
        return {"fields": [field], "commands": self._commands(), "edits": dict(self._edits)}

    def _commands(self) -> list[str]:
        if self._run is None or self._record.ended:
            return []
        if self._run.holding:
            return ["resume", "step", "stop", "apply_learning_rate"]
        return ["pause", "stop", "apply_learning_rate"]

    def _status(self) -> StatusLine:
        notice = self._notice()
        return {
            "text": notice.text,
            "kind": notice.kind,  # type: ignore[typeddict-item]
            "details": notice.details,
            "tensorflow": "",
            "actions": [],
            "preparing": False,
        }

    def _notice(self) -> Notice:
        stream = getattr(self, "_stream", None)
        waited = time.monotonic() - self._shown_at > PATIENCE
        if stream is not None and stream.unheard and cell_runs.running and waited:
            return Notice(BUSY, "warning")
        return said_of(self._record, first=False, waiting=0)


def view_of(run: Run) -> RunView:
    """The view of this run: one, wherever it is displayed."""
    with _lock:
        view = _views.get(run.id)
        # A resumed run keeps its id, with a record of its own.
        if view is not None and view.comm is not None and view.followed()[0] is run.record:
            return view
        _views.pop(run.id, None)
        left = [one for one in _views.values() if one.idle]
        view = _views[run.id] = RunView(run)
    for one in left[:-MOST_LEFT]:
        one.close()
    return view


def show(run: Run) -> None:
    """Display a run in a notebook; elsewhere print its text representation."""
    shell = interactive_shell()
    if hasattr(shell, "kernel"):
        view_of(run).show()
    else:
        print(repr(run))  # noqa: T201 - as an interactive Python shows a value
