"""Do model, loss and data fit each other? Asked before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lossviz import losses
from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.training import trial
from lossviz.training.faults import TrialError, reason_of
from lossviz.training.forms import leaves, spec_of
from lossviz.training.keras_steps import brings_training
from lossviz.training.objective import Objective, check_shapes, check_values
from lossviz.training.request import Request
from lossviz.training.sources import Source
from lossviz.training.trainer import TrainingSpec
from lossviz.training.untouched import untouched


def check_fit(asked: Request, minimised: Objective, form: Any) -> None:
    """Shapes, then values, then a trace: each check assumes that the one before has passed."""
    targets = tf.nest.flatten(asked.source.targets)
    if asked.train_step is not None and not isinstance(minimised.loss, losses.Loss):
        return
    if len(targets) != 1 or brings_training(asked.model):
        return
    output, target = spec_of(leaves(form)[0]), targets[0]
    if target.shape.rank is None or not isinstance(target, tf.TensorSpec):
        return
    own = trial.is_own(asked.loss, asked.train_step)
    _fits(lambda: check_shapes(minimised, target, output), target, output)
    for source in (asked.source, asked.held_out):
        if source is not None and source.whole is not None:
            values = tf.nest.flatten(source.whole[1])[0]
            _check_values(source, minimised, values, output)
    if asked.held_out is not None and asked.held_out.targets is not None:
        held = tf.nest.flatten(asked.held_out.targets)[0]
        if not own and held.shape.rank is not None:
            _fits(lambda: _traced(minimised, held, output), held, output, "validation")
    if not own:
        _fits(lambda: _traced(minimised, target, output), target, output)
    elif asked.source.whole is not None and None not in output.shape[1:]:
        # Not traced: AutoGraph would put an error of its own around what a catalogue's loss says.
        known = tf.nest.flatten(asked.source.first(2)[1])[0]
        zeros = tf.zeros([known.shape[0], *output.shape[1:]], output.dtype)
        with trial.random_kept():
            _fits(lambda: minimised(known, zeros), target, output, tried_later=True)


def _check_values(source: Source, minimised: Objective, values: Any, output: Any) -> None:
    try:
        check_values(minimised, values, output.shape)
    except ArgumentError as error:
        if error.argument != "data" or source.argument == "data":
            raise
        text = str(error).removeprefix("data: ")
        raise ArgumentError(source.argument, f"{source.argument}: {text}") from None


def _traced(minimised: Objective, target: Any, output: Any) -> None:
    with trial.random_kept():
        tf.function(minimised.__call__).get_concrete_function(target, output)


def _fits(
    check: Callable[[], Any],
    target: Any,
    output: Any,
    argument: str = "model",
    *,
    tried_later: bool = False,
) -> None:
    """Run a check of the shapes; a mismatch is reported before anything starts.

    What goes wrong inside code of the user's own, which is tried later, is not the model's fault.
    """
    try:
        check()
    except TrialError:
        return  # reported by the trial, with its line
    except ArgumentError as error:
        if error.argument not in {"target", "output"}:
            raise
        raise ArgumentError(
            argument, f"{argument}: its output does not match the target. {error}"
            if argument == "model" else f"{argument}: its targets do not match the model. {error}",
        ) from None  # fmt: skip
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        if tried_later or target.shape[1:] == output.shape[1:]:
            return  # a mistake inside the loss: the run fails with its traceback
        shapes = [str(list(part.shape[1:]))[1:] for part in (target, output)]
        who = "its output" if argument == "model" else "the model's output"
        raise ArgumentError(
            argument,
            f"{argument}: {who} of shape [batch, {shapes[1]} does not match the target of "
            f"shape [batch, {shapes[0]}. {reason_of(error)}",
        ) from error
    except Exception:  # noqa: BLE001 - a mistake inside the loss: the run shows it
        return


def try_own(asked: Request, spec: TrainingSpec, minimised: Objective) -> None:
    """Try code of the user's own on a batch; the outcome goes into the training spec."""
    if not trial.is_own(asked.loss, asked.train_step) or brings_training(asked.model):
        return
    source, found = asked.source, []
    batch = source.spec if source.whole is None else source.first(asked.batch_size or 32)
    if not isinstance(batch, tuple) or len(batch) < 2:
        return
    try:
        with untouched(asked.model):
            if asked.train_step is not None:
                found = trial.try_step(
                    asked.train_step, asked.loss, batch[:2], spec.steps.optimizer
                )
            elif source.whole is not None:
                output = asked.model(batch[0], training=False)
                if len(tf.nest.flatten((batch[1], output))) == 2:
                    found = trial.try_loss(minimised, asked.loss, batch[1], output, asked.model)
    except TrialError as error:
        # Not an argument's fault, but the user's code's: that is what a run's error is for.
        spec.refused = error
        return
    # A model that has learned may have no gradient left.
    spec.warnings = () if spec.checkpoint is not None else tuple(found)
