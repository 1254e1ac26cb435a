"""`lossviz.train`: check what was asked for, and start the run."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any

from lossviz._arguments import shown, unknown_name, whole_number
from lossviz._tensorflow import tf
from lossviz.training.control import Control
from lossviz.training.earlier import Earlier
from lossviz.training.live_runs import live_runs, register
from lossviz.training.numbering import new_id, next_number
from lossviz.training.preparation import prepared
from lossviz.training.record import Record
from lossviz.training.run import Run
from lossviz.training.trainer import Job, Trainer

described: ContextVar[tuple[dict[str, Any], str]] = ContextVar("described", default=({}, ""))
"""The config and the text of the program that starts runs now, for their records."""


def train(
    model: Any,
    data: Any,
    *,
    loss: Any,
    optimizer: Any = "sgd",
    learning_rate: float | None = None,
    epochs: int = 10,
    batch_size: int = 32,
    validation: Any = None,
    metrics: Iterable[Any] | None = None,
    train_step: Callable[[Any, Any], Any] | None = None,
    seed: int | None = None,
    task: str | None = None,
    device: str | Sequence[str] | None = None,
    name: str | None = None,
    resume: Any = None,
    callbacks: Iterable[Any] = (),
    jit_compile: bool = False,
    stop_at_nan: bool = True,
    when_busy: str = "queue",
) -> Run:
    """Train `model` in the background; returns at once.

    Each step's loss is recorded. Runs train one at a time, in the order in which they are started.

    Args:
        model: a `keras.Model`. Training starts from its present weights.
        data: `(inputs, targets)` arrays (NumPy, TensorFlow, pandas) with one sample a row, a
            batched `tf.data.Dataset`, a `keras.utils.PyDataset`, or a task's `Data`. Arrays are
            shuffled for each epoch; datasets come as they are.
        loss: a name in the catalogue, a `Loss`, a Keras loss, or any `f(target, output)`.
        optimizer: the name of a Keras optimizer, or one.
        learning_rate: greater than 0; the optimizer's own where it is not given.
        epochs: how many passes over the data, at least 1.
        batch_size: samples a step, at least 1; ignored for datasets, which have their own.
        validation: held-out data, in any form that `data` takes. A task's `Data` brings its own.
        metrics: names, Keras metrics or functions `f(target, output)`; a task's own by default.
        train_step: `f(inputs, target)` that takes one step and gives its loss, or
            `(loss, output)` so that metrics can be computed; runs in a graph.
        seed: seed of the shuffling. With the same seed, weights and data a CPU gives the same
            losses to the bit.
        task: the name of the task, for its metrics.
        device: such as `"GPU:0"` or `"CPU"`; the first GPU, or else the CPU, by default. Several,
            such as `["GPU:0", "GPU:1"]`, share each batch: TensorFlow's MirroredStrategy.
        name: the run's name for people.
        resume: a run that has ended, or its id: go on where its last checkpoint was written, up to
            `epochs` in all. Model, data, optimizer and metrics must be made as then; weights and
            all else come from the checkpoint. With the same seed and data a CPU gives the losses
            that an uninterrupted run gives, to the bit. Of a `tf.data.Dataset` the order is kept,
            too, also where it is shuffled anew for each epoch with a seed; what a Python generator
            gives it must give again.
        callbacks: Keras callbacks, such as `keras.callbacks.EarlyStopping` and
            `ReduceLROnPlateau`. Those that want to hear of every batch make training several times
            slower. What they have noted is in no checkpoint: in a run that is resumed they begin
            anew, with the learning rate that they had set, but without the best value so far, how
            long it has been waited for, and the weights that gave it.
        jit_compile: compile steps with XLA.
        stop_at_nan: end the run as failed at the first loss that is NaN or infinite; else go on.
        when_busy: what to do while other runs train: `"queue"` behind them, or `"replace"` them,
            which stops them.

    Returns:
        The run, queued or running.

    Raises:
        ArgumentError: (a ValueError) for a value that is not accepted; the message names the
            argument, what came and what is accepted. Nothing has been started then. A loss or step
            of your own is tried on one batch before: its error has the line of your code in `line`.
        TypeError: for an argument of a wrong kind.

    Example:
        >>> import numpy as np, keras, lossviz
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        >>> x, labels = np.random.rand(90, 4), np.arange(90) % 3
        >>> run = lossviz.train(model, (x, labels), loss="cross_entropy", epochs=1, seed=0)
        >>> run.wait(), len(run.step_loss)
        (True, 3)
    """
    if not isinstance(model, tf.keras.Model):
        raise TypeError(f"model: got {shown(model)}; it must be a keras.Model.")
    if when_busy not in {"queue", "replace"}:
        raise unknown_name("when_busy", when_busy, ("queue", "replace"))
    seed = None if seed is None else whole_number("seed", seed, minimum=0)
    earlier = None if resume is None else Earlier.of(resume)
    if seed is None:
        seed = secrets.randbits(32) if earlier is None else earlier.seed
    loss_name, job = prepared(
        model,
        data,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        epochs=epochs,
        batch_size=batch_size,
        validation=validation,
        metrics=metrics,
        train_step=train_step,
        seed=seed,
        task=task,
        device=device,
        callbacks=callbacks,
        jit_compile=jit_compile,
        stop_at_nan=stop_at_nan,
        checkpoint=None if earlier is None else earlier.checkpoint,
    )
    if earlier is not None:
        earlier.check_steps(job.batches.steps_per_epoch)
    record = _record(job, loss=loss_name, name=name, seed=seed, task=task or "", earlier=earlier)
    for warning in job.warnings:
        record.warn(warning)
    return _begin(job, record, when_busy)


def _record(
    job: Job,
    *,
    loss: str,
    name: str | None,
    seed: int | None,
    task: str,
    earlier: Earlier | None,
) -> Record:
    """The record of a new run, or of an earlier one that goes on."""
    config, program = described.get()
    number = next_number() if earlier is None else earlier.number
    given = None if name is None else str(name)
    if earlier is None:
        run = new_id()
    else:
        run, given = earlier.id, given or earlier.name
    record = Record(
        id=run,
        name=given or f"run {number}",
        number=number,
        loss=loss,
        epochs=job.epochs,
        device=job.device,
        seed=seed,
        task=task,
        config=config,
        program=program,
        steps_per_epoch=job.batches.steps_per_epoch,
    )
    if earlier is not None:
        earlier.hand_over(record)
    return record


def _begin(job: Job, record: Record, when_busy: str) -> Run:
    """Start the run's thread."""
    if when_busy == "replace":
        for other in live_runs():
            other.stop()
    control = Control()
    model = job.model if job.mirrored is None else job.mirrored.original
    trainer = Trainer(job, record, control)
    run = Run(record, control, model, trainer)
    # A daemon: a kernel must be able to end while a run is paused.
    thread = threading.Thread(target=trainer.work, name=f"lossviz {record.name}", daemon=True)
    register(run, thread)
    thread.start()
    return run
