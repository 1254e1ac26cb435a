"""The loss that a run minimises, from whatever the user named it with."""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lossviz import losses
from lossviz._arguments import ArgumentError, shown, unknown_name
from lossviz._tensorflow import tf
from lossviz.losses import Loss
from lossviz.training import weighting
from lossviz.training.keras_loss import keras_loss
from lossviz.training.outputs import Output
from lossviz.training.own_values import replaced

OWN_LOSS = "own loss"
_SAY_NOTHING = {"loss_fn", "loss", "fn", "func", "function", "call", "__call__", "wrapper",
                "wrapped", "inner", "f", "_"}  # fmt: skip
"""Names of functions that tell nothing of what they compute."""


class Objective:
    """The loss that a run minimises.

    Attributes:
        name: what the loss is called, such as `"cross_entropy"`.
        params: its parameters by name, the defaults included.
        from_logits: whether it takes the output for logits; None where it does not ask.
        loss: the catalogue's `Loss`, the Keras loss or the user's function.

    Example:
        >>> import numpy as np
        >>> from lossviz.training.objective import objective
        >>> minimised = objective("sparse_categorical_crossentropy", from_logits=True)
        >>> round(float(minimised(np.array([0, 1]), 2.0 * np.eye(2))), 4)
        0.1269
    """

    def __init__(self, name: str, loss: Any, params: Mapping[str, Any], keras: Any = None) -> None:
        self.name = name
        self.loss = loss
        self.params = dict(params)
        self.from_logits: bool | None = self.params.get("from_logits")
        self._keras = keras

    def __call__(self, target: Any, output: Any, sample_weight: Any = None) -> Any:
        """The mean loss of a batch, as Keras' `fit` computes it: a float32 scalar.

        Args:
            target, output: tensors or arrays; a mask that Keras has put on the output counts.
            sample_weight: a weight for each sample, or for each position of it, such as
                `[batch]` or `[batch, time]`; the weighted losses are divided by their number.

        Raises:
            ArgumentError: for weights with a loss that is no mean over the samples, and for shapes
                and labels that do not fit.
        """
        if isinstance(output, list | tuple):
            target, output = tf.convert_to_tensor(target), tf.convert_to_tensor(output)
        if self._keras is not None:
            value = tf.cast(self._of_keras(target, output, sample_weight), tf.float32)
            return value if value.shape.rank == 0 else tf.reduce_mean(value)
        return weighting.mean(self.loss, target, output, sample_weight, self.params)

    def _of_keras(self, target: Any, output: Any, sample_weight: Any) -> Any:
        """The mean of the batch that came, whatever that is a part of.

        On several devices Keras makes a mean the share of one device, but leaves a single number
        that a loss returns.
        """
        devices = tf.distribute.get_strategy().num_replicas_in_sync
        if devices == 1:
            return self._keras(target, output, sample_weight)
        shapes = _Shapes()
        with replaced(self._keras, "call", shapes.noted):
            value = self._keras(target, output, sample_weight)
        return value * shapes.factor(devices)

    def as_keras(self) -> Any:
        """The same as a `keras.losses.Loss`, for `model.compile`."""
        return self._keras if self._keras is not None else _adapter_class()(self)

    def __repr__(self) -> str:
        given = "".join(f", {name}={value!r}" for name, value in self.params.items())
        return f"Objective({self.name!r}{given})"


class _Shapes:
    """Whether a loss returns one number or one for each sample.

    A class: AutoGraph, which reads every function that a step calls, cannot read one with functions
    inside it.
    """

    def __init__(self) -> None:
        self._several = False

    def noted(self, original: Callable[..., Any]) -> Callable[..., Any]:
        self._original = original
        return self._call

    def factor(self, devices: int) -> int:
        return devices if self._several else 1

    def _call(self, target: Any, output: Any) -> Any:
        values = self._original(target, output)
        self._several = values.shape.rank != 0
        return values


