"""What a notebook keeps of a lab: a picture that every reader of notebooks can show.

The picture is an output of its own beside the lab's, so that it can be brought up to date while the
lab on the page stays as it is, and so that readers which cannot show widgets (previews, converters,
a notebook whose kernel is gone) still find it. Next to a live lab the style sheet hides it.
"""

from __future__ import annotations

import base64
import contextlib
import threading
import time
import weakref
from typing import Any, Protocol

from IPython import get_ipython

from lossviz.training import HEIGHT, WIDTH, Picture, Record, empty_picture, picture
from lossviz.widgets.cell_runs import cell_runs

PERIOD = 60.0
"""Seconds between two pictures of a run in progress. Every one makes the notebook unsaved."""

PATIENCE = 3.0
"""Seconds that the end of a cell waits for the picture of a run that has ended in it."""


class StaticView:
    """The picture of one lab, in every cell that shows the lab."""

    def __init__(self, lab_id: str) -> None:
        self._lab_id = lab_id
        self._lock = threading.Lock()
        self._shown = False
        self._picture: Picture | None = None
        self._drawn: tuple[str, bool] | None = None
        self._drawn_at = 0.0
        self._told: tuple[str, bool] | None = None
        self._is_drawn = threading.Condition(self._lock)

    def show(self) -> None:
        """Put the picture below the output that was made last; the main thread only."""
        with self._lock:
            self._shown = True
            found = self._picture
        self._publish(found or empty_picture(), update=False)

    def due(self, record: Record) -> bool:
        """Whether a new picture should be drawn."""
        ended = record.ended
        with self._lock:
            if not self._shown or self._drawn == (record.id, True):
                return False
            waited = time.monotonic() - self._drawn_at > PERIOD
            return ended or (waited and len(record.losses) > 0)

    def draw(self, record: Record) -> None:
        """Draw the run as it is now, and bring all cells up to date; the publisher's thread."""
        # Read before the numbers: what is read after the end is all there is.
        ended = record.ended
        found = picture(record)
        with self._lock:
            self._picture, self._drawn = found, (record.id, ended)
            self._drawn_at = time.monotonic()
            self._is_drawn.notify_all()
        self._publish(found, update=True)

    def repeat(self, record: Record) -> bool:
        """Say once more, at the end of a cell, what has been drawn since the end of the last one.

        What runs notebooks without a page (nbclient) hears only what is said inside a cell.
        """
        with self._lock:
            if not self._shown:
                return False
            if record.ended:
                self._is_drawn.wait_for(lambda: self._drawn == (record.id, True), PATIENCE)
            if self._drawn == self._told or self._picture is None:
                return False
            self._told, found = self._drawn, self._picture
        self._publish(found, update=True)
        return True

    def _publish(self, found: Picture, *, update: bool) -> None:
        shell = get_ipython()
        if shell is None:
            return
        shell.display_pub.publish(
            data={
                "image/png": base64.b64encode(found.png).decode(),
                "text/plain": found.text,
            },
            metadata={
                "image/png": {"width": WIDTH // 2, "height": HEIGHT // 2},
                "lossviz": {"lab": self._lab_id},
            },
            transient={"display_id": f"lossviz-{self._lab_id}"},
            update=update,
        )


class Shown(Protocol):
    """A lab that a cell shows."""

    def after_cell(self) -> None:
        """A cell has been run."""


_labs: weakref.WeakSet[Shown] = weakref.WeakSet()


def call_after_cells(lab: Shown) -> None:
    """Call the lab's `after_cell` in the main thread after every cell, as long as it lives."""
    _labs.add(lab)


def _after_cell(_result: Any) -> None:
    for lab in list(_labs):
        # A lab whose comm is broken must not spoil the person's cell.
        with contextlib.suppress(Exception):
            lab.after_cell()


cell_runs.at_end.append(_after_cell)
