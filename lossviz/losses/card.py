"""A loss and its card: what a user needs to know to choose it."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lossviz._arguments import ArgumentError, unknown_name
from lossviz._parameter import Parameter
from lossviz._tensorflow import tf
from lossviz.losses.encoding import fitted
from lossviz.losses.fitting import Shapes, check_shapes


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One loss function of the catalogue, callable, with all that is known about it.

    Calling it returns the mean loss of a batch as a scalar float32 `tf.Tensor`, differentiable with
    respect to `output`.

    Attributes:
        function: the plain TensorFlow function `f(target, output, **parameters)`.
        name: the name in the catalogue, such as `"cross_entropy"`.
        title: the display name.
        family: the kind of loss, such as `"regression"`.
        formula: LaTeX.
        advice: what it penalizes, when to use it and when not.
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
            target: the wanted values; the shape is the loss's own (see its card). Classes may be
                given as whole numbers `[...]` or `[..., 1]`, of any dtype, or one-hot
                `[..., classes]`; numbers `[n]` fit an output `[n, 1]` and the reverse.
            output: the model's output: logits, or probabilities with `from_logits=False`. A single
                one `[..., 1]` is the score of the second of two classes. float16 and bfloat16 are
                computed in float32.
            **params: the loss's parameters; `params` has their defaults and bounds.

        Returns:
            A scalar float32 tensor; NaN where a label is not a class and only a graph sees it.

        Raises:
            ArgumentError: for an unknown parameter or one out of bounds, for shapes that do not
                fit each other, and for labels that are not a class of the output.
        """
        params = self.check_params(params)
        target, output, params = fitted(self, target, output, params)
        check_shapes(self, target.shape, output.shape, params)
        value = self.function(target, output, **params)
        # Keras' plain loss functions return one value per sample.
        return tf.reduce_mean(tf.cast(value, tf.float32)) if self.shapes == "any" else value

    def check_count(self, params: Mapping[str, Any], classes: int) -> None:
        """Raise an ArgumentError when a list of numbers is not one for each of the classes."""
        for name, value in params.items():
            if isinstance(value, list) and classes and len(value) != classes:
                raise ArgumentError(
                    name,
                    f"{name}: got {len(value)} numbers, but the data have {classes} classes; "
                    "there must be one for each.",
                    f"Enter {classes} numbers, one for each class; there are {len(value)} now.",
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
        """The function's own source code."""
        return textwrap.dedent(inspect.getsource(self.function))
