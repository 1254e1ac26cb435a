"""A float32 array that grows at its end without ever moving what it holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

BLOCK = 1 << 16
"""Values in a block. Blocks instead of one doubling array: appending costs the same at any length,
and no more than one block is ever allocated ahead."""

FIRST = 1 << 10
"""Values in the first block to begin with: a run has many series, and each has many levels."""


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
                self._blocks.append(np.empty(BLOCK if self._blocks else FIRST, np.float32))
            elif offset == len(self._blocks[-1]):
                self._blocks[-1] = np.resize(self._blocks[-1], 2 * offset)
            count = min(len(self._blocks[-1]) - offset, len(values) - done)
            self._blocks[-1][offset : offset + count] = values[done : done + count]
            self._length += count
            done += count
            if offset + count == BLOCK:
                self._blocks[-1] = _shrunk(self._blocks[-1])

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


def _shrunk(block: Values) -> Values:
    """A full block as one value where all are the same to the bit, as a learning rate's often are.

    So a constant costs nothing, and neither does the NaN before a series' first value.
    """
    bits = block.view(np.uint32)
    if bits[0] != bits[-1] or (bits != bits[0]).any():
        return block
    return np.broadcast_to(block[:1].copy(), block.shape)
