"""A value for each step of a run: every raw one, and the extremes of anchored ranges."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import numpy as np

from lossviz.series.blocks import Blocks, Values

FIRST_WIDTH = 64
"""Steps in a bucket of the finest level that is kept. Levels above double it: 64, 128, 256, ...
With two float32 a bucket all levels together cost a quarter of a byte a step. Finer buckets (2, 4,
..., 32 steps) are reduced from the raw values when they are asked for: that many values are read in
less than a millisecond."""


AT_ONCE = 4096
"""New values are added to the levels in groups of this size, or fewer on a read: a training run
adds a few to each of many series twenty times a second."""


@dataclass(frozen=True)
class Window:
    """A range of steps in bounded size: min/max buckets for the older part, raw for the rest.

    Attributes:
        start: index of the first step covered.
        width: steps in a bucket.
        minimum, maximum: float32 arrays, one value a bucket; bucket i covers the steps
            `start + i * width` to `start + (i + 1) * width`, the first perhaps fewer.
        raw_start: index of the first raw step. Buckets end there; the last one before it may be
            cut short.
        raw: float32 array with every step from `raw_start` on.
    """

    start: int
    width: int
    minimum: Values
    maximum: Values
    raw_start: int
    raw: Values


class _Level:
    """The extremes of complete buckets of `width` steps. Bucket i always covers the steps
    `i * width` to `(i + 1) * width`: its bounds never move when steps arrive, so a curve drawn
    from it never changes its shape.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.minimum = Blocks()
        self.maximum = Blocks()


class StepSeries:
    """An append-only series of float32 values, one for each step, safe to use from any thread.

    Example:
        >>> import numpy as np
        >>> from lossviz.series import StepSeries
        >>> series = StepSeries()
        >>> series.append(np.array([0.9, 0.7, 0.6], np.float32))
        >>> len(series), round(float(series.read(1, 2)[0]), 3)
        (3, 0.7)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._raw = Blocks()
        self._levels: list[_Level] = []
        self._best = math.inf
        self._settled = 0  # the number of values in the levels and in the best one

    def __len__(self) -> int:
        with self._lock:
            return len(self._raw)

    def append(self, values: Values) -> None:
        """Add the values of new steps (shape [n], any real dtype) at the end."""
        values = np.asarray(values, np.float32)
        with self._lock:
            self._raw.append(values)
            if len(self._raw) - self._settled >= AT_ONCE:
                self._settle()

    @property
    def best(self) -> float:
        """The least value that is a finite number; infinity while there is none."""
        with self._lock:
            self._settle()
            return self._best

    def read(self, start: int = 0, stop: int | None = None) -> Values:
        """A copy of the raw values `start <= step < stop`."""
        with self._lock:
            return self._raw.read(start, len(self._raw) if stop is None else stop)

    def window(self, start: int = 0, stop: int | None = None, *, points: int = 4096) -> Window:
        """The steps `start <= step < stop` in at most about `2 * points` values.

        Up to `points` steps (at least 64) come raw. Of more, all but the end, at most `points`
        steps, come as the minimum and maximum of anchored buckets; not one extreme is lost.
        """
        points = max(points, 64)
        with self._lock:
            length = len(self._raw)
            stop = length if stop is None else min(stop, length)
            start = max(0, min(start, stop))
            if stop - start <= points:
                empty = np.empty(0, np.float32)
                raw = self._raw.read(start, stop)
                return Window(start, 1, empty, empty, start, raw)
            self._settle()
            # The finest buckets that the points allow.
            width = 1 << math.ceil(math.log2((stop - start) / points))
            first, last = start // width, stop // width
            minimum, maximum = self._buckets(width, first, last)
            if first * width < start:
                # A range that starts inside a bucket must not show steps from before it.
                head = self._raw.read(start, (first + 1) * width)
                minimum[:1], maximum[:1] = _extremes(head[None, :])
            raw_start = max(last * width, stop - points)
            if raw_start > last * width:
                # Very wide buckets: what is left over would be too much, too.
                rest = self._raw.read(max(last * width, start), raw_start)
                low, high = _extremes(rest[None, :])
                minimum, maximum = np.append(minimum, low), np.append(maximum, high)
            raw = self._raw.read(max(raw_start, start), stop)
            return Window(first * width, width, minimum, maximum, raw_start, raw)

    def _buckets(self, width: int, first: int, last: int) -> tuple[Values, Values]:
        """The extremes of the complete buckets `first <= bucket < last` of `width` steps."""
        if width < FIRST_WIDTH:
            return _extremes(self._raw.read(first * width, last * width).reshape(-1, width))
        level = self._levels[(width // FIRST_WIDTH).bit_length() - 1]
        return level.minimum.read(first, last), level.maximum.read(first, last)

    def _settle(self) -> None:
        """Take what is new into the levels and into the best value."""
        values = self._raw.read(self._settled, len(self._raw))
        if not len(values):
            return
        self._settled += len(values)
        self._extend_levels()
        finite = values[np.isfinite(values)]
        if len(finite):
            self._best = min(self._best, float(finite.min()))

    def _extend_levels(self) -> None:
        index = 0
        while True:
            width = FIRST_WIDTH << index
            complete = len(self._raw) // width
            if complete == 0:
                return
            if index == len(self._levels):
                self._levels.append(_Level(width))
            level = self._levels[index]
            have = len(level.minimum)
            if have == complete:
                return  # a coarser level has nothing new either
            if index == 0:
                raw = self._raw.read(have * width, complete * width).reshape(-1, width)
                low, high = _extremes(raw)
            else:
                below = self._levels[index - 1]
                low = _ignoring_nan(
                    np.fmin, below.minimum.read(2 * have, 2 * complete).reshape(-1, 2)
                )
                high = _ignoring_nan(
                    np.fmax, below.maximum.read(2 * have, 2 * complete).reshape(-1, 2)
                )
            level.minimum.append(low)
            level.maximum.append(high)
            index += 1


def _extremes(rows: Values) -> tuple[Values, Values]:
    return _ignoring_nan(np.fmin, rows), _ignoring_nan(np.fmax, rows)


def _ignoring_nan(extreme: np.ufunc, rows: Values) -> Values:
    # fmin and fmax skip NaN, and return NaN only where a bucket holds nothing else.
    result: Values = extreme.reduce(rows, axis=1)
    return result