def objective(
    loss: Any,
    *,
    params: Mapping[str, Any] | None = None,
    from_logits: bool | None = None,
    output: Output | None = None,
) -> Objective:
    """The objective that `loss` names.

    Args:
        loss: a name in the catalogue, a `Loss`, a name or config that `keras.losses.get` knows, a
            Keras loss, or any `f(target, output)`.
        params: values for the loss's parameters.
        from_logits: whether the output holds logits; None takes what was found, or the default.
        output: what was found of the model's output. Only losses of the catalogue ask for it:
            Keras' own mean what they mean to `fit`.

    Raises:
        ArgumentError: for an unknown name, and for a parameter that the loss does not take.
        TypeError: when `loss` is nothing that can be called with target and output.
    """
    given = dict(params or {})
    if from_logits is not None:
        if not isinstance(from_logits, bool):
            raise ArgumentError(
                "from_logits", f"from_logits: got {shown(from_logits)}; it must be True or False."
            )
        given["from_logits"] = from_logits
    if isinstance(loss, Objective):
        loss = loss.loss
    if isinstance(loss, str):
        loss = _named(loss)
    if isinstance(loss, Loss) and loss.shapes != "any":
        return _of_catalogue(loss, given, output)
    if isinstance(loss, Loss):
        return _of_function(loss.function, loss.check_params(given), name=loss.name)
    if isinstance(loss, str | dict):
        return _of_identifier(loss, given)
    if isinstance(loss, type):
        module = "keras.losses." if loss.__module__.startswith("keras.") else ""
        raise ArgumentError(
            "loss", f"loss: got the class {loss.__name__}; give an instance: "
                    f"{module}{loss.__name__}()."
        )  # fmt: skip
    if isinstance(loss, tf.keras.losses.Loss):
        return _of_instance(loss, given)
    return _of_function(loss, given)


def check_shapes(loss: Any, target: Any, output: Any) -> None:
    """Raise an ArgumentError when target and output cannot fit a loss of the catalogue."""
    loss = loss.loss if isinstance(loss, Objective) else loss
    if not isinstance(loss, Loss):
        return
    both = [
        one if isinstance(one, tf.TensorSpec) else tf.convert_to_tensor(one)
        for one in (target, output)
    ]
    with tf.Graph().as_default():  # shapes alone: what the values are is asked later
        places = [tf.compat.v1.placeholder(one.dtype, one.shape) for one in both]
        losses.check_fit(loss, *weighting.batched(loss, *places))


def check_values(loss: Any, targets: Any, output: Any) -> None:
    """Raise an ArgumentError when a loss of the catalogue cannot learn these targets.

    Args:
        loss: what the user named the loss with, looked up in the catalogue where it is a name.
        targets: all targets, as the user handed them over.
        output: shape of the model's output for a batch.
    """
    loss = loss.loss if isinstance(loss, Objective) else loss
    if not isinstance(loss, Loss) or loss.shapes == "any" or output.rank is None:
        return
    try:
        losses.check_targets(loss, targets, [None, *output[1:]])
    except ArgumentError as error:
        raise ArgumentError("data", f"data: {error.accepted}") from None


def _of_catalogue(loss: Loss, given: dict[str, Any], output: Output | None) -> Objective:
    if "from_logits" in given and "from_logits" not in loss.params:
        raise _takes_none(loss.name)
    params = loss.check_params(given)
    known = output is not None and output.holds == "probabilities"
    if known and "from_logits" in loss.params and "from_logits" not in params:
        params["from_logits"] = False
    defaults = {name: card.default for name, card in loss.params.items()}
    return Objective(loss.name, loss, defaults | params)


def _named(name: str) -> Loss | str:
    """The catalogue's loss of this name, or the name of one of Keras'."""
    known = tf.keras.losses
    if isinstance(getattr(known, name, None), type):
        return name  # such as "Dice", a class of Keras' by its very name
    try:
        return losses.get(name)
    except ArgumentError:
        if name.lower() in {"crossentropy", "ce"}:
            return name
        try:
            known.get(name)
        except ValueError:
            raise _unknown(name) from None
        return name


def _unknown(name: str) -> ArgumentError:
    known = tf.keras.losses
    keras_names = []
    for one in dir(known):
        if one not in {"Loss", "get", "serialize", "deserialize"} and not one.startswith("_"):
            try:
                known.get(one)
            except (ValueError, TypeError):
                continue
            keras_names.append(one)
    everywhere = list(dict.fromkeys([*losses.names(), *losses.aliases(), *keras_names]))
    by_lower = {one.lower(): one for one in reversed(everywhere)}
    near = difflib.get_close_matches(name.strip().lower(), by_lower, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(repr(by_lower[one]) for one in near)}?" if near else ""
    what = (
        f"{hint} Accepted: a name in the catalogue (lossviz.losses.names()), a name in "
        "keras.losses, a Keras loss, or any function f(target, output)."
    )
    return ArgumentError(
        "loss", f"loss: got {shown(name)}, which is not known.{what}",
        f"{shown(name)} is not known.{what}",
    )  # fmt: skip


