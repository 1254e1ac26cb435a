"""The steps at which a sparse series has values."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

Steps = NDArray[np.int64]


class StepIndex:
    """Whole numbers that never decrease, kept exactly as arithmetic progressions.

    What is logged with every step, every tenth step or once an epoch takes no room at all; numbers
    without any order take 12 bytes each. Not locked; its owner is.

    Example:
        >>> from lossviz.series.step_index import StepIndex
        >>> places = StepIndex()
        >>> places.append([0, 10, 20, 23])
        >>> places.read(1, 4).tolist(), places.before(20)
        ([10, 20, 23], 2)
    """

    def __init__(self) -> None:
        # Of each progression: the index of its first number, that number, and the stride.
        self._index, self._start, self._stride = array("q"), array("q"), array("q")
        self._length, self._last = 0, 0

    def __len__(self) -> int:
        return self._length

    @property
    def last(self) -> int:
        """The last number; 0 before the first."""
        return self._last

    def append(self, steps: list[int]) -> None:
        """Add numbers at the end; none may be less than the one before it."""
        for step in steps:
            self._add(step)

    def _add(self, step: int) -> None:
        taken = self._length - self._index[-1] if self._index else 0
        if taken == 1:
            self._stride[-1] = step - self._last
        elif taken == 0 or step - self._last != self._stride[-1]:
            self._index.append(self._length)
            self._start.append(step)
            self._stride.append(0)
        self._last = step
        self._length += 1

    def read(self, start: int, stop: int) -> Steps:
        """The numbers `start <= index < stop`, int64; bounds are cut to what is there."""
        start, stop = max(start, 0), min(stop, self._length)
        if start >= stop:
            return np.empty(0, np.int64)
        firsts = np.array(self._index)
        indices = np.arange(start, stop)
        at = np.searchsorted(firsts, indices, side="right") - 1
        found: Steps = np.array(self._start)[at] + np.array(self._stride)[at] * (
            indices - firsts[at]
        )
        return found

    def before(self, step: int) -> int:
        """How many of the numbers are less than `step`."""
        at = int(np.searchsorted(np.array(self._start, np.int64), step, side="left")) - 1
        if at < 0:
            return 0
        end = self._index[at + 1] if at + 1 < len(self._index) else self._length
        start, stride = self._start[at], self._stride[at]
        count = end - self._index[at]
        if stride:
            count = min(count, -((start - step) // stride))
        return self._index[at] + count
