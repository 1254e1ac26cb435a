"""The user's own model and data in a lab: their names, and what is known without TensorFlow."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lossviz import losses, tasks
from lossviz._arguments import ArgumentError, shown
from lossviz.program import TrainingConfig
from lossviz.training import outputs
from lossviz.widgets.user_targets import pair_spec, ranked, shape_of

SAMPLES = 8
"""Samples that are tried where a model's end does not reveal what its output contains."""

REBOUND = {"data", "loss_fn", "optimizer", "run", "task", "train_step", "validation"}
"""Names that the program itself assigns when it runs: a second run would find those."""


@dataclass(frozen=True)
class UserObjects:
    """What the user handed to the lab, under names that the program can write.

    Attributes:
        model, train, validation: Python expressions, "" where nothing was handed over.
        namespace: the objects by the names in the expressions.
        data_title: how the data are called in the form.
        data_error: what is wrong with the data, or "".
        target_shape: the shape of the targets, or None where only TensorFlow could tell.
        streamed: which of `"train"` and `"validation"` are datasets of `tf.data`.
        probabilities: whether the model's output was found to hold probabilities.
        found: what was found of it, as a sentence; "" for nothing.
        yes_or_no: whether the model ends in a single sigmoid.
        targets: the targets where they are an array, else None.
        named: a remark on the names that they got here; "" for nothing.
        labels: one more than the largest target where the targets are integers, which may be
            labels of classes; else 0.
    """

    model: str = ""
    train: str = ""
    validation: str = ""
    namespace: Mapping[str, Any] = field(default_factory=dict)
    data_title: str = ""
    data_error: str = ""
    named: str = ""
    labels: int = 0
    target_shape: tuple[int | None, ...] | None = None
    targets: Any = None
    streamed: tuple[str, ...] = ()
    probabilities: bool = False
    found: str = ""
    yes_or_no: bool = False

    def expressions(self) -> dict[str, Any]:
        """The expressions as arguments of a config."""
        return {"model": self.model, "train": self.train, "validation": self.validation}


def user_objects(model: Any, train: Any, validation: Any, names: Mapping[str, Any]) -> UserObjects:
    """Find out under which names the user knows these objects.

    Args:
        model, train, validation: what was handed over; None where nothing was.
        names: the user's variables.
    """
    train, validation = ranked(model, train), ranked(model, validation)
    namespace: dict[str, Any] = {}
    given: list[str] = []

    def name(value: Any, otherwise: str) -> str:
        known = [
            key
            for key, one in names.items()
            if one is value and not key.startswith("_") and key not in REBOUND
        ]
        found = known[0] if known else _free(otherwise, value, {**names, **namespace})
        namespace[found] = value
        if not known:
            given.append(found)
        return found

    def pair(value: Any, otherwise: str) -> str:
        if value is None:
            return ""
        known = any(one is value and not key.startswith("_") for key, one in names.items())
        if isinstance(value, tuple | list) and len(value) == 2 and not known:
            inputs = name(value[0], f"{otherwise}_inputs")
            return f"({inputs}, {name(value[1], f'{otherwise}_targets')})"
        return name(value, otherwise)

    expressions = {
        "model": "" if model is None else name(model, "my_model"),
        "train": pair(train, "train"),
        "validation": pair(validation, "held_out"),
    }
    target = shape_of(train)
    output = None if model is None else _output_of(model, train)
    off = output is not None and output.holds == "probabilities"
    shape = getattr(model, "output_shape", None)
    single = isinstance(shape, tuple) and shape[-1:] == (1,)
    return UserObjects(
        **expressions,
        streamed=tuple(
            name
            for name, one in (("train", train), ("validation", validation))
            if pair_spec(one) is not None
        ),
        yes_or_no=bool(single and output and output.activation == "sigmoid"),
        probabilities=off,
        found=f"{_subject(output.why)}, so from_logits is off." if output and off else "",
        namespace=namespace,
        named=f"The code uses these names for your objects: {', '.join(given)}." if given else "",
        data_title=_title(train),
        data_error=_error("train", train) or _error("validation", validation),
        labels=_labels(train),
        target_shape=target,
        targets=None if target is None or pair_spec(train) is not None else train[1],
    )


def losses_of_logits() -> list[str]:
    """The losses that assume logits unless set otherwise."""
    cards = {name: losses.get(name).params.get("from_logits") for name in losses.names()}
    return [name for name, card in cards.items() if card is not None and card.default is True]


def _output_of(model: Any, train: Any) -> outputs.Output:
    """What the model's output holds; where its end does not tell, a few samples are tried."""
    found = outputs.found(model)
    built = getattr(model, "built", False) and isinstance(train, tuple | list) and len(train) == 2
    if found.holds == "unknown" and built and hasattr(train[0], "shape"):
        with contextlib.suppress(Exception):  # any problem is reported when it trains
            found = outputs.found(model, sample=model(train[0][:SAMPLES], training=False))
    return found


def _subject(why: str) -> str:
    """The beginning of a sentence of why an output was found to hold what it holds."""
    return why.replace("the model", "Your model", 1).replace("its output", "Your model's output", 1)