def _of_identifier(identifier: str | dict[str, Any], given: dict[str, Any]) -> Objective:
    """A name or a config of Keras'."""
    if isinstance(identifier, dict):
        if "class_name" not in identifier:
            raise TypeError(f"loss: got {shown(identifier)}; a run has one loss.")
        return _of_instance(tf.keras.losses.get(identifier), given)
    if identifier.lower() in {"crossentropy", "ce"}:
        return _of_function(_cross_entropy, given, name=identifier)
    found = tf.keras.losses.get(identifier)
    if not isinstance(found, tf.keras.losses.Loss):
        return _of_function(found, given, name=identifier)
    kind = type(found)
    _check_takes(identifier, kind.__init__, given)
    return Objective(identifier, *_with_params(kind(**given)))


def _of_instance(loss: Any, given: dict[str, Any]) -> Objective:
    """A loss object of Keras'; `from_logits` makes another one where it has it."""
    name = _snake(type(loss).__name__)
    name = name if re.fullmatch(rf"{name}_\d+", str(loss.name)) else str(loss.name)
    if given:
        config = _config(loss)
        _check_known(name, list(config), given)
        loss = type(loss).from_config(config | given)
    return Objective(name, *_with_params(loss))


def _with_params(loss: Any) -> tuple[Any, dict[str, Any], Any]:
    """A Keras loss, its parameters, and the loss again, as `Objective` takes them."""
    plain = {
        name: value
        for name, value in _config(loss).items()
        if name not in {"name", "reduction", "fn", "dtype"}
    }
    return loss, plain, loss


def _config(loss: Any) -> dict[str, Any]:
    """The arguments that make an equal Keras loss."""
    try:
        config = dict(loss.get_config())
    except (NotImplementedError, TypeError, ValueError):
        return {}
    # Not every class of Keras' tells what it was given: Huber keeps its delta to itself.
    return getattr(loss, "_fn_kwargs", {}) | config


def _of_function(function: Any, given: dict[str, Any], name: str = "") -> Objective:
    losses.own(function)  # a TypeError for what cannot be called so
    name = name or _called(function)
    _check_takes(name, function, given)
    defaults = {} if isinstance(function, functools.partial) else _defaults(function)
    params = defaults | given
    whole = functools.partial(function, **given) if given else function
    return Objective(name, function, params, keras_loss(whole, name))


def _defaults(function: Any) -> dict[str, Any]:
    """The parameters behind target and output that are numbers, switches or text."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[2:]
    except (TypeError, ValueError):
        return {}
    return {
        parameter.name: parameter.default
        for parameter in parameters
        if isinstance(parameter.default, bool | int | float | str)
    }


def _check_takes(name: str, function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    if not given:
        return
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return
    _check_known(name, [parameter.name for parameter in parameters], given)


def _check_known(name: str, accepted: Iterable[str], given: Mapping[str, Any]) -> None:
    accepted = [one for one in accepted if one not in {"self", "y_true", "y_pred"}]
    for one in given:
        if one == "from_logits" and one not in accepted:
            raise _takes_none(name)
        if one not in accepted:
            raise unknown_name(f"parameter of {name}", one, accepted or ["(no parameters)"])


def _takes_none(name: str) -> ArgumentError:
    return ArgumentError(
        "from_logits",
        f"from_logits: {name} does not have this setting; leave the argument out.",
    )


def _cross_entropy(target: Any, output: Any) -> Any:
    """What `compile(loss="crossentropy")` takes for these shapes."""
    known = tf.keras.losses
    if output.shape[-1] == 1:
        return known.binary_crossentropy(target, output)
    if target.shape.rank < output.shape.rank or target.shape[-1] == 1:
        return known.sparse_categorical_crossentropy(target, output)
    return known.categorical_crossentropy(target, output)


def _called(function: Any) -> str:
    """What a function of a user's own is called; "own loss" where its name tells nothing."""
    while isinstance(function, functools.partial):
        function = function.func
    function = getattr(function, "python_function", function)
    name = getattr(function, "__name__", None)
    around = str(getattr(function, "__qualname__", "")).replace(".<locals>", "").split(".")[:-1]
    if name is None:
        name, around = type(function).__name__, []
    for one in (name, *reversed(around)):
        if one not in _SAY_NOTHING and one.isidentifier() and not one.startswith("test_"):
            return str(one)
    return OWN_LOSS


def _snake(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


@functools.cache
def _adapter_class() -> Any:
    class CatalogueLoss(tf.keras.losses.Loss):  # type: ignore[misc]
        """An objective of the catalogue as Keras takes it."""

        def __init__(self, objective: Objective) -> None:
            super().__init__(name=objective.name)
            self.objective = objective

        def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            return self.objective(y_true, y_pred, sample_weight)

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return self.objective(y_true, y_pred)

    return CatalogueLoss
