"""A run's series as its user reads them, live or past."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, shown, unknown_name
from lossviz.training.learning_rate import NAME as LEARNING_RATE
from lossviz.training.record import Record

OWN = frozenset({"epoch", "seconds", "step"})
"""Columns that a table of steps has besides its series."""


def series_names(record: Record, stored: Sequence[str] | None = None) -> list[str]:
    """The names of all series, "loss" first; `stored` names those that `record` was not given."""
    names = record.series.names() if stored is None else list(stored)
    # Several devices, and runs that an older version has recorded, know it as a line alone.
    if LEARNING_RATE not in names and record.learning_rates.last is not None:
        names.insert(1, LEARNING_RATE)
    return names


def series(record: Record, name: str) -> NDArray[np.float32]:
    """One value for each step, float32 [steps].

    Raises:
        ArgumentError: for a name that the run does not have; it tells the nearest.
    """
    names = series_names(record)
    if name not in names:
        raise unknown_name("name", name, names)
    if name in record.series:
        return record.series.on_every_step(name)
    steps = np.arange(len(record.losses), dtype=np.float64)
    return record.learning_rates.at(steps, later=True).astype(np.float32)


def log(record: Record, name: Any, value: Any) -> None:
    """Add a value from user code.

    Raises:
        TypeError: for a name that is not a string, or a value that is not a single number.
        ArgumentError: for a name that cannot be used, and after the run's end.
    """
    if not isinstance(name, str):
        raise TypeError(f"name: got {shown(name)}; it must be a string.")
    if not name.strip() or name in OWN:
        raise ArgumentError(
            "name",
            f"name: got {name!r}; it must be a string other than {', '.join(sorted(OWN))}, "
            "which a table of steps already has.",
        )
    record.log(name, _number(value))


def _number(value: Any) -> float:
    if isinstance(value, numbers.Real | np.bool_):
        return float(value)
    if getattr(value, "shape", None) in {(), (1,)}:
        try:
            return float(np.asarray(value).reshape(()))
        except (TypeError, ValueError, NotImplementedError):
            raise TypeError(
                f"value: got {shown(value)}, a symbolic tensor without a value; return it "
                'from train_step instead, such as {"loss": loss, "kl": kl}.'
            ) from None
    raise TypeError(f"value: got {shown(value)}; it must be a single number.")
