"""Training: the loop, its control, and the run that is returned at once."""

from __future__ import annotations

from lossviz.training.record import EpochRecord, Event, Progress, Record
from lossviz.training.run import Run
from lossviz.training.start import train

__all__ = ["EpochRecord", "Event", "Progress", "Record", "Run", "train"]
