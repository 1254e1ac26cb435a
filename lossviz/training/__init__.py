"""Training: the loop, its control, and the run that is returned at once."""

from __future__ import annotations

from lossviz.training.faults import TrialError
from lossviz.training.past_run import PastRun, load_run, prune_runs, runs
from lossviz.training.picture import HEIGHT, WIDTH, Picture, empty_picture, picture
from lossviz.training.record import EpochRecord, Event, Progress, Record, best_epoch
from lossviz.training.registry import live_runs
from lossviz.training.run import Run
from lossviz.training.start import described, fit, resumed, train

__all__ = [
    "HEIGHT",
    "WIDTH",
    "EpochRecord",
    "Event",
    "PastRun",
    "Picture",
    "Progress",
    "Record",
    "Run",
    "TrialError",
    "best_epoch",
    "described",
    "empty_picture",
    "fit",
    "live_runs",
    "load_run",
    "picture",
    "prune_runs",
    "resumed",
    "runs",
    "train",
]
