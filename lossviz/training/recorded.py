"""A run as the history writes it."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from lossviz.history import RunRow, Update
from lossviz.history.packing import BLOCK
from lossviz.series import Part
from lossviz.training.record import Record
from lossviz.training.resources import Resources

PACKAGES = ("lossviz", "tensorflow", "keras", "numpy")


class RecordedRun:
    """Tells the history what is new of a run since it was last written."""

    def __init__(self, record: Record) -> None:
        """Follow `record`; what it holds from an earlier part of the run is written already."""
        self._record = record
        self._resources = Resources(record)
        self._written = {name: len(record.series[name]) for name in record.series}
        self._rows = len(record.rows)
        self._events = len(record.events)

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
        )  # fmt: skip

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
