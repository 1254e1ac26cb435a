"""A model that is only looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lossviz.training.untracked import untracked


@contextmanager
def untouched(model: Any) -> Iterator[None]:
    """Put back what running a model changes besides its weights.

    States of recurrent layers, moving means, and where its random numbers are.
    """
    weights = {id(one) for one in model.trainable_variables}
    others = [one for one in model.variables if id(one) not in weights] + untracked(model)
    kept = [(other, other.numpy()) for other in others]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)
