"""A number that goes along with the steps of a run, such as the time, as few straight lines."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_KNOTS = 1024
"""Most knots that are kept, whatever the run's length: 24 KB. When there are more, the
tolerance doubles and the knots that it makes needless go."""

MOST_DOUBLINGS = 60

Knots = NDArray[np.float64]
"""Shape [2, n]: counts of steps and the values there, in order. Two knots with the same count are
a jump."""


class PiecewiseLinear:
    """Samples of a value over the number of steps taken, kept as the knots of a polyline.

    Every sample is within the tolerance of the line: a sample becomes a knot only where no straight
    line from the knot before it passes all samples since (J. Sklansky, V. Gonzalez, Fast polygonal
    approximation of digitized curves, 1980). That costs the same for each sample, and a run with a
    steady pace needs no knot but its first. Safe to use from any thread.

    Example:
        >>> from lossviz.series import PiecewiseLinear
        >>> seconds = PiecewiseLinear(absolute=0.02)
        >>> for step in range(0, 1001, 50):
        ...     seconds.add(step, step / 500)
        >>> seconds.knots().shape, float(seconds.at([250])[0])
        ((2, 2), 0.5)
    """

    def __init__(self, *, absolute: float = 0.0, relative: float = 0.0) -> None:
        """Keep samples to within `absolute + relative * value`, as long as that takes few knots."""
        self._lock = threading.Lock()
        self._absolute, self._relative = absolute, relative
        self._knots: list[tuple[int, float, float]] = []  # number, steps, value
        self._number = 0
        self._last: tuple[float, float] | None = None
        self._lowest, self._greatest = -math.inf, math.inf  # slopes that pass all samples

    def add(self, steps: float, value: float) -> None:
        """Set the value after `steps` steps; it changes linearly in between."""
        with self._lock:
            self._add(steps, value)

    def jump(self, steps: float, value: float) -> None:
        """Set the value from the step after `steps` on; it was the last one until there."""
        with self._lock:
            if self._last is not None and self._last[1] != value:
                self._add(steps, self._last[1])
                self._break(steps, value)
            else:
                self._add(steps, value)

    def restore(self, knots: Knots, steps: float = math.inf) -> None:
        """Take over knots up to `steps` steps; before anything else."""
        kept = [(x, y) for x, y in knots.T.tolist() if x <= steps]
        if len(kept) < knots.shape[1] and kept and kept[-1][0] < steps:
            kept.append((steps, float(_interpolated(knots, np.array([steps]), later=False)[0])))
        with self._lock:
            for x, y in kept:
                self._commit(x, y)
                self._last = (x, y)

    @property
    def last(self) -> float | None:
        """The latest value, or None before the first."""
        with self._lock:
            return None if self._last is None else self._last[1]

    def knots(self) -> Knots:
        """The whole line, its end included: float64 [2, n]."""
        with self._lock:
            points = [(x, y) for _, x, y in self._knots]
            if self._last is not None and points[-1] != self._last:
                points.append(self._last)
        return np.array(points, np.float64).reshape(-1, 2).T

    def since(self, number: int) -> tuple[int, list[tuple[float, float]]]:
        """The knots after the first `number` that there ever were, and how many there were by now.

        The end of the line is not a knot yet and not among them.
        """
        with self._lock:
            return self._number, [(x, y) for count, x, y in self._knots if count > number]

    def at(self, steps: Sequence[float] | NDArray[np.float64], *, later: bool = False) -> Knots:
        """The values after these numbers of steps, float64 [n]; NaN where nothing is known.

        Args:
            steps: how many steps have been taken.
            later: where the line jumps, the value after the jump instead of the one before.
        """
        return _interpolated(self.knots(), np.asarray(steps, np.float64), later=later)

    def _add(self, steps: float, value: float) -> None:
        if self._last is None:
            self._commit(steps, value)
            self._last = (steps, value)
            return
        tolerance = self._absolute + self._relative * abs(value)
        if steps <= self._last[0]:
            if abs(value - self._last[1]) > tolerance:
                self._break(self._last[0], value)
            return
        slope = self._slope(steps, value)
        if not self._lowest <= slope <= self._greatest:
            self._commit(*self._last)
        _, x, y = self._knots[-1]
        length = steps - x
        self._lowest = max(self._lowest, (value - tolerance - y) / length)
        self._greatest = min(self._greatest, (value + tolerance - y) / length)
        self._last = (steps, value)

    def _slope(self, steps: float, value: float) -> float:
        _, x, y = self._knots[-1]
        return (value - y) / (steps - x)

    def _break(self, steps: float, value: float) -> None:
        """Go to another value at one and the same step."""
        assert self._last is not None
        if self._last != self._knots[-1][1:]:
            self._commit(*self._last)
        self._commit(steps, value)
        self._last = (steps, value)

    def _commit(self, steps: float, value: float) -> None:
        self._number += 1
        self._knots.append((self._number, steps, value))
        self._lowest, self._greatest = -math.inf, math.inf
        if len(self._knots) > MOST_KNOTS:
            self._thin()

    def _thin(self) -> None:
        """Leave out the knots that a greater tolerance makes needless; never the last one."""
        for _ in range(MOST_DOUBLINGS):
            self._absolute, self._relative = 2 * self._absolute, 2 * self._relative
            coarse = PiecewiseLinear(absolute=self._absolute, relative=self._relative)
            for _, x, y in self._knots:
                coarse._add(x, y)
            kept = {knot[1:] for knot in coarse._knots} | {self._knots[-1][1:]}
            self._knots = [knot for knot in self._knots if knot[1:] in kept]
            if len(self._knots) <= MOST_KNOTS * 3 // 4:
                return
        # No tolerance helps a value that is 0 every other moment.
        self._knots = self._knots[::-2][::-1]


def _interpolated(knots: Knots, steps: Knots, *, later: bool) -> Knots:
    x, y = knots
    if not len(x):
        return np.full(len(steps), np.nan)
    right = np.searchsorted(x, steps, side="right" if later else "left")
    left = np.clip(right - 1, 0, len(x) - 1)
    right = np.clip(right, 0, len(x) - 1)
    length = x[right] - x[left]
    share = np.where(length > 0, (steps - x[left]) / np.where(length > 0, length, 1), 0.0)
    exact = (x[right] == steps) & (not later)
    between: Knots = y[left] + np.clip(share, 0, 1) * (y[right] - y[left])
    return np.where(exact, y[right], between)
