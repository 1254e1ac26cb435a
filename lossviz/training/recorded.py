"""A run as the history writes it."""

from __future__ import annotations

import math
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from lossviz.history import ENDED, Command, Glance, RunRow, Update
from lossviz.history.packing import BLOCK
from lossviz.series import Part
from lossviz.training.resources import Resources
from lossviz.training.run import Run

SPARKLINE_POINTS = 64
"""Stretches of a sparkline, about one for two pixels."""

PACKAGES = ("lossviz", "tensorflow", "keras", "numpy")


class RecordedRun:
    """Tells the history what is new of a run since it was last written."""

    def __init__(self, run: Run) -> None:
        """Follow `run`; what it holds from an earlier part of it is written already."""
        self._run = run
        self._record = record = run.record
        self._resources = Resources(record)
        self._written = {name: len(record.series[name]) for name in record.series}
        self._rows = len(record.rows)
        self._events = len(record.events)

    @property
    def id(self) -> str:
        """The run's id."""
        return self._record.id

    def obey(self, command: Command) -> str:
        """Carry out what another process asks; returns why it is refused, or ""."""
        if self._record.ended:
            return ENDED
        if command.kind == "pause":
            self._run.pause()
        elif command.kind == "resume":
            self._run.resume()
        elif command.kind == "stop":
            self._run.stop()
        else:
            self._run.set_learning_rate(command.value or 0.0)
        return ""

    def beat(self) -> None:
        """About a second has passed."""
        self._resources.sample()

    def update(self) -> Update:
        """What is new; with nothing new it is still a sign of life."""
        record = self._record
        # Read before the numbers: what is read after the end is all there is.
        ended = record.ended
        steps = len(record.losses)
        rows, events = record.rows[self._rows :], record.events[self._events :]
        finished = next(
            (event.time for event in reversed(record.events) if event.kind == record.status), None
        )
        return Update(
            row=RunRow(
                id=record.id, name=record.name, number=record.number, status=record.status,
                task=record.task, loss=record.loss, config=record.config, program=record.program,
                device=record.device, versions=versions(), seed=record.seed, epochs=record.epochs,
                steps_per_epoch=record.steps_per_epoch, steps=steps,
                created=record.created, ended=finished if ended else None,
                error=record.error_message, traceback=record.error_traceback,
            ),
            parts=[part for name in record.series if len((part := self._part(name, steps)).values)],
            epochs=[(row.epoch, row.first_step, row.steps, row.metrics) for row in rows],
            first_event=self._events,
            tracks={name: track.knots() for name, track in record.tracks.items()}
            if steps > self._written["loss"] or ended
            else {},
            events=[(event.kind, event.step, event.time, event.text) for event in events],
            glance=self._glance(),
        )  # fmt: skip

    def _glance(self) -> Glance:
        best = self._record.losses.best
        losses, progress = self._record.losses, self._record.progress()
        count = len(losses)
        last = float(losses.read(count - 1, count)[0]) if count else math.nan
        window = losses.window(points=SPARKLINE_POINTS)
        # The raw steps at its end are one stretch more each, or as wide as a bucket.
        tail = [
            window.raw[at : at + window.width] for at in range(0, len(window.raw), window.width)
        ]
        low = [*window.minimum, *(np.fmin.reduce(one) for one in tail)]
        high = [*window.maximum, *(np.fmax.reduce(one) for one in tail)]
        return Glance(
            loss=last if math.isfinite(last) else None,
            best_loss=best if math.isfinite(best) else None,
            rate=None if self._record.ended else progress.rate or None,
            seconds_left=progress.left,
            sparkline=np.array([low, high], np.float32),
        )

    def _part(self, name: str, steps: int) -> Part:
        """What is new of a series; from the beginning of its block where that is full by now."""
        record, written = self._record, self._written.get(name, 0)
        every = record.series.kind(name) == "step"
        # What is logged while this is read belongs to later steps, and is written with them.
        until = steps if every or not record.ended else None
        part = record.series.part(name, written, until)
        block = written - written % BLOCK
        if part.stop >= block + BLOCK or (record.ended and part.stop > block):
            part = record.series.part(name, block, until)
        return part

    def written(self, update: Update) -> bool:
        """`update` is on disk; True when that was the last of the run."""
        self._written |= {part.name: part.stop for part in update.parts}
        self._rows += len(update.epochs)
        self._events += len(update.events)
        return update.row.ended is not None

    def warn(self, text: str) -> None:
        """Tell the user what went wrong; training continues."""
        self._record.warn(text)


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """What the run was made with."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
