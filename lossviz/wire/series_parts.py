"""The values of series as messages carry them: bounded parts, and what is new."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.series import PiecewiseLinear, SparseSeries, SparseWindow, StepSeries, smoothed
from lossviz.wire.run_states import finite
from lossviz.wire.run_types import SeriesNews, SeriesPart

Values = tuple[SeriesPart, list[bytes]]


def part(
    name: str, series: StepSeries | SparseSeries, start: int, stop: int, points: int
) -> Values:
    """The steps `start <= step < stop` of a series in at most about `2 * points` values."""
    if isinstance(series, StepSeries):
        window = series.window(start, stop, points=points)
        described: SeriesPart = {
            "name": name, "start": window.start, "width": window.width,
            "buckets": len(window.minimum), "raw_start": window.raw_start,
            "best": finite(series.best), "sparse": False,
        }  # fmt: skip
        return described, [float32(one) for one in (window.minimum, window.maximum, window.raw)]
    return of_sparse_window(name, start, series.window(start, stop, points=points))


def smoothed_part(
    name: str,
    series: StepSeries | SparseSeries,
    span: tuple[int, int],
    points: int,
    weight: float,
) -> Values:
    """As `part`, of a moving average of the steps `span[0] <= step < span[1]`.

    Of values at some steps each counts the same, however many steps lie between two of them.
    """
    start, stop = span
    if isinstance(series, StepSeries):
        steps, first = StepSeries(), start
        steps.append(smoothed(series.read(start, stop), weight))
        described, buffers = part(name, steps, 0, stop - start, points)
        described["start"] += start
    else:
        some, first = SparseSeries(), series.before(start)
        places, values = series.read(first, series.before(stop))
        some.append(places.tolist(), smoothed(values, weight))
        described, buffers = part(name, some, start, stop, points)
    described["raw_start"] += first
    return described, buffers


def of_sparse_window(name: str, start: int, window: SparseWindow) -> Values:
    """A window of a series with values at some steps, from the step `start` on."""
    described: SeriesPart = {
        "name": name, "start": start, "width": 0, "buckets": len(window.minimum),
        "raw_start": window.raw_start, "best": None, "sparse": True,
    }  # fmt: skip
    places = [float64(window.steps), float64(window.raw_steps)]
    values = [float32(one) for one in (window.minimum, window.maximum, window.raw)]
    return described, [*values, *places]


def news(
    name: str, series: StepSeries | SparseSeries, start: int, stop: int
) -> tuple[SeriesNews, list[bytes]]:
    """The values with the indices `start <= index < stop`, each of them."""
    described: SeriesNews = {"name": name, "start": start}
    if isinstance(series, StepSeries):
        return described, [float32(series.read(start, stop))]
    places, values = series.read(start, stop)
    described["sparse"] = True
    return described, [float32(values), float64(places)]


def size(series: StepSeries | SparseSeries, count: int) -> int:
    """The bytes of this number of values."""
    return (4 if isinstance(series, StepSeries) else 12) * count


def knots(track: PiecewiseLinear) -> bytes:
    """The knots of a line: numbers of steps taken, then as many values."""
    return float64(track.knots())


def float32(values: Any) -> bytes:
    """Numbers as a buffer of float32."""
    return np.ascontiguousarray(values, "<f4").tobytes()


def float64(values: Any) -> bytes:
    """Numbers as a buffer of float64."""
    return np.ascontiguousarray(values, "<f8").tobytes()
