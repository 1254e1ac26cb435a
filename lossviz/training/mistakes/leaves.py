"""The arrays in a structure of inputs or targets, each with a name for messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz._tensorflow import tf

CHUNK = 1 << 18
"""Elements looked at in one go: they fit into a processor's cache."""

SAMPLE = 2_000
"""Rows looked at where looking at all would take long."""


@dataclass(frozen=True)
class Leaf:
    """One array of a structure.

    Attributes:
        path: keys and places from the outside in; () for a structure that is one array.
        values: the numbers or texts.
        rows: whether the first axis counts samples; not so for ragged and sparse tensors.
    """

    path: tuple[str | int, ...]
    values: np.ndarray[Any, Any]
    rows: bool = True

    def called(self, what: str) -> str:
        """`what` with the place in the structure, such as "inputs['image']"."""
        return what + "".join(f"[{part!r}]" for part in self.path)

    @property
    def numeric(self) -> bool:
        """Whether these are numbers (half-precision ones of other libraries, too)."""
        return str(self.values.dtype.kind) in "biuf" or self.values.dtype.name == "bfloat16"

    @property
    def floating(self) -> bool:
        """Whether these are numbers with fractions."""
        return str(self.values.dtype.kind) == "f" or self.values.dtype.name == "bfloat16"


def leaves(structure: Any, path: tuple[str | int, ...] = ()) -> list[Leaf]:
    """The arrays of a structure of dicts, lists and tuples, in TensorFlow's order.

    What is not an array (None, objects) is left out.
    """
    if structure is None:
        return []
    if isinstance(structure, dict):
        pairs = sorted(structure.items(), key=lambda item: str(item[0]))
        return [leaf for key, part in pairs for leaf in leaves(part, (*path, key))]
    if isinstance(structure, tuple | list) and structure and hasattr(structure[0], "shape"):
        return [
            leaf for place, part in enumerate(structure) for leaf in leaves(part, (*path, place))
        ]
    if isinstance(structure, tuple | list) and structure and isinstance(structure[0], dict):
        return [
            leaf for place, part in enumerate(structure) for leaf in leaves(part, (*path, place))
        ]
    rows = True
    if isinstance(structure, tf.RaggedTensor):
        structure, rows = structure.flat_values, False
    elif isinstance(structure, tf.SparseTensor):
        structure, rows = structure.values, False
    elif hasattr(structure, "to_numpy"):
        structure = structure.to_numpy()
    try:
        values = np.asarray(structure)
    except (TypeError, ValueError, NotImplementedError):
        return []
    if values.dtype == object and values.size and not isinstance(values.flat[0], str | bytes):
        return []
    return [Leaf(path, values, rows and values.ndim > 0)]


def sampled(values: np.ndarray[Any, Any], count: int = SAMPLE) -> np.ndarray[Any, Any]:
    """At most `count` rows, evenly spread."""
    if len(values) <= count:
        return values
    return values[np.linspace(0, len(values) - 1, count).astype(np.int64)]


def as_float(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Numbers as float64."""
    return np.asarray(values, dtype=np.float64)


def finite_part(values: np.ndarray[Any, Any], count: int = SAMPLE) -> np.ndarray[Any, Any]:
    """The finite numbers of a sample of rows, in one line, as float64."""
    part = as_float(sampled(values, count) if values.ndim else values).reshape(-1)
    return np.asarray(part[np.isfinite(part)])


def chunks(values: np.ndarray[Any, Any]) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
    """Slices of rows that fit into the cache, each with its first row's place."""
    if values.ndim == 0 or not values.size:
        return
    step = max(1, CHUNK // (values.size // len(values)))
    for start in range(0, len(values), step):
        yield start, values[start : start + step]


@dataclass(frozen=True)
class Span:
    """The range of an array's finite numbers, and what is not finite.

    Attributes:
        low, high: the smallest and largest finite number; NaN where there is none.
        bad: the place of the first NaN or infinity, or None.
        value: it.
        bad_rows: how many rows hold one.
        where: its place in words, where there is more to say than a row.
    """

    low: float
    high: float
    bad: tuple[int, ...] | None = None
    value: float = 0.0
    bad_rows: int = 0
    where: str = ""


def span(values: np.ndarray[Any, Any]) -> Span:
    """The range of an array of numbers; every element is looked at."""
    low, high = np.inf, -np.inf
    bad, value, bad_rows = None, 0.0, 0
    two_bytes = values.dtype.itemsize == 2 and values.dtype.kind not in "iu"
    with np.errstate(all="ignore"):
        for start, chunk in chunks(values):
            part = chunk.astype(np.float32) if two_bytes else chunk
            # A NaN comes out of a minimum, and an infinity is one: no second pass.
            least, most = float(part.min()), float(part.max())
            if not (np.isfinite(least) and np.isfinite(most)):
                finite = np.isfinite(part)
                wrong = ~finite.reshape(len(part), -1).all(axis=1)
                bad_rows += int(wrong.sum())
                if bad is None:
                    place = tuple(int(axis[0]) for axis in np.nonzero(~finite))
                    bad, value = (start + place[0], *place[1:]), float(part[place])
                if not finite.any():
                    continue
                least, most = float(part[finite].min()), float(part[finite].max())
            low, high = min(low, least), max(high, most)
    if low > high:
        low = high = float("nan")
    return Span(low, high, bad, value, bad_rows)


def whole_numbers(values: np.ndarray[Any, Any]) -> bool:
    """Whether a sample of the values holds no fraction."""
    if values.dtype.kind in "biu":
        return True
    part = finite_part(values)
    return bool(part.size) and bool((part == np.floor(part)).all())
