"""Past runs from the history, with the same attributes as live ones."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, unknown_name
from lossviz.history import FAULTS, RunRow, recorder
from lossviz.series import LOSS, Knots
from lossviz.training.frames import frame
from lossviz.training.milestones import EpochRecord, Event
from lossviz.training.readings import series, series_names
from lossviz.training.record import Record
from lossviz.training.registry import kernel_runs
from lossviz.training.run import Run

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lossviz.history.store import History
    from lossviz.training.figure import Comparable

POLL_SECONDS = 0.5
"""About how often a run in another kernel writes."""


class PastRun:
    """A run from the history. It is read again on each access, and so follows a live run.

    Attributes:
        id: the run's id.
    """

    def __init__(self, run: str) -> None:
        """The run of this id, or of exactly this name.

        Raises:
            TypeError: if `run` is not a string.
            ArgumentError: when there is none, or several have the name.
        """
        self.id = _history().find(run).id

    @classmethod
    def of(cls, row: RunRow) -> PastRun:
        """The run stored as `row`; internal to lossviz."""
        run = cls.__new__(cls)
        run.id = row.id
        return run

    @property
    def row(self) -> RunRow:
        """Everything that is stored besides the numbers."""
        return _history().run(self.id)

    @property
    def name(self) -> str:
        """The display name."""
        return self.row.name

    @property
    def status(self) -> str:
        """As for a live run; interrupted if its process ended during training."""
        return self.row.status

    @property
    def error(self) -> BaseException | None:
        """The error that ended the run, with its message alone, or None."""
        row = self.row
        return RuntimeError(row.error) if row.error else None

    @property
    def config(self) -> dict[str, Any]:
        """The arguments of its `TrainingConfig`; empty where it was started without one."""
        return self.row.config

    @property
    def program(self) -> str:
        """The text of the program that a lab ran, or ""."""
        return self.row.program

    @property
    def step(self) -> int:
        """How many steps were taken."""
        return self.row.steps

    @property
    def epoch(self) -> int:
        """The last epoch that ended; 0 where none did."""
        rows = _history().epochs(self.id)
        return rows[-1][0] if rows else 0

    @property
    def duration(self) -> float | None:
        """Seconds from its start to its last step, pauses included; None while that is not known.

        What lies between an end and a continuation does not count.
        """
        return self.record([]).times.last

    @property
    def step_loss(self) -> NDArray[np.float32]:
        """The loss of every step, float32 [steps]."""
        return _history().losses(self.id)

    def series_names(self) -> list[str]:
        """The names of all series recorded with the steps, "loss" first, as for a live run.

        Example:
            >>> import lossviz
            >>> all("loss" in run.series_names() for run in lossviz.runs()[:1])
            True
        """
        return series_names(self.record([]), [name for name, *_ in _history().series(self.id)])

    def series(self, name: str) -> NDArray[np.float32]:
        """One value for each step, float32 [steps]; NaN where a step has none.

        Args:
            name: one of `series_names()`.

        Raises:
            ArgumentError: for an unknown name; the message names the nearest ones.

        Example:
            >>> import lossviz
            >>> all(len(run.series("loss")) == run.step for run in lossviz.runs()[:1])
            True
        """
        names = self.series_names()
        if name not in names:
            raise unknown_name("name", name, names)
        return series(self.record([LOSS, name]), name)

    @property
    def history(self) -> dict[str, NDArray[np.float64]]:
        """The means of each finished epoch by Keras' names."""
        return self.record([]).history()

    @property
    def events(self) -> list[Event]:
        """What happened when."""
        return self.record([]).events

    def wait(self, timeout: float | None = None) -> bool:
        """Whether the run has ended; a past run is not waited for."""
        return self.row.ended is not None

    def result(self, timeout: float | None = None) -> PastRun:
        """The run itself, where it has not failed.

        Args:
            timeout: seconds to wait at most for a run that trains in another kernel.

        Raises:
            RuntimeError: with the message of the error that ended it.
            TimeoutError: when it has not ended by then.
        """
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        while (row := self.row).ended is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(
                    f"run {row.name!r} has not finished after {timeout:g} seconds; it is "
                    f"{row.status}."
                )
            time.sleep(min(left, POLL_SECONDS))
        if row.error:
            raise RuntimeError(row.error)
        return self

    def to_frame(self, kind: str = "epochs") -> pd.DataFrame:
        """The numbers as a table of pandas.

        Args:
            kind: `"epochs"`: a row for each epoch that has ended, with a column for each metric.
                `"steps"`: a row for each step, with its epoch, its seconds and all its series.

        Raises:
            ArgumentError: for another kind.
            ImportError: where pandas is not installed.
        """
        return frame(self.record(None if kind == "steps" else []), kind)

    def figure(self, compare: Comparable | Iterable[Comparable] = ()) -> go.Figure:
        """The charts of the lab as a Plotly figure, as for a live run.

        Args:
            compare: other runs to draw behind this one, live or recorded.

        Raises:
            TypeError: if `compare` contains something other than runs.
        """
        from lossviz.training.figure import figure

        return figure(self.drawn(), compare)

    def drawn(self) -> Record:
        """What a figure shows of it; internal to lossviz."""
        return self.record([LOSS])

    def rename(self, name: str) -> None:
        """Rename the run.

        Raises:
            TypeError: if the name is not a string.
            ArgumentError: for an empty name.
        """
        _history().rename(self.id, name)

    @property
    def note(self) -> str:
        """What you have noted about it, "" for nothing; assign a text to keep it.

        Also the view *Runs* of a lab shows and changes it.

        Raises:
            TypeError: when something else than text is assigned.

        Example:
            >>> import lossviz
            >>> for run in lossviz.runs()[:1]:
            ...     run.note = "the one for the slides"
        """
        return self.row.note

    @note.setter
    def note(self, text: str) -> None:
        _history().note(self.id, text)

    def delete(self) -> None:
        """Delete it for good, with its losses and checkpoints.

        Raises:
            ArgumentError: while it trains.
        """
        _history().delete(self.id)

    def __repr__(self) -> str:
        # A list of runs is shown also when one of them has been deleted since.
        try:
            row = self.row
        except ArgumentError:
            return f"<lossviz.PastRun {self.id}: deleted>"
        except FAULTS as error:
            return f"<lossviz.PastRun {self.id}: the run history cannot be read ({error})>"
        why = f" ({row.error})" if row.error else ""
        return f"<lossviz.PastRun {row.name!r} ({row.id}): {row.status}{why}, step {row.steps:,}>"

    def record(self, wanted: Sequence[str] | None) -> Record:
        """A record with these of its series, None for all; for lossviz' own use."""
        row, history = self.row, _history()
        record = Record(
            id=row.id, name=row.name, number=row.number, loss=row.loss, epochs=row.epochs,
            device=row.device, steps_per_epoch=row.steps_per_epoch,
        )  # fmt: skip
        names = [name for name, *_ in history.series(self.id)]
        kept = [name for name in names if wanted is None or name in wanted]
        record.restore([history.part(self.id, name) for name in kept], *stored(self.id))
        record.close(row.status, row.error, row.traceback)  # type: ignore[arg-type]
        return record


