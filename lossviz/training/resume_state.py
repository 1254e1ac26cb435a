"""The earlier part of a run that is resumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lossviz._arguments import ArgumentError, shown
from lossviz.history import ALIVE, FAULTS, recorder
from lossviz.series import Knots, Part
from lossviz.training.checkpoint import CheckpointInfo, find
from lossviz.training.milestones import EpochRecord, Event
from lossviz.training.past_run import PastRun, stored
from lossviz.training.record import Record
from lossviz.training.registry import kernel_runs
from lossviz.training.request import Request
from lossviz.training.run import Run


@dataclass(frozen=True)
class ResumeState:
    """What an ended run hands over to its continuation.

    Attributes:
        checkpoint: its last one; what was recorded after it is computed again.
    """

    id: str
    name: str
    number: int
    seed: int | None
    created: float
    checkpoint: CheckpointInfo
    config: dict[str, Any]
    steps_per_epoch: int | None
    parts: list[Part]
    rows: list[EpochRecord]
    events: list[Event]
    tracks: dict[str, Knots]

    @classmethod
    def of(cls, run: Any) -> ResumeState:
        """The earlier part of `run`: a `Run`, a `PastRun` or an id.

        Raises:
            TypeError: for anything else.
            ArgumentError: when there is no such run, it still trains, or has no checkpoint.
        """
        given = run
        if isinstance(run, Run | PastRun):
            run = run.id
        if not isinstance(run, str):
            raise TypeError(f"resume_from: got {shown(run)}; it must be a run or the id of one.")
        latest = kernel_runs.find(run)
        if latest is not None and not latest.record.ended:
            raise ArgumentError(
                "resume_from", f"resume_from: run {run!r} has not ended; stop it first."
            )
        if latest is not None and isinstance(given, Run):
            # Not the object's own record: the run may have gone on under another one since.
            record, found = latest.record, find(run)
            return cls(
                run, record.name, record.number, record.seed, record.created, found,
                record.config, record.steps_per_epoch, _parts_of(record, found.step),
                record.rows[: found.rows], record.events,
                {name: track.knots() for name, track in record.tracks.items()},
            )  # fmt: skip
        try:
            row = PastRun(run).row
            run = row.id  # a name will do
        except ArgumentError as error:
            raise ArgumentError("resume_from", f"resume_from: {error}") from None
        if row.status in ALIVE:
            raise ArgumentError(
                "resume_from",
                f"resume_from: run {run!r} is still training, perhaps in another kernel.",
            )
        found = find(run)
        rows, events, tracks = stored(run)
        history = recorder.history()
        parts = [history.part(run, name).until(found.step) for name, *_ in history.series(run)]
        taken = len(parts[0].values)
        if taken < found.step:
            raise ArgumentError(
                "resume_from",
                f"resume_from: run {run!r} has only {taken:,} of {found.step:,} losses stored.",
            )
        return cls(
            run, row.name, row.number, row.seed, row.created, found, row.config,
            row.steps_per_epoch, parts, rows[: found.rows], events, tracks,
        )  # fmt: skip

    def check_steps(self, steps_per_epoch: int | None, asked: Request) -> None:
        """Refuse data of another length, or in other batches: its steps are not this run's.

        Raises:
            ArgumentError: when an epoch has another number of steps, or a step another number of
                samples, than before.
        """
        before = self.steps_per_epoch or (self.rows[-1].steps if self.rows else None)
        if None not in {steps_per_epoch, before} and steps_per_epoch != before:
            raise ArgumentError(
                "resume_from",
                "resume_from: with these data and this batch size an epoch has "
                f"{steps_per_epoch:,} steps, but run {self.id!r} has {before:,}; use the "
                "same data and batch size, or train without resume_from.",
            )
        before, now = self.config.get("batch_size"), asked.batch_size
        if asked.source.samples is not None and None not in {before, now} and before != now:
            raise ArgumentError(
                "resume_from",
                f"resume_from: run {self.id!r} was trained with a batch size of {before:,}; "
                f"got {now:,}. Use the same one, or train without resume_from.",
            )

    def restore_into(self, record: Record) -> None:
        """Put what was recorded into the record of the continuation, and cut the history there."""
        record.created = self.created
        record.restore(self.parts, self.rows, self.events, self.tracks)
        try:
            # What the earlier part has not written yet must not come after the cut.
            recorder.flush()
            last = self.rows[-1].epoch if self.rows else 0
            recorder.history().cut(self.id, self.checkpoint.step, last)
        except FAULTS as error:
            record.warn(f"The stored run could not be reset to its checkpoint ({error}).")


def _parts_of(record: Record, steps: int) -> list[Part]:
    """All series up to this step."""
    return [record.series.part(name, 0).until(steps) for name in record.series]
