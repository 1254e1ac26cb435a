"""The numbers of a run: append-only series with bounded views of them."""

from __future__ import annotations

from lossviz.series.named import LOSS, Description, Kind, NamedSeries, Part
from lossviz.series.piecewise_linear import Knots, PiecewiseLinear
from lossviz.series.smoothing import smoothed
from lossviz.series.sparse_series import SparseSeries, SparseWindow
from lossviz.series.step_series import StepSeries, Window

__all__ = [
    "LOSS",
    "Description",
    "Kind",
    "Knots",
    "NamedSeries",
    "Part",
    "PiecewiseLinear",
    "SparseSeries",
    "SparseWindow",
    "StepSeries",
    "Window",
    "smoothed",
]
