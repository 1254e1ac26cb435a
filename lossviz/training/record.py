"""Everything that is recorded of a run. The training thread writes, any thread reads."""

from __future__ import annotations

import math
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError
from lossviz.series import LOSS, Kind, Knots, NamedSeries, Part, PiecewiseLinear, StepSeries
from lossviz.training.milestones import EpochRecord, Event, Progress

Status = Literal["queued", "running", "paused", "completed", "stopped", "failed", "interrupted"]
ENDS: frozenset[Status] = frozenset({"completed", "stopped", "failed", "interrupted"})

RATE_SECONDS = 1.0
"""Seconds over which the displayed steps per second are averaged."""


MOST_CHECKPOINTS = 64
"""Checkpoints that are remembered for the charts; on disk there is only the latest."""

CHECKPOINT_SECONDS = 5.0
"""Minimum seconds between updates of pages that only announce a new checkpoint."""


@dataclass(kw_only=True)
class Record:
    """The state and the numbers of one run."""

    id: str
    name: str
    number: int
    loss: str
    epochs: int
    device: str
    seed: int | None = None
    task: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    program: str = ""
    created: float = field(default_factory=time.time)
    steps_per_epoch: int | None = None
    first_epoch: int = 1
    """The first epoch that trains, counted from 1."""
    status: Status = "queued"
    error: BaseException | None = None
    error_message: str = ""
    error_traceback: str = ""
    at_end: list[Callable[[], None]] = field(default_factory=list)
    """Called by the training thread after the end."""
    at_checkpoint: list[Callable[[], None]] = field(default_factory=list)
    """Called before a checkpoint is written, by the thread that writes it: what is recorded
    elsewhere must not fall behind it."""
    series: NamedSeries = field(default_factory=NamedSeries)
    """Every number of the run's steps, by name."""
    times: PiecewiseLinear = field(default_factory=lambda: PiecewiseLinear(absolute=0.02))
    """Seconds since the run started, by steps taken: time on the wall, with pauses and validation.
    What lies between the end of a run and its continuation (`resume_from=`) does not count."""
    learning_rates: PiecewiseLinear = field(default_factory=lambda: PiecewiseLinear(relative=0.002))
    """The learning rate of the next step."""
    version: int = 0
    """Grows with every change of anything but series, epochs and progress."""

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._origin: float | None = None  # on the monotonic clock
        self._checkpoints: list[int] = []
        self._told_checkpoint = -CHECKPOINT_SECONDS
        self._rows: list[EpochRecord] = []
        self._events: list[Event] = []
        self._phase = "waiting"
        self._epoch = 0
        self._epoch_start = 0
        self._rate = 0.0
        self._busy = 0.0  # seconds of training and validation behind the steps taken here
        self._restored = 0  # steps that an earlier part of the run has taken

    # -- read ---------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the run has come to one of its ends."""
        return self._ended.is_set()

    def wait(self, timeout: float | None) -> bool:
        """Wait for the end; False when it has not come within `timeout` seconds."""
        return self._ended.wait(timeout)

    @property
    def losses(self) -> StepSeries:
        """The loss of each step: the series that is always there, and as long as the run."""
        return self.series.losses

    @property
    def tracks(self) -> dict[str, PiecewiseLinear]:
        """What goes along with the steps, by the names under which the history keeps it."""
        return {"times": self.times, "learning_rates": self.learning_rates}

    @property
    def rows(self) -> list[EpochRecord]:
        """The epochs that have ended, in order."""
        with self._lock:
            return list(self._rows)

    @property
    def events(self) -> list[Event]:
        """What happened, in order."""
        with self._lock:
            return list(self._events)

    @property
    def checkpoints(self) -> list[int]:
        """After which steps a checkpoint was written, in order: of many an even choice."""
        with self._lock:
            return list(self._checkpoints)

    @property
    def epoch_start(self) -> int:
        """Index of the current epoch's first step."""
        with self._lock:
            return self._epoch_start

    def history(self) -> dict[str, NDArray[np.float64]]:
        """The epochs' means by name; NaN where an epoch lacks one."""
        rows = self.rows
        names = dict.fromkeys(name for row in rows for name in row.metrics)
        return {name: np.array([row.metrics.get(name, np.nan) for row in rows]) for name in names}

    def spread(self, row: EpochRecord) -> tuple[float, float]:
        """The losses between which eight of ten steps of an epoch lie; NaN without finite ones."""
        losses = self.losses.read(row.first_step, row.first_step + row.steps)
        losses = losses[np.isfinite(losses)]
        if not len(losses):
            return math.nan, math.nan
        low, high = np.quantile(losses, [0.1, 0.9])
        return float(low), float(high)

    def progress(self) -> Progress:
        """Where the run is now."""
        with self._lock:
            step = len(self.losses)
            left = None
            if self.steps_per_epoch and step and not self.ended:
                epochs = self.epochs - self.first_epoch + 1
                missing = self.steps_per_epoch * epochs - step
                # The time of the earlier part of a resumed run is not known.
                here = step - self._restored
                if self._busy > 0.2 and here:
                    left = max(0.0, missing * self._busy / here)
            return Progress(
                step, self._epoch, self._epoch_start, self._phase, self._rate, left,
                self.times.last or 0.0, self.learning_rates.last,
            )  # fmt: skip

    # -- write: any thread ---------------------------------------------------------------------

    def rename(self, name: str) -> None:
        """Rename the run."""
        with self._lock:
            self.name = name
            self.version += 1

    # -- write: the training thread only ------------------------------------------------------

    def add_event(self, kind: str, text: str, step: int | None = None) -> None:
        """Note what has happened now, or at an earlier step."""
        with self._lock:
            if self.ended:
                return
            step = len(self.losses) if step is None else step
            self._events.append(Event(kind, step, time.time(), text))
            self.version += 1

    def add_checkpoint(self, step: int) -> None:
        """A checkpoint of the state after `steps` steps is on disk. From any thread."""
        with self._lock:
            # Of the state before the first step there is nothing to tell on a chart.
            if self.ended or not step or step in self._checkpoints[-1:]:
                return
            self._checkpoints.append(step)
            if len(self._checkpoints) > MOST_CHECKPOINTS:
                # The latest one stays: the run would resume from it.
                self._checkpoints = self._checkpoints[::-2][::-1]
            # Pages get the whole state with each version: not for a tick twice a second.
            now = time.monotonic()
            if now - self._told_checkpoint >= CHECKPOINT_SECONDS:
                self._told_checkpoint = now
                self.version += 1

    def before_checkpoint(self) -> None:
        """A checkpoint is about to be written. From any thread."""
        for listener in list(self.at_checkpoint):
            listener()

    def set_status(self, status: Status) -> None:
        """Go to a status that is not an end."""
        with self._lock:
            if self.ended:
                return
            self.status = status
            self.version += 1
            if self._origin is None and status == "running":
                self._start_clock()

    def set_phase(self, phase: str) -> None:
        """Say what the training thread does."""
        self._phase = phase

    def warn(self, text: str) -> None:
        """Note something that the user should know; the run continues. From any thread."""
        with self._lock:
            if not self.ended:
                self.add_event("warning", text)

    def begin_epoch(self, epoch: int, start: int | None = None) -> None:
        """The steps from index `start` on, by default the next ones, are those of `epoch`."""
        with self._lock:
            self._epoch = epoch
            self._epoch_start = len(self.losses) if start is None else start

    def restore(
        self,
        parts: Sequence[Part],
        rows: list[EpochRecord],
        events: list[Event],
        tracks: Mapping[str, Knots] = MappingProxyType({}),
    ) -> None:
        """Take over what an earlier part of the run recorded; before anything else.

        Args:
            parts: its series, each from its beginning, "loss" first.
            rows: its epochs.
            events: what happened.
            tracks: knots by the names of `tracks`; those after the last loss are left out.
        """
        with self._lock:
            for part in parts:
                self.series.restore(part)
            self._restored = len(self.losses)
            self._rows, self._events = list(rows), list(events)
            self._epoch = rows[-1].epoch if rows else 0
            for name, track in self.tracks.items():
                if name in tracks:
                    track.restore(tracks[name], self._restored or math.inf)

    def close(self, status: Status, message: str = "", traceback_: str = "") -> None:
        """It is a run of the past that had this status and ended, where it did, with this error."""
        with self._lock:
            self.status, self._phase = status, ""
            if message:
                self.error = RuntimeError(message)
                self.error_message, self.error_traceback = message, traceback_
            if status in ENDS:
                self._ended.set()

    def set_learning_rate(self, value: float, *, jumps: bool) -> None:
        """The next step has this learning rate.

        Args:
            value: the learning rate.
            jumps: whether it was the last one until now; else it has changed with each step, as a
                schedule does.
        """
        with self._lock:
            if not self.ended:
                add = self.learning_rates.jump if jumps else self.learning_rates.add
                add(len(self.losses), value)

    def add_steps(
        self,
        losses: NDArray[np.float32],
        seconds: float | None,
        named: Mapping[str, NDArray[np.float32]] = MappingProxyType({}),
    ) -> None:
        """Add a chunk of steps.

        Args:
            losses: their losses, float32 [steps].
            seconds: the time that they took; None where it says nothing.
            named: other values they logged, by name, float32 [steps] each.
        """
        with self._lock:
            if self.ended:
                return  # given up while it hung
            self._add_times(len(losses), seconds or 0.0)
            self.series.add_steps({LOSS: losses} | {**named})
            if not seconds:
                return
            self._busy += seconds
            rate = len(losses) / seconds
            share = min(1.0, seconds / RATE_SECONDS) if self._rate else 1.0
            self._rate += (rate - self._rate) * share

    def log(self, name: str, value: float, *, kind: Kind = "logged", unit: str = "") -> None:
        """Add a value at the latest step; from any thread.

        Raises:
            ArgumentError: after the end, and for a name that the run itself records.
        """
        with self._lock:
            if self.ended:
                raise ArgumentError(
                    "value",
                    f"value: run {self.name!r} has ended ({self.status}); it records no more "
                    "values.",
                )
            try:
                self.series.log(name, value, kind=kind, unit=unit)
            except ValueError:
                raise ArgumentError(
                    "name",
                    f"name: {name!r} is recorded by the run itself; use another name.",
                ) from None

    def _start_clock(self) -> None:
        """Count time from now on, or continue where an earlier part of the run ended."""
        before = self.times.last
        if before is None:
            self.times.add(len(self.losses), 0.0)
        self._origin = time.monotonic() - (before or 0.0)

    def _add_times(self, steps: int, seconds: float) -> None:
        """Note the time of the steps taken so far, from `seconds` ago on."""
        if self._origin is None:
            self._start_clock()
        assert self._origin is not None
        now = time.monotonic() - self._origin
        began = max(now - seconds, self.times.last or 0.0)
        self.times.add(len(self.losses), began)
        if steps:
            self.times.add(len(self.losses) + steps, max(now, began))

    def add_busy(self, seconds: float) -> None:
        """Count time that the run needs besides its steps, for the time that is left."""
        self._busy += seconds

    def end_epoch(self, metrics: dict[str, float]) -> None:
        """The current epoch has ended with these means."""
        with self._lock:
            if self.ended:
                return
            steps = len(self.losses) - self._epoch_start
            self._rows.append(EpochRecord(self._epoch, self._epoch_start, steps, metrics))

    def end(self, status: Status, text: str, error: BaseException | None = None) -> None:
        """The run has ended. What is recorded never changes after this."""
        with self._lock:
            if self.ended:
                return
            if error is not None:
                self.error, self.error_message = error, text
                self.error_traceback = "".join(traceback.format_exception(error))
            self._phase = ""
            self.status = status
            self.add_event(status, text)
            self._ended.set()
        # Let go of them: they know the run, and with it its model, which may be nobody's any more.
        listeners, self.at_end = self.at_end, []
        for listener in listeners:
            listener()
