"""The numbers of a run: append-only series with bounded views of them."""

from __future__ import annotations

from lossviz.series.named import LOSS, Description, Kind, NamedSeries, Part
from lossviz.series.smoothing import smoothed
from lossviz.series.sparse_series import SparseSeries, SparseWindow
from lossviz.series.step_series import StepSeries, Window
from lossviz.series.track import Knots, Track

__all__ = [
    "LOSS",
    "Description",
    "Kind",
    "Knots",
    "NamedSeries",
    "Part",
    "SparseSeries",
    "SparseWindow",
    "StepSeries",
    "Track",
    "Window",
    "smoothed",
]
