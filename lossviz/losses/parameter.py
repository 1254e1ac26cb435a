"""A parameter of a loss or an optimizer: its default, its bounds and what it means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from lossviz._arguments import ArgumentError, number

Kind = Literal["number", "switch", "numbers"]


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


FROM_LOGITS = Parameter(
    default=True,
    kind="switch",
    help="On: the output holds logits, and the loss makes probabilities of them with softmax. "
    "Off: the model ends in softmax, and its output holds probabilities.",
)

FROM_SIGMOID_LOGITS = Parameter(
    default=True,
    kind="switch",
    help="On: the output holds logits, and the loss makes probabilities of them with sigmoid. "
    "Off: the model ends in sigmoid, and its output holds probabilities.",
)
