"""`lossviz.train`: check what was asked for, and start the run."""

from __future__ import annotations

import atexit
import itertools
import re
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from lossviz import tasks
from lossviz._arguments import ArgumentError, number, shown, unknown_name, whole_number
from lossviz._tensorflow import tf
from lossviz.losses import Loss
from lossviz.losses import get as get_loss
from lossviz.tasks import Data
from lossviz.training import devices
from lossviz.training import metrics as run_metrics
from lossviz.training.control import Control
from lossviz.training.objective import check_shapes, check_values, objective
from lossviz.training.record import Record
from lossviz.training.run import Run
from lossviz.training.sources import Source
from lossviz.training.trainer import Job, Trainer

_numbers = itertools.count(1)
_alive: weakref.WeakKeyDictionary[threading.Thread, Run] = weakref.WeakKeyDictionary()


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
    device: str | None = None,
    name: str | None = None,
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
        device: such as `"GPU:0"` or `"CPU"`; the first GPU, or else the CPU, by default.
        name: the run's name for people.

    Returns:
        The run, queued or running.

    Raises:
        ArgumentError: (a ValueError) for a value that is not accepted; the message names the
            argument, what came and what is accepted. Nothing has been started then.
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
    rate = None if learning_rate is None else number("learning_rate", learning_rate, above=0)
    epochs = whole_number("epochs", epochs)
    batch_size = whole_number("batch_size", batch_size)
    seed = None if seed is None else whole_number("seed", seed, minimum=0)
    loss_name, minimised = objective(loss)
    optimizer = _optimizer(optimizer, rate)
    place = devices.choose(device)
    if train_step is not None and not callable(train_step):
        raise TypeError(f"train_step: got {shown(train_step)}; it must be f(inputs, target).")
    if metrics is None and task is not None:
        metrics = tasks.get(task).metrics_for(data)
    if validation is None and isinstance(data, Data):
        validation = data
    source = Source("data", data)
    held_out = None if validation is None else Source("validation", validation)

    catalogued = get_loss(loss) if isinstance(loss, str) else loss
    with devices.on(place):
        output = _output(model, source)
        target = None if source.sample is None else tf.nest.flatten(source.sample[1])[0]
        if output is not None and source.sample is not None:
            # Shapes, then values, then a trial: each can only be told when the one before is right.
            _check_fit(partial(check_shapes, catalogued), source.sample[1], output)
            for one in (source, held_out):
                if one is not None and one.targets is not None:
                    check_values(catalogued, one.targets, output.shape)
            _check_fit(minimised, source.sample[1], output)
        job = Job(
            model=model,
            optimizer=optimizer,
            objective=minimised,
            train_step=train_step,
            metrics=run_metrics.build(
                metrics,
                target,
                output,
                logits=isinstance(catalogued, Loss),
                data=data if isinstance(data, Data) else None,
            ),
            batches=source.batches(batch_size, shuffle=True, seed=seed),
            validation=None
            if held_out is None
            else held_out.batches(batch_size, shuffle=False, seed=None),
            epochs=epochs,
            device=place,
        )
        if model.built:
            # Variables made while a graph is traced are an error: the optimizer makes its own here.
            optimizer.build(model.trainable_variables)
    run_number = next(_numbers)
    record = Record(
        id=f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}",
        name=str(name) if name is not None else f"run {run_number}",
        number=run_number,
        loss=loss_name,
        epochs=epochs,
        device=place,
        steps_per_epoch=job.batches.steps_per_epoch,
    )
    control = Control()
    run = Run(record, control, model)
    # A daemon: a kernel must be able to end while a run is paused.
    thread = threading.Thread(
        target=Trainer(job, record, control).work, name=f"lossviz {record.name}", daemon=True
    )
    _alive[thread] = run
    thread.start()
    return run


def _optimizer(optimizer: Any, rate: float | None) -> Any:
    known = tf.keras.optimizers
    if isinstance(optimizer, str):
        classes = {
            key.lower(): value
            for key, value in vars(known).items()
            if isinstance(value, type)
            and issubclass(value, known.Optimizer)
            and key not in {"Optimizer", "LossScaleOptimizer"}
        }
        chosen = classes.get(optimizer.strip().lower())
        if chosen is None:
            raise unknown_name("optimizer", optimizer, sorted(classes))
        return chosen() if rate is None else chosen(learning_rate=rate)
    if not isinstance(optimizer, known.Optimizer):
        raise TypeError(
            f"optimizer: got {shown(optimizer)}; it must be the name of a Keras optimizer or one."
        )
    if rate is not None:
        try:
            optimizer.learning_rate = rate
        except TypeError:
            raise ArgumentError(
                "learning_rate",
                f"learning_rate: got {rate:g}, but the optimizer follows a schedule; give one of "
                "the two.",
            ) from None
    return optimizer


def _output(model: Any, source: Source) -> Any:
    """The model's output for the first samples, or None where it cannot be told beforehand."""
    if source.sample is None:
        return None
    inputs = source.sample[0]
    try:
        output = model(inputs, training=False)
    except Exception as error:
        shapes = ", ".join(
            f"{[None, *part.shape[1:]]} ({part.dtype.name})" for part in tf.nest.flatten(inputs)
        ).replace("None", "batch")
        raise ArgumentError(
            "model",
            f"model: it does not take inputs of shape {shapes}. {_reason(error)}",
        ) from error
    return tf.nest.flatten(output)[0]


def _check_fit(check: Callable[[Any, Any], Any], target: Any, output: Any) -> None:
    """Try the loss on two samples: shapes that cannot fit are told before anything starts."""
    try:
        check(target, output)
    except ArgumentError as error:
        if error.argument not in {"target", "output"}:
            raise
        raise ArgumentError(
            "model", f"model: its output does not fit the data's target. {error}"
        ) from None
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        shapes = [list(part.shape[1:]) for part in tf.nest.flatten((target, output))]
        if len(shapes) != 2 or shapes[0] == shapes[1]:
            return  # a mistake inside the loss: the run fails with its traceback
        raise ArgumentError(
            "model",
            f"model: its output of shape [batch, {str(shapes[1])[1:]} does not fit the data's "
            f"target of shape [batch, {str(shapes[0])[1:]}. {_reason(error)}",
        ) from error
    except Exception:  # noqa: BLE001 - likewise: the run shows it
        return


def _reason(error: Exception) -> str:
    """The line of a Keras or TensorFlow error that says what was wrong."""
    # Keras puts the reason behind a line that only names the layer's class, and TensorFlow
    # wraps it in terminal colours, a node's name and an operation's.
    text = re.sub(r"\x1b\[\d+m|{{[^}]*}}|\[Op:\w+\]( name: )?", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith("Exception enc")), "")


@atexit.register
def _stop_all() -> None:
    """Let no training thread run into the end of the interpreter, where TensorFlow would crash."""
    threads = [thread for thread in list(_alive) if thread.is_alive()]
    for thread in threads:
        _alive[thread].stop()
    deadline = time.monotonic() + 2.0
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
