"""The training of one run, from the first chunk to the end, on its own thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training import devices
from lossviz.training.batches import Batches, Chunk
from lossviz.training.control import Control
from lossviz.training.faults import NonFiniteLossError, explain
from lossviz.training.pace import Pace
from lossviz.training.record import Record
from lossviz.training.turn import turn


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a run is asked to do; everything in it has been checked.

    Attributes:
        objective: `f(target, output)`, the loss as a float32 scalar.
        train_step: the user's own `f(inputs, target)` giving the loss or `(loss, output)`, or None.
        metrics: Keras metric objects.
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

    def work(self) -> None:
        """Train to the end, whatever it is; never raises."""
        record = self._record
        try:
            with turn(lambda: not self._control.stop_asked) as granted:
                if not granted:
                    raise _Stopped
                record.set_status("running")
                record.add_event("started", f"Training started on {self._job.device}.")
                with devices.on(self._job.device):
                    self._train()
            record.end("completed", "Training completed.")
        except _Stopped:
            record.end("stopped", "Training was stopped.")
        except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
            record.end("failed", explain(error, len(record.series)), error)

    def _train(self) -> None:
        job, record = self._job, self._record
        record.set_phase("compiling")
        train = job.batches.compile(self._training_step)
        validate = None
        if job.validation is not None:
            validate = job.validation.compile(self._validation_step, until_not_finite=False)
        for epoch in range(1, job.epochs + 1):
            job.batches.begin_epoch(epoch)
            record.begin_epoch(epoch)
            chunks: list[Chunk] = []
            while not chunks or not chunks[-1].ended:
                self._obey()
                chunks.append(self._take(train))
            if record.steps_per_epoch is None:
                record.steps_per_epoch = job.batches.steps_per_epoch
            metrics = {"loss": _mean(chunks), **self._read_metrics(held_out=False)}
            if validate is not None:
                for name, value in self._validate(validate).items():
                    metrics[f"val_{name}"] = value
            record.end_epoch(metrics)

    def _take(self, train: Callable[[int], Chunk]) -> Chunk:
        """Take one chunk of training steps and record it."""
        began = time.perf_counter()
        chunk = train(self._pace.count)
        seconds = time.perf_counter() - began
        measured = self._pace.took(len(chunk.losses), seconds)
        record = self._record
        record.set_phase("training")
        record.add_steps(chunk.losses, seconds if measured else None)
        if len(chunk.losses) and not np.isfinite(chunk.losses[-1]):
            raise NonFiniteLossError(len(record.series), float(chunk.losses[-1]))
        if not len(record.series):
            raise ValueError("data: the dataset gave no batch; it must hold at least one.")
        return chunk

    def _validate(self, validate: Callable[[int], Chunk]) -> dict[str, float]:
        """One pass over the validation data: the means of its loss and metrics."""
        assert self._job.validation is not None
        began = time.perf_counter()
        self._record.set_phase("validating")
        self._job.validation.begin_epoch(1)
        chunks: list[Chunk] = []
        while not chunks or not chunks[-1].ended:
            self._obey()
            start = time.perf_counter()
            chunks.append(validate(self._validation_pace.count))
            self._validation_pace.took(len(chunks[-1].losses), time.perf_counter() - start)
        self._record.add_busy(time.perf_counter() - began)
        return {"loss": _mean(chunks), **self._read_metrics(held_out=True)}

    def _obey(self) -> None:
        """Do what was asked for since the last chunk."""
        control, record = self._control, self._record
        if control.pause_asked:
            record.set_status("paused")
            record.add_event("paused", "Training was paused.")
            control.wait_while_paused()
            if not control.stop_asked:
                record.set_status("running")
                record.add_event("resumed", "Training went on.")
        if control.stop_asked:
            raise _Stopped
        rate = control.take_learning_rate()
        if rate is not None:
            self._set_learning_rate(rate)

    def _set_learning_rate(self, rate: float) -> None:
        optimizer = self._job.optimizer
        before = float(tf.convert_to_tensor(optimizer.learning_rate))
        try:
            optimizer.learning_rate = rate
        except TypeError:
            self._record.add_event(
                "warning", "The learning rate follows a schedule and cannot be set by hand."
            )
            return
        text = f"Learning rate changed from {before:.4g} to {rate:.4g}."
        self._record.add_event("learning_rate", text)

    def _training_step(self, inputs: Any, target: Any) -> Any:
        """One step in the graph; gives its loss."""
        step = self._job.train_step or self._default_step
        result = step(inputs, target)
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
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
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


def _mean(chunks: list[Chunk]) -> float:
    """The mean loss a sample: a short batch counts only as much as it holds."""
    losses = np.concatenate([chunk.losses for chunk in chunks]).astype(np.float64)
    sizes = np.concatenate([chunk.sizes for chunk in chunks])
    return float(np.average(losses, weights=sizes)) if sizes.sum() else float("nan")
