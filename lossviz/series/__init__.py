"""The numbers of a run: append-only series with bounded views of them."""

from __future__ import annotations

from lossviz.series.smoothing import smoothed
from lossviz.series.step_series import StepSeries, Window
from lossviz.series.track import Knots, Track

__all__ = ["Knots", "StepSeries", "Track", "Window", "smoothed"]
