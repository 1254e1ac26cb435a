"""The list of healthy set-ups."""

from __future__ import annotations

from collections.abc import Callable

from case import Case
from seeds import Rng

HEALTHY: dict[str, Callable[[Rng], Case]] = {}


def healthy(build: Callable[[Rng], Case]) -> Callable[[Rng], Case]:
    assert build.__name__ not in HEALTHY
    HEALTHY[build.__name__] = build
    return build