def stored(run: str) -> tuple[list[EpochRecord], list[Event], dict[str, Knots]]:
    """The epochs, events and tracks of the run of this id."""
    history = _history()
    return (
        [EpochRecord(*row) for row in history.epochs(run)],
        [Event(*event) for event in history.events(run)],
        history.tracks(run),
    )


def load_run(run: str) -> Run | PastRun:
    """A run by its id, or by its name where no other has it: live or past, of any kernel.

    Args:
        run: the id, or exactly the name.

    Returns:
        The `Run` itself, with all its controls, where it trains in this kernel; else a `PastRun`,
        with the same attributes to read.

    Raises:
        TypeError: if `run` is not a string.
        ArgumentError: when there is none, with the nearest ids and names; or several have the name.
        sqlite3.Error, OSError: when the history cannot be read.

    Example:
        >>> import lossviz
        >>> [lossviz.load_run(run.id).id == run.id for run in lossviz.runs()[:1]] in ([], [True])
        True
    """
    live = kernel_runs.find(run) if isinstance(run, str) else None
    if live is None:
        past = PastRun(run)
        live = kernel_runs.find(past.id)
        if live is None:
            return past
    return PastRun(live.id) if live.record.ended else live


def runs() -> list[PastRun]:
    """All runs in the history, newest first, of all kernels.

    Raises:
        sqlite3.Error, OSError: when the history cannot be read.

    Example:
        >>> import lossviz
        >>> isinstance(lossviz.runs(), list)
        True
    """
    return [PastRun.of(row) for row in _history().runs()]


def prune_runs(*, days: float | None = None, megabytes: float | None = None) -> list[str]:
    """Delete old finished runs; returns their ids.

    Args:
        days: delete those that ended longer ago than this.
        megabytes: then delete the oldest until all runs and checkpoints take no more than this.

    Raises:
        ArgumentError: for a negative number.
    """
    return _history().prune(days=days, megabytes=megabytes)


def _history() -> History:
    # What this kernel's live runs have recorded shall be there, too.
    recorder.flush()
    return recorder.history()
