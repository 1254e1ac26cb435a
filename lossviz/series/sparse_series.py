"""Values that are logged at some steps only, or about once a second."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from lossviz.series.blocks import Values
from lossviz.series.step_index import StepIndex, Steps
from lossviz.series.step_series import StepSeries


@dataclass(frozen=True)
class SparseWindow:
    """A range of a sparse series in bounded size: min/max buckets, then raw values.

    Attributes:
        steps: int64, the step of the first value of each bucket.
        minimum, maximum: float32, the extremes of each bucket.
        raw_start: index of the first raw value in the series.
        raw_steps: int64, the steps of the raw values behind the buckets.
        raw: float32, those values.
    """

    steps: Steps
    minimum: Values
    maximum: Values
    raw_start: int
    raw_steps: Steps
    raw: Values


class SparseSeries:
    """An append-only series of float32 values, each with the index of the step that it belongs to.

    A step may have several values, of which `on_every_step` takes the last, or none. Safe to use
    from any thread.

    Example:
        >>> import numpy as np
        >>> from lossviz.series import SparseSeries
        >>> series = SparseSeries()
        >>> series.append([1, 3], np.array([0.5, 0.25], np.float32))
        >>> series.on_every_step(0, 4).tolist()
        [nan, 0.5, nan, 0.25]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values = StepSeries()
        self._places = StepIndex()

    def __len__(self) -> int:
        """How many values there are."""
        return len(self._values)

    def append(self, steps: list[int], values: Values) -> None:
        """Add values (shape [n], any real dtype) at these steps, none before the last one's."""
        with self._lock:
            self._places.append(steps)
            self._values.append(values)

    def read(self, start: int = 0, stop: int | None = None) -> tuple[Steps, Values]:
        """The values `start <= index < stop` as (their steps, int64 [n]; themselves)."""
        with self._lock:
            stop = len(self._values) if stop is None else stop
            return self._places.read(start, stop), self._values.read(start, stop)

    def before(self, step: int) -> int:
        """How many of the values belong to steps before the one with this index."""
        with self._lock:
            return self._places.before(step)

    def on_every_step(self, start: int, stop: int) -> Values:
        """One value for each step `start <= step < stop`, float32; NaN where nothing was logged."""
        with self._lock:
            first, last = self._places.before(start), self._places.before(stop)
            steps, values = self._places.read(first, last), self._values.read(first, last)
        every = np.full(max(stop - start, 0), np.nan, np.float32)
        # Of several values at one step the last one: numpy assigns in order.
        every[steps - start] = values
        return every

    def window(
        self, start: int = 0, stop: int | None = None, *, points: int = 4096
    ) -> SparseWindow:
        """The values at the steps `start <= step < stop` in at most about `2 * points` values."""
        with self._lock:
            first = self._places.before(start)
            last = len(self._values) if stop is None else self._places.before(stop)
            return self._window(first, last, points)

    def head(self, count: int, *, points: int = 4096) -> SparseWindow:
        """The first `count` values in at most about `2 * points` values."""
        with self._lock:
            return self._window(0, count, points)

    def _window(self, first: int, last: int, points: int) -> SparseWindow:
        found = self._values.window(first, last, points=points)
        buckets = len(found.minimum)
        at = np.maximum(found.start + found.width * np.arange(buckets), first)
        known = self._places.read(0, last) if buckets else np.empty(0, np.int64)
        raw_steps = self._places.read(found.raw_start, found.raw_start + len(found.raw))
        return SparseWindow(
            known[at], found.minimum, found.maximum, found.raw_start, raw_steps, found.raw
        )
