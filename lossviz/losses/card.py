"""A loss and its card: what a person needs to know to choose it."""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from lossviz._arguments import ArgumentError, number, unknown_name
from lossviz._tensorflow import tf
from lossviz.losses.fitting import check_shapes

Kind = Literal["number", "switch", "numbers"]
Shapes = Literal["same", "classes", "ctc", "ssd", "any"]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a loss.

    Attributes:
        default: the value where none is given.
        help: one plain sentence.
        kind: `"number"`, `"switch"` (a bool) or `"numbers"` (one number a class, or None).
        minimum, maximum: bounds, inclusive.
        above: when given, the value must be strictly greater.
        advanced: one that a beginner need not see; written into the program only when it is set.
    """

    default: Any
    help: str
    kind: Kind = "number"
    minimum: float = float("-inf")
    maximum: float = float("inf")
    above: float | None = None
    advanced: bool = False

    def check(self, name: str, value: Any) -> Any:
        """`value`, if the parameter takes it.

        Raises:
            ArgumentError: otherwise, naming the parameter, what came and what is accepted.
        """
        if self.kind == "switch":
            if isinstance(value, bool):
                return value
            raise ArgumentError(name, f"{name}: got {value!r}; it must be True or False.")
        if self.kind == "number":
            return self._number(name, value)
        if value is None:
            return None
        try:
            values = list(value)
        except TypeError:
            raise ArgumentError(
                name, f"{name}: got {value!r}; it must be a list of numbers, one for each class."
            ) from None
        return [self._number(f"{name}[{i}]", item) for i, item in enumerate(values)]

    @property
    def accepted(self) -> str:
        """The bounds as a sentence, such as "From 0 to 1."; "" where there are none."""
        if self.kind != "number":
            return ""
        if self.above is not None:
            bounds = f"greater than {self.above:g}"
        elif math.isfinite(self.minimum) and math.isfinite(self.maximum):
            bounds = f"from {self.minimum:g} to {self.maximum:g}"
        elif math.isfinite(self.minimum):
            bounds = f"at least {self.minimum:g}"
        else:
            bounds = ""
        return f"{bounds[0].upper()}{bounds[1:]}." if bounds else ""

    def _number(self, name: str, value: Any) -> float:
        return number(name, value, minimum=self.minimum, maximum=self.maximum, above=self.above)


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One loss function of the catalogue, callable, with all that is known about it.

    Calling it gives the mean loss of a batch as a scalar float32 `tf.Tensor`, differentiable with
    respect to `output`.

    Attributes:
        function: the plain TensorFlow function `f(target, output, **parameters)`.
        name: the name in the catalogue, such as `"cross_entropy"`.
        title: the name for people.
        family: the kind of loss, such as `"regression"`.
        formula: LaTeX.
        advice: what it punishes, when to use it and when not.
        tasks: the names of the tasks that it suits.
        params: the parameters by name.
        reference: where it was introduced or is explained best.
        aliases: other names under which `lossviz.losses.get` finds it.
        shapes: which shapes target and output must have: `"same"`, `"classes"` (both
            `[..., classes]`), `"ctc"`, `"ssd"`, or `"any"` for a user's own.
        one_hot: True when targets must be one-hot, not just probabilities.
        probabilities: True when targets must lie between 0 and 1 without a class axis.

    Example:
        >>> import lossviz
        >>> loss = lossviz.losses.get("mse")
        >>> float(loss([[0.0, 1.0]], [[1.0, 1.0]]))
        0.5
    """

    function: Callable[..., Any]
    name: str
    title: str
    family: str = "own"
    formula: str = ""
    advice: str = ""
    tasks: tuple[str, ...] = ()
    params: Mapping[str, Parameter] = field(default_factory=lambda: MappingProxyType({}))
    reference: str = ""
    aliases: tuple[str, ...] = ()
    shapes: Shapes = "same"
    one_hot: bool = False
    probabilities: bool = False

    def __call__(self, target: Any, output: Any, **params: Any) -> Any:
        """The mean loss of a batch.

        Args:
            target: the wanted values; the shape is the loss's own (see its card).
            output: the model's output, logits unless the loss says otherwise; float16 and
                bfloat16 are computed in float32.
            **params: the loss's parameters; `params` has their defaults and bounds.

        Returns:
            A scalar float32 tensor.

        Raises:
            ArgumentError: for an unknown parameter or one out of bounds, and for shapes that do
                not fit each other.
        """
        params = self.check_params(params)
        output = tf.cast(tf.convert_to_tensor(output), tf.float32)
        target = tf.convert_to_tensor(target)
        # Labels stay whole numbers: class 16,777,217 has no float32 of its own.
        if self.shapes not in {"ctc", "any"}:
            target = tf.cast(target, tf.float32)
        check_shapes(self, target.shape, output.shape, params)
        value = self.function(target, output, **params)
        # A loss of Keras' plain functions gives one value a sample.
        return tf.reduce_mean(tf.cast(value, tf.float32)) if self.shapes == "any" else value

    def check_count(self, params: Mapping[str, Any], classes: int) -> None:
        """Raise an ArgumentError when a list of numbers is not one for each of the classes."""
        for name, value in params.items():
            if isinstance(value, list) and classes and len(value) != classes:
                raise ArgumentError(
                    name,
                    f"{name}: got {len(value)} numbers, but the data have {classes} classes; "
                    "there must be one for each.",
                    f"Enter {classes} numbers, one for each class; these are {len(value)}.",
                )

    def check_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`params`, each checked against its card.

        Raises:
            ArgumentError: for an unknown name or a value out of bounds.
        """
        for name in params:
            if name not in self.params:
                accepted = list(self.params) or ["(no parameters)"]
                raise unknown_name(f"parameter of {self.name}", name, accepted)
        return {name: self.params[name].check(name, value) for name, value in params.items()}

    @property
    def class_axis(self) -> bool:
        """Whether target and output are `[..., classes]`: integer labels are encoded one-hot."""
        return self.shapes == "classes"

    @property
    def source(self) -> str:
        """The function's own source text, as it stands in the catalogue."""
        return textwrap.dedent(inspect.getsource(self.function))
