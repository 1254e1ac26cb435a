"""How the command prints: lines for people, JSON for programs."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from typing import Any

ESCAPED = dict.fromkeys([*range(32), 127, *range(128, 160)], "?")
"""A name with a terminal's control characters must not act on the terminal."""


def line(text: str = "") -> None:
    """Print a line."""
    print(text.translate(ESCAPED))  # noqa: T201 - a command prints


def note(text: str) -> None:
    """Print a line that is not part of the result."""
    print(text.translate(ESCAPED), file=sys.stderr)  # noqa: T201


def as_json(value: Any) -> None:
    """Print a value as JSON that every parser reads: what is not finite becomes null."""
    print(json.dumps(_finite(value), indent=2, default=str))  # noqa: T201


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below their head, in columns as wide as they need."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        line("  ".join(map(str.ljust, row, widths)).rstrip())


def figure(value: float | None) -> str:
    """A number in four digits; "" for none."""
    return "" if value is None else f"{value:.4g}"


def duration(seconds: float | None) -> str:
    """As in 12 s, 3 min, 2.5 h."""
    if seconds is None:
        return ""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def moment(seconds: float) -> str:
    """A time of day in this place."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def agree(question: str) -> bool:
    """Whether the person says yes; no where nobody can be asked."""
    if not sys.stdin.isatty():
        note(f"{question} Add --yes to do so.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
