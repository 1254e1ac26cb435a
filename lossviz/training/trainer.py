"""The training of one run, from the first chunk to the end, on its own thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from lossviz.training import devices
from lossviz.training.batches import Batches, Chunk
from lossviz.training.callbacks import Callbacks
from lossviz.training.checkpoint import CheckpointInfo, Checkpoints, State, copied
from lossviz.training.control import Control
from lossviz.training.data_cursor import DataCursor
from lossviz.training.event_recorder import EventRecorder
from lossviz.training.faults import NonFiniteLossError, explain
from lossviz.training.gradient_norm import with_gradient_norm
from lossviz.training.memory import release_memory
from lossviz.training.pace import Pace
from lossviz.training.record import Record
from lossviz.training.run_queue import run_queue
from lossviz.training.running_mean import RunningMean
from lossviz.training.steps import Steps

PATIENCE = 5.0
"""Seconds after which a stopped run that does not come back is given up, besides what its chunks
usually take."""


class Watch(Protocol):
    """Looks for mistakes while a run trains; `warn` takes a sentence for the user."""

    def before(self, warn: Callable[[str], None]) -> None:
        """Before the first step; raises what makes the training pointless."""

    def look(self, batch: Any) -> None:
        """At each batch, in the graph."""

    def after_epoch(
        self, metrics: Mapping[str, float], epoch: int, warn: Callable[[str], None], *, last: bool
    ) -> None:
        """At an epoch's end; `last` where none follows."""


@dataclass(kw_only=True)
class TrainingSpec:
    """What a run trains with; everything in it has been checked.

    Attributes:
        steps: what is done with a batch.
        batch_spec: TensorSpecs of a batch.
        first_epoch: the first one, counted from 1.
        epochs: the last one.
        validated: whether an epoch, counted from 1, is followed by a validation.
        callbacks: the user's Keras callbacks.
        batches_a_call: steps between two calls of callbacks that hear of every batch.
        checkpoint: where to resume, or None to start from scratch.
        learning_rate: set before the first step; None leaves the optimizer's own.
        places: the devices, more than one for copies of the model on each.
        stop_at_nan: whether a loss that is not finite ends the run.
        warnings: what the user should know from the start.
        refused: why the user's own code cannot train; the run fails with it before its first step.
        watch: looks for mistakes in data and weights; None looks for none.
    """

    steps: Steps
    batch_spec: Any
    batches: Batches
    validation: Batches | None
    first_epoch: int = 1
    epochs: int
    validated: Callable[[int], bool] = lambda epoch: True
    callbacks: Callbacks
    batches_a_call: int = 1
    checkpoint: CheckpointInfo | None = None
    learning_rate: float | None = None
    places: list[str]
    stop_at_nan: bool = True
    warnings: tuple[str, ...] = ()
    refused: BaseException | None = None
    watch: Watch | None = None


class _Stopped(Exception):  # noqa: N818 - not an error: it unwinds the loops on a stop
    """The run was asked to stop."""


