"""The lab as a widget."""

from __future__ import annotations

from lossviz.widgets.lab import LossLab

__all__ = ["LossLab"]
