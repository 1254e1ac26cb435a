"""The earlier part of a run that is resumed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, shown
from lossviz.history import ALIVE, recorder
from lossviz.series import Knots
from lossviz.training.checkpoint import Found, find
from lossviz.training.live_runs import find as live_run
from lossviz.training.past_run import PastRun, stored
from lossviz.training.record import EpochRecord, Event, Record
from lossviz.training.run import Run


@dataclass(frozen=True)
class Earlier:
    """What an ended run hands over to its continuation.

    Attributes:
        checkpoint: its last one; what was recorded after it is to be done again.
    """

    id: str
    name: str
    number: int
    seed: int | None
    created: float
    checkpoint: Found
    losses: NDArray[np.float32]
    rows: list[EpochRecord]
    events: list[Event]
    tracks: dict[str, Knots]

    @classmethod
    def of(cls, run: Any) -> Earlier:
        """The earlier part of `run`: a `Run`, a `PastRun` or an id.

        Raises:
            TypeError: for anything else.
            ArgumentError: when there is no such run, it still trains, or has no checkpoint.
        """
        given = run
        if isinstance(run, Run | PastRun):
            run = run.id
        if not isinstance(run, str):
            raise TypeError(f"resume: got {shown(run)}; it must be a run or the id of one.")
        latest = live_run(run)
        if latest is not None and not latest.record.ended:
            raise ArgumentError("resume", f"resume: run {run!r} has not ended; stop it first.")
        if latest is not None and isinstance(given, Run):
            # Not the object's own record: the run may have gone on under another one since.
            record, found = latest.record, find(run)
            return cls(
                run, record.name, record.number, record.seed, record.created, found,
                record.series.read(0, found.step), record.rows[: found.rows], record.events,
                {name: track.knots() for name, track in record.tracks.items()},
            )  # fmt: skip
        try:
            row = PastRun(run).row
        except ArgumentError as error:
            raise ArgumentError("resume", f"resume: {error}") from None
        if row.status in ALIVE:
            raise ArgumentError(
                "resume", f"resume: run {run!r} still trains, perhaps in another kernel."
            )
        found = find(run)
        rows, events, tracks = stored(run)
        losses = recorder.history().losses(run, 0, found.step)
        if len(losses) < found.step:
            raise ArgumentError(
                "resume",
                f"resume: of run {run!r} only {len(losses):,} of {found.step:,} losses are stored.",
            )
        return cls(
            run, row.name, row.number, row.seed, row.created, found, losses, rows[: found.rows],
            events, tracks,
        )  # fmt: skip

    def check_steps(self, steps_per_epoch: int | None) -> None:
        """Refuse data of another length, or in other batches: its steps are not this run's.

        Raises:
            ArgumentError: when an epoch has another number of steps than before.
        """
        if steps_per_epoch is None or not self.rows or self.rows[-1].steps == steps_per_epoch:
            return
        raise ArgumentError(
            "resume",
            f"resume: with these data and this batch size an epoch has {steps_per_epoch:,} steps, "
            f"but those of run {self.id!r} have {self.rows[-1].steps:,}; give it the same data and "
            "batch size, or train without resume.",
        )

    def hand_over(self, record: Record) -> None:
        """Put what was recorded into the record of the continuation, and cut the history there."""
        record.created = self.created
        record.restore(self.losses, self.rows, self.events, self.tracks)
        try:
            # What the earlier part has not written yet must not come after the cut.
            recorder.flush()
            recorder.history().cut(self.id, self.checkpoint.step, len(self.rows))
        except (sqlite3.Error, OSError, RuntimeError, ValueError, ArgumentError) as error:
            record.warn(f"The history could not be brought to the checkpoint ({error}).")
