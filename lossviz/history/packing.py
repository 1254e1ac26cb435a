"""Stretches of series as bytes: compressed, and the same to the bit when they come back."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lossviz.series import Part

BLOCK = 16_384
"""Values in a row of the database that is full. What comes meanwhile lies in short rows, which a
full one replaces."""

LEVEL = 1
"""Of a full row. Noisy losses take 3.0 bytes a value with this, and 2.9 with the strongest, which
takes twice as long: their lower bits are chance."""

Row = tuple[int, int, bytes | None, bytes]
"""Index of the first value and behind the last one, the packed steps or None, the packed values."""


def rows(part: Part, *, last: bool = False) -> Iterator[Row]:
    """A stretch in rows that end where blocks do; with `last` nothing follows for a while."""
    first = part.first
    while first < part.stop:
        stop = min((first // BLOCK + 1) * BLOCK, part.stop)
        inside = slice(first - part.first, stop - part.first)
        # A short row is soon rewritten, and kept in the same format at no cost.
        level = LEVEL if last or stop - first == BLOCK else 0
        steps = None if part.steps is None else pack_steps(part.steps[inside], level)
        yield first, stop, steps, pack(part.values[inside], level)
        first = stop


def pack(values: NDArray[np.float32], level: int = LEVEL) -> bytes:
    """Compress values; the first bytes of all come together, since they are alike."""
    return zlib.compress(_by_place(np.ascontiguousarray(values, "<f4"), 4), level)


def unpack(data: bytes) -> NDArray[np.float32]:
    """The values."""
    found: NDArray[np.float32] = _whole(data, 4).view("<f4").astype(np.float32, copy=False)
    return found


def pack_steps(steps: NDArray[np.int64], level: int = LEVEL) -> bytes:
    """Steps compressed as what lies between them."""
    return zlib.compress(_by_place(np.diff(steps, prepend=0).astype("<i8"), 8), level)


def unpack_steps(data: bytes) -> NDArray[np.int64]:
    """The steps."""
    return np.cumsum(_whole(data, 8).view("<i8")).astype(np.int64, copy=False)


def _by_place(numbers: NDArray[np.generic], size: int) -> bytes:
    return numbers.view(np.uint8).reshape(-1, size).T.tobytes()


def _whole(data: bytes, size: int) -> NDArray[np.uint8]:
    turned = np.frombuffer(zlib.decompress(data), np.uint8).reshape(size, -1)
    return np.ascontiguousarray(turned.T).ravel()
