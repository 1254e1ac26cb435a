"""What was asked of `lossviz.train`, checked and made into a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from lossviz import tasks
from lossviz._arguments import ArgumentError, number, shown, unknown_name, whole_number
from lossviz._tensorflow import tf
from lossviz.losses import Loss
from lossviz.tasks import Data
from lossviz.training import devices, outputs, trial
from lossviz.training import metrics as run_metrics
from lossviz.training.callbacks import Callbacks
from lossviz.training.checkpoint import Found, variables
from lossviz.training.faults import TrialError
from lossviz.training.mirrored import Mirrored
from lossviz.training.objective import check_shapes, check_values, objective
from lossviz.training.position import Position
from lossviz.training.sources import Source
from lossviz.training.trainer import Job


def prepared(
    model: Any,
    data: Any,
    *,
    loss: Any,
    optimizer: Any,
    learning_rate: float | None,
    epochs: int,
    batch_size: int,
    validation: Any,
    metrics: Iterable[Any] | None,
    train_step: Callable[[Any, Any], Any] | None,
    seed: int | None,
    task: str | None,
    device: str | Sequence[str] | None,
    callbacks: Iterable[Any],
    jit_compile: bool,
    stop_at_nan: bool,
    checkpoint: Found | None,
) -> tuple[str, Job]:
    """The loss's name and the job; the arguments are those of `lossviz.train`.

    Raises:
        ArgumentError, TypeError: as `lossviz.train`; nothing has been changed then.
    """
    rate = None if learning_rate is None else number("learning_rate", learning_rate, above=0)
    epochs = whole_number("epochs", epochs)
    batch_size = whole_number("batch_size", batch_size)
    held = outputs.found(model)
    minimised = objective(loss, output=held)
    loss_name = minimised.name
    optimizer = _optimizer(optimizer, rate)
    places = devices.choose(device)
    place = places[0]
    if len(places) > 1 and train_step is not None:
        raise ArgumentError(
            "device",
            f"device: got {', '.join(places)}, but a train_step of your own runs on one device; "
            "give one, or leave the step to lossviz.",
        )
    if train_step is not None and not callable(train_step):
        raise TypeError(f"train_step: got {shown(train_step)}; it must be f(inputs, target).")
    if metrics is None and task is not None:
        metrics = tasks.get(task).metrics_for(data)
    if validation is None and isinstance(data, Data):
        validation = data
    source = Source("data", data)
    held_out = None if validation is None else Source("validation", validation)

    own = trial.is_own(loss, train_step)
    with devices.on(place):
        output = _output(model, source)
        if held.holds == "unknown" and output is not None:
            held = outputs.found(model, sample=output)
            minimised = objective(loss, output=held)
        target = None if source.sample is None else tf.nest.flatten(source.sample[1])[0]
        if output is not None and source.sample is not None:
            # Shapes, then values, then a trial: each can only be told when the one before is right.
            _check_fit(partial(check_shapes, minimised), source.sample[1], output)
            _check_data(model, minimised, output.shape, source, held_out)
            _check_fit(minimised, source.sample[1], output, tried_later=own)
        mirrored = Mirrored(model, optimizer, places) if len(places) > 1 else None
        trained = model if mirrored is None else mirrored.model
        optimizer = optimizer if mirrored is None else mirrored.optimizer
        job = Job(
            model=trained,
            optimizer=optimizer,
            mirrored=mirrored,
            objective=minimised,
            train_step=train_step,
            metrics=run_metrics.build(
                metrics,
                target,
                output,
                logits=isinstance(minimised.loss, Loss) and held.holds != "probabilities",
                data=data if isinstance(data, Data) else None,
            ),
            batches=source.batches(batch_size, shuffle=True, seed=seed),
            validation=None
            if held_out is None
            else held_out.batches(batch_size, shuffle=False, seed=None),
            epochs=epochs,
            device=", ".join(places),
            callbacks=Callbacks(list(callbacks), trained, optimizer),
            jit_compile=bool(jit_compile),
            stop_at_nan=bool(stop_at_nan),
            start=Position() if checkpoint is None else checkpoint.position,
        )
        if trained.built:
            # Variables made while a graph is traced are an error: the optimizer makes its own here.
            optimizer.build(trained.trainable_variables)
        if checkpoint is not None:
            checkpoint.restore(variables(trained, optimizer, job.metrics))
        if own and model.built:
            job = _tried(job, loss, model, source.first(batch_size), new=checkpoint is None)
        order = None if checkpoint is None else checkpoint.order()
        if checkpoint is not None and order is not None:
            # After the trial, which begins a dataset, too.
            job.batches.restore_order(checkpoint.position.epoch, order)
    return loss_name, job


def _check_data(
    model: Any, loss: Any, output: Any, source: Source, held_out: Source | None
) -> None:
    """Targets that the loss cannot learn, and held-out inputs that the model does not take."""
    for one in (source, held_out):
        if one is not None and one.targets is not None:
            check_values(loss, one.targets, output)
    if held_out is not None:
        _output(model, held_out)


def _tried(job: Job, loss: Any, model: Any, batch: Any, *, new: bool) -> Job:
    """The job with what came of trying code of the user's own on a batch."""
    found: list[str] = []
    try:
        if job.train_step is not None:
            found = trial.try_step(job.train_step, loss, batch, job.optimizer)
        elif not any(isinstance(part, tf.TensorSpec) for part in tf.nest.flatten(batch)):
            output = model(batch[0], training=False)
            if len(tf.nest.flatten((batch[1], output))) == 2:
                found = trial.try_loss(job.objective, loss, batch[1], output, model)
    except TrialError as error:
        # Not an argument's fault, but the user's code's: that is what a run's error is for.
        return replace(job, refused=error)
    # A model that has learnt may well have no gradient left.
    return replace(job, warnings=tuple(found) if new else ())


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
        argument, who = "model", "it"
        if source.argument != "data":
            argument, who = source.argument, "the model"
        raise ArgumentError(
            argument,
            f"{argument}: {who} does not take inputs of shape {shapes}. {_reason(error)}",
        ) from error
    return tf.nest.flatten(output)[0]


def _check_fit(
    check: Callable[[Any, Any], Any], target: Any, output: Any, *, tried_later: bool = False
) -> None:
    """Try the loss on two samples: shapes that cannot fit are told before anything starts.

    What goes wrong inside code of the user's own, which is tried later, is not the model's fault.
    """
    try:
        check(target, output)
    except TrialError:
        return  # told by the trial, with its line
    except ArgumentError as error:
        if error.argument not in {"target", "output"}:
            raise
        raise ArgumentError(
            "model", f"model: its output does not fit the data's target. {error}"
        ) from None
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        shapes = [list(part.shape[1:]) for part in tf.nest.flatten((target, output))]
        if tried_later or len(shapes) != 2 or shapes[0] == shapes[1]:
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
