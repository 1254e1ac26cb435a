"""What was asked of `lossviz.train`, checked and made into a job.

Nothing of the user's is changed here but for the variables of a model that has none yet: a job that
waits for its turn, or is refused, leaves model and optimizer as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lossviz._arguments import ArgumentError, number, shown, whole_number
from lossviz._tensorflow import tf
from lossviz.tasks import Data
from lossviz.training import devices, outputs
from lossviz.training import metrics as run_metrics
from lossviz.training.callbacks import Callbacks
from lossviz.training.checkpoint import CheckpointInfo
from lossviz.training.checks import check_fit, try_own
from lossviz.training.faults import TrialError
from lossviz.training.forms import half_precision, hides_steps, leaves, output_form, spec_of
from lossviz.training.keras_steps import KerasSteps, brings_training
from lossviz.training.lean_steps import LeanSteps
from lossviz.training.mirrored import Mirrored
from lossviz.training.mistake_watch import MistakeWatch
from lossviz.training.objective import Objective, objective
from lossviz.training.optimizers import chosen, usable
from lossviz.training.request import Request
from lossviz.training.steps import Steps
from lossviz.training.trainer import TrainingSpec
from lossviz.training.untouched import untouched


@dataclass(frozen=True)
class Prepared:
    """A training spec, and its description.

    Attributes:
        loss: the name of the loss that trains.
        objectives: one for each output whose loss is known here; none where the model brings it.
        places: the devices.
    """

    spec: TrainingSpec
    loss: str
    objectives: list[Objective]


def prepared(asked: Request, checkpoint: CheckpointInfo | None) -> Prepared:
    """The job.

    Raises:
        ArgumentError, TypeError: as `lossviz.train`; nothing has been started then.
    """
    rate = asked.learning_rate
    rate = None if rate is None else number("learning_rate", rate, above=0)
    epochs = whole_number("epochs", asked.epochs)
    initial = whole_number("initial_epoch", asked.initial_epoch, minimum=0)
    batch_size = asked.batch_size
    batch_size = None if batch_size is None else whole_number("batch_size", batch_size)
    places = devices.choose(asked.device)
    _check_step(asked, places)
    with devices.on(places[0]):
        callbacks = Callbacks(asked.callbacks, asked.model)
        form = _form(asked)
        objectives, keras = _objectives(asked, form)
        steps = _steps(asked, form, (objectives, keras), rate, places)
        spec = TrainingSpec(
            steps=steps,
            batch_spec=asked.source.spec,
            batches=asked.source.batches(
                batch_size, shuffle=asked.shuffle, seed=asked.seed,
                steps=_steps_of(asked, "steps_per_epoch"),
            ),
            validation=_validation(asked, batch_size),
            first_epoch=initial + 1,
            epochs=epochs,
            validated=_validated(asked.validation_freq),
            callbacks=callbacks,
            batches_a_call=int(getattr(asked.model, "steps_per_execution", 1) or 1),
            checkpoint=checkpoint,
            learning_rate=rate if not isinstance(asked.optimizer, str | None) or checkpoint
            or asked.loss is None else None,
            places=places,
            stop_at_nan=bool(asked.stop_at_nan),
        )  # fmt: skip
        spec.watch = MistakeWatch(asked, steps, spec.batches, objectives, new=checkpoint is None)
        if len(objectives) == 1:
            if len(leaves(form)) == 1:
                check_fit(asked, objectives[0], form)
            try_own(asked, spec, objectives[0])
        if checkpoint is not None:
            checkpoint.check_model(asked.model)
            order = checkpoint.order()
            if order is not None:
                # After the trial, which begins a dataset, too.
                spec.batches.restore_order(checkpoint.cursor.epoch, order)
    return Prepared(spec, _title(asked, objectives), objectives)


def _form(asked: Request) -> Any:
    """The model's output; None of a model whose training needs no `call`, such as a GAN."""
    model = asked.model
    try:
        form = output_form(model, asked.source.inputs, "data")
    except ArgumentError:
        if brings_training(model) and asked.train_step is None:
            return None
        raise
    if asked.held_out is not None and not brings_training(model):
        output_form(model, asked.held_out.inputs, "validation")
    return form


