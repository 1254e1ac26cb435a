"""The training of one run, from the first chunk to the end, on its own thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training import devices
from lossviz.training.batches import Batches, Chunk
from lossviz.training.callbacks import Callbacks
from lossviz.training.checkpoint import Checkpoints, State, copied, variables
from lossviz.training.control import Control
from lossviz.training.faults import NonFiniteLossError, explain
from lossviz.training.freed_memory import give_back
from lossviz.training.learning_rate import LearningRate
from lossviz.training.mirrored import Mirrored
from lossviz.training.one_device import plain_updates
from lossviz.training.pace import Pace
from lossviz.training.position import Position
from lossviz.training.record import Record
from lossviz.training.turn import leave, take_turn

PATIENCE = 5.0
"""Seconds after which a stopped run that does not come back is given up, beside what its chunks
usually take."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a run is asked to do; everything in it has been checked.

    Attributes:
        objective: `f(target, output)`, the loss as a float32 scalar.
        train_step: the user's own `f(inputs, target)` giving the loss or `(loss, output)`, or None.
        metrics: Keras metric objects.
        start: where to begin; the very beginning, or where an earlier part of the run ended.
        callbacks: the user's Keras callbacks.
        mirrored: the copies of model and optimizer on several devices, or None for one device.
        jit_compile: whether steps are compiled with XLA.
        stop_at_nan: whether a loss that is not finite ends the run.
        warnings: what the person should know from the start.
    """

    model: Any
    optimizer: Any
    objective: Callable[[Any, Any], Any]
    train_step: Callable[[Any, Any], Any] | None
    metrics: list[Any]
    batches: Batches
    validation: Batches | None
    epochs: int
    device: str
    start: Position = field(default_factory=Position)
    callbacks: Callbacks
    mirrored: Mirrored | None = None
    jit_compile: bool = False
    stop_at_nan: bool = True
    warnings: tuple[str, ...] = ()


class _Stopped(Exception):  # noqa: N818 - no error: it unwinds the loops when a person stops
    """The run was asked to stop."""


class Trainer:
    """Trains one run. `work` is the body of the run's thread."""

    def __init__(self, job: Job, record: Record, control: Control) -> None:
        self._job = job
        self._record = record
        self._control = control
        self._pace = Pace()
        self._validation_pace = Pace()
        self._position = job.start
        self._checkpoints = Checkpoints(record.id, record.warn, record.add_checkpoint)
        self._warned_of_nan = False
        self._learning_rate = LearningRate(job.optimizer)
        self._longest = 0.0
        step = job.train_step or self._default_step
        if job.mirrored is not None:
            step = job.mirrored.step(job.objective)
        # Metrics stay outside: they count texts and boxes, which XLA cannot compile.
        self._step = tf.function(step, jit_compile=True) if job.jit_compile else step

    def work(self) -> None:
        """Train to the end, whatever it is; never raises."""
        record = self._record
        try:
            if not take_turn(self, lambda: not self._control.stop_asked):
                raise _Stopped
            record.set_status("running")
            record.add_event("started", f"Training started on {self._job.device}.")
            try:
                with self._place():
                    self._train()
            finally:
                if self._job.mirrored is not None:
                    self._job.mirrored.hand_back()
            record.end("completed", "Training completed.")
        except _Stopped:
            record.end("stopped", "Training was stopped.")
        except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
            record.end("failed", explain(error, len(record.series)), error)
        finally:
            leave(self)

    @property
    def patience(self) -> float:
        """So many seconds after a stop a chunk that is under way has time to end."""
        return PATIENCE + 3 * self._longest

    def abandon(self) -> None:
        """End a run that was stopped and hangs, such as in a dataset that gives no more batches."""
        if self._record.progress().phase == "compiling":
            where = "while it was being compiled, which takes long."
        else:
            where = "in a chunk that does not end: the data may give no more batches."
        self._record.end("stopped", f"Training was stopped {where}")
        leave(self)

    def _place(self) -> Any:
        """Where operations run; several devices place their own."""
        one = self._job.mirrored is None
        return devices.on(self._job.device) if one else contextlib.nullcontext()

    def _train(self) -> None:
        job, record = self._job, self._record
        record.set_phase("compiling")
        give_back()
        train = job.batches.compile(self._training_step, until_not_finite=job.stop_at_nan)
        validate = None
        if job.validation is not None:
            validate = job.validation.compile(self._validation_step, until_not_finite=False)
        with job.callbacks.around(job.epochs):
            while self._position.epoch <= job.epochs:
                self._epoch(train, validate)
        self._save()

    def _epoch(
        self, train: Callable[[int], Chunk], validate: Callable[[int], Chunk] | None
    ) -> None:
        """One epoch, or the rest of the one that an earlier part of the run began."""
        job, record, position = self._job, self._record, self._position
        record.begin_epoch(position.epoch, len(record.series) - position.steps)
        job.callbacks.epoch_begins(position.epoch)
        if position.trained is None:
            job.batches.begin_epoch(position.epoch, position.steps)
            ended = position.steps > 0 and position.steps == job.batches.steps_per_epoch
            while not ended:
                self._obey()
                ended = self._take(train)
            if record.steps_per_epoch is None:
                record.steps_per_epoch = job.batches.steps_per_epoch
            losses = record.series.read(record.epoch_start)
            position.trained = {
                "loss": position.mean(losses),
                **self._read_metrics(held_out=False),
            }
        metrics = dict(position.trained)
        if validate is not None:
            for name, value in self._validate(validate).items():
                metrics[f"val_{name}"] = value
        record.end_epoch(metrics)
        self._position = position.next_epoch()
        stop = job.callbacks.epoch_ends(position.epoch, metrics)
        if self._checkpoints.ready:
            self._checkpoints.save_soon(self._state())
        if stop:
            # As Keras does it: the epochs end here, and the run is complete.
            record.add_event("early_stop", f"A callback ended the training: {stop}.")
            self._position.epoch = job.epochs + 1

    def _take(self, train: Callable[[int], Chunk]) -> bool:
        """Take one chunk of training steps and record it; True when the epoch's data have ended."""
        record, callbacks = self._record, self._job.callbacks
        count = 1 if callbacks.each_batch else self._control.bounded(self._pace.count)
        callbacks.batch_begins(self._position.steps)
        self._note_learning_rate()
        began = time.perf_counter()
        chunk = train(count)
        seconds = time.perf_counter() - began
        self._longest = max(self._longest, seconds)
        measured = self._pace.took(len(chunk.losses), seconds)
        record.set_phase("training")
        record.add_steps(chunk.losses, seconds if measured else None)
        if self._learning_rate.scheduled:
            # Where the line from the chunk's beginning ends; others stay as they are until set.
            self._note_learning_rate()
        self._position.took(chunk.sizes)
        self._control.took(len(chunk.losses))
        if not len(record.series):
            raise ValueError("data: the dataset gave no batch; it must hold at least one.")
        if len(chunk.losses):
            self._look_at(chunk)
            callbacks.batch_ends(self._position.steps - 1, float(chunk.losses[-1]))
        return chunk.ended

    def _look_at(self, chunk: Chunk) -> None:
        """Find losses that are not finite."""
        if self._job.stop_at_nan:
            if not np.isfinite(chunk.losses[-1]):
                raise NonFiniteLossError(len(self._record.series), float(chunk.losses[-1]))
        elif not self._warned_of_nan and not np.isfinite(chunk.losses).all():
            first = int(np.flatnonzero(~np.isfinite(chunk.losses))[0])
            step = len(self._record.series) - len(chunk.losses) + first + 1
            self._warned_of_nan = True
            text = f"The loss is not finite from step {step:,} on; training goes on."
            self._record.add_event("nan", text, step)

    def _validate(self, validate: Callable[[int], Chunk]) -> dict[str, float]:
        """One pass over the validation data: the means of its loss and metrics."""
        assert self._job.validation is not None
        began = time.perf_counter()
        self._record.set_phase("validating")
        # A validation that was interrupted begins anew.
        for metric in self._job.metrics:
            metric.reset_state()
        self._job.validation.begin_epoch(1)
        seen, losses = Position(), []
        ended = False
        while not ended:
            self._obey()
            start = time.perf_counter()
            chunk = validate(self._validation_pace.count)
            self._validation_pace.took(len(chunk.losses), time.perf_counter() - start)
            seen.took(chunk.sizes)
            losses.append(chunk.losses)
            ended = chunk.ended
        self._record.add_busy(time.perf_counter() - began)
        return {"loss": seen.mean(np.concatenate(losses)), **self._read_metrics(held_out=True)}

    def _obey(self) -> None:
        """Do what was asked for since the last chunk."""
        control, record = self._control, self._record
        if control.pause_asked:
            self._save()
            record.set_status("paused")
            record.add_event("paused", "Training was paused.")
            control.wait_while_paused()
            if not control.stop_asked:
                record.set_status("running")
                record.add_event("resumed", "Training went on.")
        if control.stop_asked:
            self._save()
            raise _Stopped
        rate = control.take_learning_rate()
        if rate is not None:
            self._set_learning_rate(rate)

    def _state(self) -> State:
        job = self._job
        return State(
            copied(variables(job.model, job.optimizer, job.metrics)),
            self._position.as_dict(),
            len(self._record.series),
            len(self._record.rows),
            job.batches.order(self._position.epoch),
        )

    def _save(self) -> None:
        """Write a checkpoint now; before the first step there is nothing to keep."""
        if len(self._record.series):
            self._checkpoints.save(self._state())

    def _set_learning_rate(self, rate: float) -> None:
        try:
            self._job.optimizer.learning_rate = rate
        except TypeError:
            self._record.warn("The learning rate follows a schedule and cannot be set by hand.")
            return
        self._note_learning_rate(asked=True)

    def _note_learning_rate(self, *, asked: bool = False) -> None:
        """Record the learning rate of the next step, and an event where somebody has changed it."""
        record, source = self._record, self._learning_rate
        rate = source.read()
        if rate is None:
            return
        before = record.learning_rates.last
        record.set_learning_rate(rate, jumps=not source.scheduled)
        if source.scheduled or before is None or before == rate:
            return
        # A callback that sets it with every batch must not fill the run with events.
        if asked or self._position.steps == 0:
            text = f"Learning rate changed from {before:.4g} to {rate:.4g}."
            record.add_event("learning_rate", text)

    def _training_step(self, inputs: Any, target: Any) -> Any:
        """One step in the graph; gives its loss."""
        alone = self._job.mirrored is None
        with plain_updates(self._job.optimizer) if alone else contextlib.nullcontext():
            result = self._step(inputs, target)
        loss, output = result if isinstance(result, tuple) else (result, None)
        if output is not None:
            for metric in self._job.metrics:
                if not _held_out_only(metric):
                    metric.update_state(target, output)
        loss = tf.cast(loss, tf.float32)
        return loss if loss.shape.rank == 0 else tf.reduce_mean(loss)

    def _default_step(self, inputs: Any, target: Any) -> Any:
        model, optimizer = self._job.model, self._job.optimizer
        with tf.GradientTape() as tape:
            output = model(inputs, training=True)
            loss = self._total(target, output)
            # Nothing, unless the optimizer keeps small float16 gradients from vanishing.
            scaled = optimizer.scale_loss(loss)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(scaled, variables), variables, strict=True))
        return loss, output

    def _validation_step(self, inputs: Any, target: Any) -> Any:
        output = self._job.model(inputs, training=False)
        for metric in self._job.metrics:
            metric.update_state(target, output)
        return self._total(target, output)

    def _total(self, target: Any, output: Any) -> Any:
        """The loss with the model's own regularisation losses, as Keras' `fit` minimises it."""
        loss = self._job.objective(target, output)
        own = self._job.model.losses
        return tf.add_n([loss, *(tf.cast(one, tf.float32) for one in own)]) if own else loss

    def _read_metrics(self, *, held_out: bool) -> dict[str, float]:
        values: dict[str, float] = {}
        for metric in self._job.metrics:
            if held_out or not _held_out_only(metric):
                result = metric.result()
                named = result if isinstance(result, dict) else {metric.name: result}
                for name, value in named.items():
                    # Some metrics (Keras' F1Score, ...) give a value a class; the row has its mean.
                    values[name] = float(tf.reduce_mean(tf.cast(value, tf.float32)))
            metric.reset_state()
        return values


def _held_out_only(metric: Any) -> bool:
    """Whether a metric costs too much to be computed in training steps."""
    return bool(getattr(metric, "held_out_only", False))
