"""Checks of arguments, and the one error they raise.

Every message names the argument, what came and what is accepted; a misspelt name gets the nearest
accepted ones. The widgets show the same messages next to the field of the same name.
"""

from __future__ import annotations

import difflib
import math
import numbers
import re
from collections.abc import Iterable
from typing import Any


class ArgumentError(ValueError):
    """A value that is not accepted.

    Attributes:
        argument: the name of the argument, such as `"learning_rate"`.
        accepted: what is accepted, as a sentence without the argument's name.
    """

    def __init__(self, argument: str, message: str, accepted: str | None = None) -> None:
        super().__init__(message)
        self.argument = argument
        self.accepted = accepted or message


def shown(value: object) -> str:
    """`value` as an error message shows it: short, whatever its size."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{type(value).__name__} of shape {tuple(value.shape)}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def unknown_name(argument: str, value: object, accepted: Iterable[str]) -> ArgumentError:
    """The error for a name that is not in `accepted`; names the nearest ones."""
    names = list(accepted)
    near = difflib.get_close_matches(str(value).strip().lower(), names, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return ArgumentError(
        argument,
        f"{argument}: got {shown(value)}, which is not known.{hint} "
        f"Accepted: {', '.join(map(repr, names))}.",
        f"{shown(value)} is not known.{hint} Accepted: {', '.join(names)}.",
    )


def number(
    argument: str,
    value: Any,
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    above: float | None = None,
) -> float:
    """`value` as a finite float within bounds; text such as `"1e-3"` is read.

    Args:
        argument: the argument's name, for the message.
        value: a real number, or text that reads as one.
        minimum: smallest accepted value.
        maximum: largest accepted value.
        above: when given, the value must be strictly greater.

    Raises:
        ArgumentError: when `value` is no such number.
    """
    wanted = "a finite number"
    if above is not None:
        wanted = "a number greater than 0" if above == 0 else f"a number greater than {above:g}"
    elif minimum > -math.inf and maximum < math.inf:
        wanted = f"a number from {minimum:g} to {maximum:g}"
    elif minimum > -math.inf:
        wanted = f"a number of at least {minimum:g}"
    elif maximum < math.inf and above is None:
        wanted = f"a number of at most {maximum:g}"
    if above is not None and maximum < math.inf:
        wanted += f" and at most {maximum:g}"
    try:
        if isinstance(value, bool) or not (isinstance(value, str) or _is_real(value)):
            raise TypeError
        # float() also reads "1_000" and " nan ", which people do not mean here.
        if isinstance(value, str) and "_" in value:
            raise ValueError
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        raise _refused(argument, value, wanted) from None
    if not math.isfinite(result) or result < minimum or result > maximum:
        raise _refused(argument, value, wanted)
    if above is not None and result <= above:
        raise _refused(argument, value, wanted)
    return result


def whole_number(argument: str, value: Any, *, minimum: int = 1, maximum: int = 2**63 - 1) -> int:
    """`value` as an int within bounds; text such as `"32"` is read.

    Raises:
        ArgumentError: unless `value` is a whole number between `minimum` and `maximum`.
    """
    wanted = f"a whole number of at least {minimum}"
    if maximum < 2**63 - 1:
        wanted = f"a whole number from {minimum} to {maximum}"
    try:
        if isinstance(value, bool):
            raise TypeError
        if isinstance(value, str):
            if "_" in value:
                raise ValueError
            result = int(value)
        elif isinstance(value, numbers.Integral) or (_is_real(value) and float(value).is_integer()):
            result = int(value)
        else:
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise _refused(argument, value, wanted) from None
    if not minimum <= result <= maximum:
        raise _refused(argument, value, wanted)
    return result


def _is_real(value: object) -> bool:
    # NumPy's scalars and zero-dimensional arrays have `__float__` but float32 is no numbers.Real.
    return isinstance(value, numbers.Real) or (
        hasattr(value, "__float__") and getattr(value, "shape", None) == ()
    )


def _refused(argument: str, value: object, wanted: str) -> ArgumentError:
    empty = isinstance(value, str) and not value.strip()
    came = "nothing" if empty else shown(value)
    return ArgumentError(
        argument,
        f"{argument}: got {came}; it must be {wanted}.",
        _without_comma(value, wanted) or f"Enter {wanted}.",
    )


def _without_comma(value: object, wanted: str) -> str:
    """What a person means who writes a number with a comma; "" where that is not the trouble."""
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", text):
        # In most of Europe 1,500 is one and a half, elsewhere fifteen hundred.
        plain = f"Leave out the comma: {text.replace(',', '')}."
        if text.count(",") > 1 or "whole" in wanted:
            return plain
        return f"{plain[:-1]}, or use a point: {text.replace(',', '.')}."
    if re.fullmatch(r"[+-]?\d*,\d+([eE][+-]?\d+)?", text) and "whole" not in wanted:
        return f"Use a point: {text.replace(',', '.')}"
    return ""