class Trainer:
    """Trains one run. `work` is the body of the run's thread."""

    def __init__(self, spec: TrainingSpec, record: Record, control: Control) -> None:
        self._spec = spec
        self._record = record
        self._control = control
        self._pace = Pace()
        self._validation_pace = Pace()
        start = spec.checkpoint.cursor if spec.checkpoint is not None else None
        self._cursor = start or DataCursor(spec.first_epoch)
        self._checkpoints = Checkpoints(
            record.id,
            first=record.before_checkpoint,
            failed=record.warn,
            saved=record.add_checkpoint,
        )
        self._events: EventRecorder | None = None
        self._longest = 0.0
        self._short = False
        self._seen = RunningMean()

    def work(self) -> None:
        """Train to the end, whatever it is; never raises."""
        record = self._record
        try:
            if not run_queue.wait(self, lambda: not self._control.stop_asked):
                raise _Stopped
            if self._spec.refused is not None:
                raise self._spec.refused
            record.set_status("running")
            record.add_event("started", f"Training started on {', '.join(self._spec.places)}.")
            with self._place():
                try:
                    self._begin()
                    self._train()
                finally:
                    self._spec.steps.end()
            record.end("completed", "Training completed.")
        except _Stopped:
            record.end("stopped", "Training stopped.")
        except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
            record.end("failed", explain(error, len(record.losses)), error)
        finally:
            run_queue.leave(self)
            # Data, graphs and moments are not kept for a run that somebody still looks at.
            del self._spec

    @property
    def patience(self) -> float:
        """Seconds after a stop in which a chunk under way may finish."""
        return PATIENCE + 3 * self._longest

    def abandon(self) -> None:
        """End a run that was stopped and hangs, such as in a dataset without further batches."""
        if self._record.progress().phase == "compiling":
            where = "during compilation, which takes a while."
        else:
            where = "in a chunk that did not finish: the dataset may be waiting for more batches."
        self._record.end("stopped", f"Training stopped {where}")
        run_queue.leave(self)

    def _place(self) -> Any:
        """Where operations run; several devices place their own."""
        places = self._spec.places
        return devices.on(places[0]) if len(places) == 1 else contextlib.nullcontext()

    def _begin(self) -> None:
        """Make all variables, and put into them what the run begins with."""
        spec, record = self._spec, self._record
        record.set_phase("compiling")
        release_memory()
        if spec.watch is not None:
            # Ahead of what Keras would say of the same mistake.
            spec.watch.before(record.warn)
        spec.steps.begin(spec.batch_spec)
        if spec.checkpoint is not None:
            spec.checkpoint.restore(spec.steps.variables())
        else:
            spec.steps.reset()
        if spec.steps.optimizer is not None:
            self._events = EventRecorder(record, spec.steps.optimizer)
        if spec.learning_rate is not None:
            # For a resumed run this is a change, for a new one its first rate.
            self._set_learning_rate(spec.learning_rate, tell=spec.checkpoint is not None)
        if spec.checkpoint is None:
            # A run that is killed before its first epoch's end can be resumed, too: from here.
            self._checkpoints.save_soon(self._state())

    def _train(self) -> None:
        spec = self._spec
        steps, callbacks = spec.steps, spec.callbacks
        steps.tells = callbacks.each_batch or callbacks.each_test_batch
        how = {"eager": steps.eager, "static": steps.static, "logged": steps.logged}
        train = spec.batches.compile(self._training_step, until_not_finite=spec.stop_at_nan, **how)
        validate = None
        if spec.validation is not None:
            validate = spec.validation.compile(steps.evaluate, until_not_finite=False, **how)
        last: dict[str, float] = {}
        with callbacks.around(
            steps, epochs=spec.epochs, steps_per_epoch=spec.batches.steps_per_epoch, last=last
        ):
            if not len(self._record.losses) and callbacks.initial_epoch:
                self._cursor = DataCursor(callbacks.initial_epoch + 1)
            try:
                while self._cursor.epoch <= spec.epochs and not self._epoch(train, validate, last):
                    pass
                self._save()
            except _Stopped:
                steps.finish()
                raise
            # After the checkpoint: a run resumes from the weights that it trained.
            steps.finish()

    def _training_step(self, batch: Any) -> tuple[Any, Any]:
        if self._spec.watch is not None:
            self._spec.watch.look(batch)
        return self._spec.steps.train(batch)

    def _epoch(
        self,
        train: Callable[[int], Chunk],
        validate: Callable[[int], Chunk] | None,
        last: dict[str, float],
    ) -> bool:
        """One epoch, or the rest of the one that an earlier part of the run began.

        True when a callback has ended the training.
        """
        spec, record, cursor = self._spec, self._record, self._cursor
        callbacks = spec.callbacks
        record.begin_epoch(cursor.epoch, len(record.losses) - cursor.steps)
        if cursor.steps == 0:
            spec.steps.reset()
        self._seen = RunningMean(cursor, record.losses.read(record.epoch_start))
        callbacks.epoch_begins(cursor.epoch)
        if cursor.trained is None:
            spec.batches.begin_epoch(cursor.epoch, cursor.steps, cursor.drawn)
            ended = cursor.steps > 0 and cursor.steps == spec.batches.steps_per_epoch
            logs = np.empty(0, np.float32)
            while not ended:
                self._obey()
                chunk = self._take(train)
                ended = chunk.ended or callbacks.stop_asked
                logs = chunk.logs if len(chunk.losses) else logs
            if spec.batches.ran_out and not self._short:
                self._short = True
                record.warn(spec.batches.ran_out)
            if record.steps_per_epoch is None:
                record.steps_per_epoch = spec.batches.steps_per_epoch
            mean = cursor.mean(record.losses.read(record.epoch_start))
            cursor.trained = spec.steps.results(mean, logs, held_out=False)
            for name in spec.steps.averaged:
                values = record.series.on_every_step(name, record.epoch_start)
                cursor.trained.setdefault(name, cursor.mean(values))
        metrics = dict(cursor.trained)
        if validate is not None and spec.validated(cursor.epoch):
            for name, value in self._validate(validate).items():
                metrics[f"val_{name}"] = value
        # What callbacks add to an epoch's logs is recorded, but `fit` tells it to no later hook.
        last.clear()
        last.update(metrics)
        try:
            stop = callbacks.epoch_ends(cursor.epoch, metrics)
        finally:
            record.end_epoch(_numbers(metrics))
        self._cursor = cursor.next_epoch()
        if spec.watch is not None:
            ended = bool(stop) or cursor.epoch >= spec.epochs
            spec.watch.after_epoch(metrics, cursor.epoch, record.warn, last=ended)
        if self._checkpoints.ready and not record.ended:
            self._checkpoints.save_soon(self._state())
        if stop:
            # As Keras does it: the epochs end here, and the run is complete.
            record.add_event("early_stop", f"Training ended by a callback: {stop}.")
        return bool(stop)

    def _take(self, train: Callable[[int], Chunk]) -> Chunk:
        """Take one chunk of training steps and record it."""
        record, callbacks = self._record, self._spec.callbacks
        count = self._pace.count
        if callbacks.each_batch:
            count = self._spec.batches_a_call
        count = self._control.bounded(count)
        begun = self._cursor.steps
        callbacks.batch_begins(begun)
        self._note_learning_rate()
        began = time.perf_counter()
        chunk = train(count)
        seconds = time.perf_counter() - began
        self._longest = max(self._longest, seconds)
        measured = self._pace.took(len(chunk.losses), seconds)
        record.set_phase("training")
        named = with_gradient_norm(chunk.named)
        if self._events is not None:
            named = self._events.with_rate(named, len(chunk.losses))
        record.add_steps(chunk.losses, seconds if measured else None, named)
        if self._events is not None and self._events.scheduled:
            # Where the line from the chunk's beginning ends; others stay as they are until set.
            self._note_learning_rate()
        self._cursor.advance(chunk.sizes)
        self._cursor.drawn = self._spec.batches.drawn
        self._control.took(len(chunk.losses))
        if not len(record.losses):
            raise ValueError("data: the dataset has no batches; it needs at least one.")
        if len(chunk.losses):
            self._look_at(chunk)
            if callbacks.each_batch:
                # What Keras tells callbacks after a batch: the epoch's values so far.
                self._seen.add(chunk)
                so_far = self._spec.steps.so_far(self._seen.mean, chunk.logs, held_out=False)
                callbacks.batch_ends(begun + count - 1, so_far)  # Keras names the last of a call
        return chunk

    def _look_at(self, chunk: Chunk) -> None:
        """Find losses that are not finite."""
        if self._spec.stop_at_nan:
            if not np.isfinite(chunk.losses[-1]):
                raise NonFiniteLossError(len(self._record.losses), float(chunk.losses[-1]))
        elif self._events is not None:
            self._events.losses(chunk.losses)

    def _validate(self, validate: Callable[[int], Chunk]) -> dict[str, float]:
        """One pass over the validation data: the means of its loss and metrics."""
        spec, callbacks = self._spec, self._spec.callbacks
        assert spec.validation is not None
        began = time.perf_counter()
        self._record.set_phase("validating")
        callbacks.validation_begins()
        # A validation that was interrupted starts over.
        spec.steps.reset()
        spec.validation.begin_epoch(1)
        seen, logs = RunningMean(), np.empty(0, np.float32)
        ended = False
        while not ended:
            self._obey()
            start, begun = time.perf_counter(), seen.steps
            count = (
                spec.batches_a_call if callbacks.each_test_batch else self._validation_pace.count
            )
            callbacks.batch_begins(begun, held_out=True)
            chunk = validate(count)
            self._validation_pace.took(len(chunk.losses), time.perf_counter() - start)
            if len(chunk.losses):
                seen.add(chunk)
                logs = chunk.logs
                if callbacks.each_test_batch:
                    so_far = spec.steps.so_far(seen.mean, logs, held_out=True)
                    callbacks.batch_ends(begun + count - 1, so_far, held_out=True)
            ended = chunk.ended
        values = spec.steps.results(seen.mean, logs, held_out=True)
        callbacks.validation_ends(values)
        self._record.add_busy(time.perf_counter() - began)
        return values

    def _obey(self) -> None:
        """Do what was asked for since the last chunk."""
        control, record = self._control, self._record
        if control.pause_asked:
            self._save()
            record.set_status("paused")
            record.add_event("paused", "Training paused.")
            control.wait_while_paused()
            if not control.stop_asked:
                record.set_status("running")
                record.add_event("resumed", "Training resumed.")
        if control.stop_asked:
            self._save()
            raise _Stopped
        rate = control.take_learning_rate()
        if rate is not None:
            self._set_learning_rate(rate)

    def _state(self) -> State:
        spec = self._spec
        return State(
            copied(spec.steps.variables()),
            self._cursor.as_dict(),
            len(self._record.losses),
            len(self._record.rows),
            spec.batches.order(self._cursor.epoch),
        )

    def _save(self) -> None:
        """Write a checkpoint now."""
        # A run that was given up has ended: what its last chunk did is recorded nowhere.
        if not self._record.ended:
            self._checkpoints.save(self._state())

    def _set_learning_rate(self, rate: float, *, tell: bool = True) -> None:
        if self._events is not None:
            self._events.set_learning_rate(rate, tell=tell)

    def _note_learning_rate(self) -> None:
        """Record the learning rate of the next step, and an event where somebody has changed it."""
        if self._events is not None:
            # A callback that sets it with every batch must not fill the run with events.
            self._events.learning_rate(tell=self._cursor.steps == 0)


def _numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    """What callbacks have made of an epoch's values, as far as it is numbers."""
    return {
        str(name): float(value)
        for name, value in metrics.items()
        if isinstance(value, int | float | np.number) or getattr(value, "shape", None) == ()
    }