def loss_name(loss: Any) -> str:
    """The name in the catalogue of what the user named a loss with; a function joins it.

    Raises:
        ArgumentError: for an unknown name.
        TypeError: when `loss` cannot be called as `f(target, output)`.
    """
    if isinstance(loss, str):
        return losses.get(loss).name
    known = loss if isinstance(loss, losses.Loss) else losses.own(loss)
    with contextlib.suppress(ArgumentError):
        found = losses.get(known.name)
        if found is known:
            return known.name
        if found.family != "own":
            # A user's own loss may have the name of one of the catalogue: both are kept.
            return losses.register(known.function, name=f"own_{known.name}").name
    return losses.register(known.function, name=known.name, title=known.title).name


def classes_to_encode(own: UserObjects, loss: losses.Loss, task: tasks.Task) -> int:
    """Into how many classes the program must encode the user's labels; 0: not at all."""
    target = own.target_shape
    if not (loss.class_axis and own.labels and target is not None):
        return 0
    if own.model:
        output = getattr(own.namespace[own.model], "output_shape", None)
        axes, classes = (len(output) - 1, output[-1]) if isinstance(output, tuple) else (0, 0)
    else:
        axes, classes = task.label_axes, own.labels
    if classes == 1:
        return 0
    return int(classes or 0) if axes and (len(target) == axes or target[-1] == 1) else 0


def classes_of_model(own: UserObjects) -> int:
    """The size of the last axis of the user's model's output; 0 where there is none or unknown."""
    output = getattr(own.namespace.get(own.model), "output_shape", None)
    return int(output[-1] or 0) if isinstance(output, tuple) else 0


def check_fit(own: UserObjects, config: TrainingConfig) -> None:
    """Compare the shapes of the user's model and targets before the program runs.

    The program's `loss_fn` is plain code, which would broadcast many a mismatch without a word.

    Raises:
        ArgumentError: when the model's output cannot fit the targets under the config's loss.
    """
    output = getattr(own.namespace.get(own.model), "output_shape", None)
    target = own.target_shape
    if not isinstance(output, tuple) or target is None:
        return
    if config.one_hot:
        column = len(target) == len(output) and target[-1] == 1
        target = (*(target[:-1] if column else target), config.one_hot)
        wrong = "" if own.targets is None else losses.wrong_labels(own.targets, config.one_hot)
        if wrong:
            raise ArgumentError("train", f"The {wrong}")
    elif len(target) == len(output) - 1 and output[-1] == 1:
        target = (*target, 1)
    loss = losses.get(config.loss)
    if loss.class_axis and output[-1] == 1:
        raise ArgumentError(
            "loss",
            f"{loss.title} compares classes, but your model has a single output. Choose Binary "
            "cross-entropy, or give the model one output for each class.",
        )
    try:
        losses.check_shapes(loss, (None, *target[1:]), output, config.all_loss_params())
        if not config.one_hot and own.targets is not None:
            losses.check_targets(loss, own.targets, (None, *output[1:]))
    except ArgumentError as error:
        raise ArgumentError(
            "model", f"The model's output does not match the targets: {error.accepted}"
        ) from None


def _free(wanted: str, value: Any, names: Mapping[str, Any]) -> str:
    """`wanted`, or the first of `wanted_2`, ... that is not a variable of another value."""
    found, number = wanted, 1
    while found in names and names[found] is not value:
        number += 1
        found = f"{wanted}_{number}"
    return found


def _length(part: Any) -> int | None:
    shape = getattr(part, "shape", None)
    if shape is not None and len(shape):
        return int(shape[0])
    try:
        return len(part)
    except TypeError:
        return None


def _title(train: Any) -> str:
    if isinstance(train, tasks.Data):
        return f"{train.name or 'your data'} ({len(train.inputs):,})"
    if isinstance(train, tuple | list) and len(train) == 2:
        samples = _length(train[0])
        if samples is not None:
            return f"your data ({samples:,})"
    return "" if train is None else "your data"


def _error(argument: str, data: Any) -> str:
    """The mistakes that need no TensorFlow to see."""
    if data is None or not isinstance(data, tuple | list):
        return ""
    if len(data) != 2:
        return f"{argument}: got {shown(data)}; it must be a pair (inputs, targets)."
    lengths = [_length(part) for part in data]
    if lengths[0] != lengths[1] and None not in lengths:
        return (
            f"{argument}: inputs and targets must have the same number of samples, "
            f"but they have {lengths[0]:,} and {lengths[1]:,}."
        )
    if lengths[0] == 0:
        return f"{argument}: the array is empty; at least one sample is needed."
    return ""


def _labels(train: Any) -> int:
    spec = pair_spec(train)
    if spec is not None:
        # How many there are only a pass over the data could tell; the model says it, too.
        return int(bool(spec[1].dtype.is_integer))
    shape = shape_of(train)
    if not shape or 0 in shape or "int" not in str(getattr(train[1], "dtype", "")):
        return 0
    return int(np.max(train[1])) + 1
