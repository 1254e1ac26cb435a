"""A parameter of a loss or an optimizer: its default, its bounds and what it means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from lossviz._arguments import ArgumentError, number, whole_number

Kind = Literal["number", "whole", "switch", "numbers"]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a loss or an optimizer.

    Attributes:
        default: the value where none is given.
        help: one plain sentence.
        kind: `"number"`, `"whole"` (a whole number), `"switch"` (a bool) or `"numbers"` (one number
            a class, or None).
        minimum, maximum: bounds, inclusive.
        above: when given, the value must be strictly greater.
        least: the smallest value besides 0, which switches the parameter off.
        none: whether 0 is what Keras calls None: the parameter is off.
        advanced: one that a beginner need not see; written into the program only when it is set.
    """

    default: Any
    help: str
    kind: Kind = "number"
    minimum: float = float("-inf")
    maximum: float = float("inf")
    above: float | None = None
    least: float = 0.0
    none: bool = False
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
        if self.kind in {"number", "whole"}:
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
        if self.kind not in {"number", "whole"}:
            return ""
        if self.least:
            bounds = f"0, or at least {self.least:g}"
        elif self.above is not None:
            bounds = f"greater than {self.above:g}"
        elif math.isfinite(self.minimum) and math.isfinite(self.maximum):
            bounds = f"from {self.minimum:g} to {self.maximum:g}"
        elif math.isfinite(self.minimum):
            bounds = f"at least {self.minimum:g}"
        elif math.isfinite(self.maximum):
            bounds = f"at most {self.maximum:g}"
        else:
            bounds = ""
        return f"{bounds[0].upper()}{bounds[1:]}." if bounds else ""

    def _number(self, name: str, value: Any) -> float:
        found = self._within(name, value)
        if 0 < found < self.least:
            wanted = f"0, or at least {self.least:g}"
            raise ArgumentError(
                name, f"{name}: got {value!r}; it must be {wanted}.", f"Enter {wanted}."
            )
        return found

    def _within(self, name: str, value: Any) -> float:
        # Not one variable with an annotation: AutoGraph, which traces losses, warns of that.
        if self.kind == "whole":
            return whole_number(name, value, minimum=int(self.minimum))
        return number(name, value, minimum=self.minimum, maximum=self.maximum, above=self.above)