def _check_step(asked: Request, places: Sequence[str]) -> None:
    step = asked.train_step
    if step is not None and not callable(step):
        raise TypeError(f"train_step: got {shown(step)}; it must be f(inputs, target).")
    if len(places) > 1 and step is not None:
        raise ArgumentError(
            "device",
            f"device: got {', '.join(places)}, but your own train_step runs on one device; "
            "choose one, or leave train_step out.",
        )
    if asked.loss is None and step is None and not getattr(asked.model, "compiled", False):
        raise ArgumentError(
            "loss",
            "loss: got none, and the model is not compiled; give loss=..., such as "
            "'cross_entropy', or call model.compile(...) first.",
        )
    if asked.loss is not None and asked.source.targets is None and not brings_training(asked.model):
        raise ArgumentError(
            "data",
            "data: got only inputs, but the loss needs targets; pass a pair (inputs, targets).",
        )
    held = asked.held_out
    if (
        held is not None
        and held.targets is None
        and asked.source.targets is not None
        and not brings_training(asked.model)
    ):
        raise ArgumentError(
            "validation",
            "validation: got only inputs, but the loss needs targets, as in the training "
            "data; pass a pair (inputs, targets).",
        )


def _objectives(asked: Request, form: Any) -> tuple[list[Objective], Any]:
    """The losses that are known here, and what `compile` takes as `loss`."""
    loss = asked.loss
    if loss is None:
        return [], None
    count = 1 if asked.train_step is not None else len(leaves(form))
    held = outputs.found_all(asked.model)
    if isinstance(loss, dict) and "class_name" not in loss:
        names = list(loss)
        known = list(form) if isinstance(form, dict) else list(
            getattr(asked.model, "output_names", names)
        )  # fmt: skip
        found = {
            name: objective(
                one,
                from_logits=asked.from_logits,
                output=_at(held, known.index(name) if name in known else None),
            )
            for name, one in loss.items()
            if one is not None
        }
        return list(found.values()), {name: one.as_keras() for name, one in found.items()}
    if isinstance(loss, list | tuple):
        several = [
            None if one is None
            else objective(one, from_logits=asked.from_logits, output=_at(held, index))
            for index, one in enumerate(loss)
        ]  # fmt: skip
        return (
            [item for item in several if item is not None],
            [None if item is None else item.as_keras() for item in several],
        )
    held_there = _held(asked, held) if count == 1 else _at(held, 0)
    only = objective(
        loss, params=asked.loss_params, from_logits=asked.from_logits, output=held_there
    )
    return [only], only.as_keras() if count == 1 else [only.as_keras()] * count


def _held(asked: Request, held: Sequence[Any]) -> Any:
    """What the only output holds; where the model's end does not tell, its first batch does."""
    found = _at(held, 0)
    if found is None or found.holds != "unknown" or asked.from_logits is not None:
        return found
    if asked.train_step is not None or brings_training(asked.model):
        return found
    with untouched(asked.model):
        inputs = asked.source.first(min(32, asked.batch_size or 32))
        inputs = inputs[0] if isinstance(inputs, tuple) else inputs
        sample = asked.model(inputs, training=False)
    return outputs.found(asked.model, sample=sample)


def _at(held: Sequence[Any], index: int | None) -> Any:
    return held[index] if index is not None and index < len(held) else None


