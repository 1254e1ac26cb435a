"""A float32 array that grows at its end without ever moving what it holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

BLOCK = 1 << 16
"""Values in a block. Blocks instead of one doubling array: appending costs the same at any length,
and no more than one block is ever allocated ahead."""


class Blocks:
    """An append-only list of float32 values in blocks of fixed size. Not locked; its owner is."""

    def __init__(self) -> None:
        self._blocks: list[Values] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, values: Values) -> None:
        """Add `values` (shape [n], float32) at the end."""
        done = 0
        while done < len(values):
            offset = self._length % BLOCK
            if offset == 0:
                self._blocks.append(np.empty(BLOCK, np.float32))
            count = min(BLOCK - offset, len(values) - done)
            self._blocks[-1][offset : offset + count] = values[done : done + count]
            self._length += count
            done += count

    def read(self, start: int, stop: int) -> Values:
        """A copy of the values `start <= index < stop`; bounds are cut to what is there."""
        start, stop = max(start, 0), min(stop, self._length)
        if start >= stop:
            return np.empty(0, np.float32)
        out = np.empty(stop - start, np.float32)
        done = 0
        while start + done < stop:
            block, offset = divmod(start + done, BLOCK)
            count = min(BLOCK - offset, stop - start - done)
            out[done : done + count] = self._blocks[block][offset : offset + count]
            done += count
        return out