def _steps(
    asked: Request,
    form: Any,
    found: tuple[list[Objective], Any],
    rate: float | None,
    places: list[str],
) -> Steps:
    """Keras' own step where it is needed, else the lean one."""
    model, single = asked.model, len(leaves(form)) == 1
    objectives, keras = found
    by_name = isinstance(asked.optimizer, str | None)
    if asked.loss is None and asked.train_step is None:
        own = None if asked.optimizer is None else chosen(asked.optimizer, rate)
        usable(own or model.optimizer, model)
        _refuse_several(places, "a compiled loss")
        return KerasSteps(model, compile_with=None, optimizer=own)
    optimizer = chosen(asked.optimizer or "sgd", rate if by_name else None)
    usable(optimizer, model)
    metrics = asked.metrics
    if single and objectives and asked.source.targets is not None:
        targets = tf.nest.flatten(asked.source.targets)
        metrics = run_metrics.build(
            metrics,
            targets[0],
            spec_of(leaves(form)[0]),
            objective=objectives[0],
            data=asked.data if isinstance(asked.data, Data) else None,
        )
    if asked.train_step is not None or not _needs_keras(asked, single):
        mirrored = Mirrored(model, optimizer, places) if len(places) > 1 else None
        return LeanSteps(
            model, optimizer, objectives[0] if objectives else _no_loss,
            metrics=list(metrics or []), train_step=asked.train_step, mirrored=mirrored,
            jit_compile=bool(asked.jit_compile),
        )  # fmt: skip
    _refuse_several(places, "several outputs, weights or custom training")
    compile_with = {
        "optimizer": optimizer,
        "loss": keras,
        "loss_weights": asked.loss_weights,
        "metrics": list(metrics) if isinstance(metrics, tuple) else metrics or None,
        "jit_compile": bool(asked.jit_compile),
    }
    return KerasSteps(model, compile_with=compile_with)


def _no_loss(target: Any, output: Any) -> Any:
    raise TrialError("loss", "loss: validation needs one; pass loss=... in addition to train_step.")


def _refuse_several(places: Sequence[str], what: str) -> None:
    if len(places) > 1:
        raise ArgumentError(
            "device",
            f"device: got {', '.join(places)}, but {what} trains on one device; choose one.",
        )


def _needs_keras(asked: Request, single: bool) -> bool:
    """Whether Keras' own step computes what the lean one does not."""
    model = asked.model
    return (
        not single
        or isinstance(asked.loss, dict | list | tuple)
        or asked.loss_weights is not None
        or asked.source.weighted
        or (asked.held_out is not None and asked.held_out.weighted)
        or isinstance(asked.metrics, dict)
        or brings_training(model)
        or hides_steps(model)
        or half_precision(model)
        or len(tf.nest.flatten(asked.source.targets)) != 1
    )


def _validation(asked: Request, batch_size: int | None) -> Any:
    if asked.held_out is None:
        return None
    size = asked.validation_batch_size
    return asked.held_out.batches(
        batch_size if size is None else whole_number("validation_batch_size", size),
        shuffle=False, seed=None, steps=_steps_of(asked, "validation_steps"), anew=True,
    )  # fmt: skip


def _steps_of(asked: Request, name: str) -> int | None:
    value = getattr(asked, name)
    return None if value is None else whole_number(name, value)


def _validated(every: Any) -> Callable[[int], bool]:
    """Whether an epoch, counted from 1, is validated: each n-th, or those of a list."""
    if isinstance(every, int) and not isinstance(every, bool):
        number_of = whole_number("validation_freq", every)
        return lambda epoch: epoch % number_of == 0
    try:
        chosen_epochs = {whole_number("validation_freq", one) for one in every}
    except TypeError:
        raise ArgumentError(
            "validation_freq",
            f"validation_freq: got {shown(every)}; it must be a whole number of at least 1, "
            "or a list of epochs, counted from 1.",
        ) from None
    return lambda epoch: epoch in chosen_epochs


def _title(asked: Request, objectives: Sequence[Objective]) -> str:
    """The name of what is minimised."""
    if objectives:
        return ", ".join(dict.fromkeys(one.name for one in objectives))
    compiled = getattr(asked.model, "loss", None)
    if compiled is None:
        return f"{type(asked.model).__name__}'s own" if brings_training(asked.model) else "add_loss"
    named = compiled.values() if isinstance(compiled, dict) else compiled
    parts = list(named) if isinstance(compiled, dict | list | tuple) else [compiled]
    return ", ".join(dict.fromkeys(_called(part) for part in parts if part is not None))


def _called(loss: Any) -> str:
    try:
        return objective(loss).name
    except (ValueError, TypeError):
        return str(getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__))
