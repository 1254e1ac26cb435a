"""Training: the loop, its control, and the run that is returned at once."""

from __future__ import annotations

from lossviz.training.faults import TrialError
from lossviz.training.milestones import EpochRecord, Event, Progress, best_epoch
from lossviz.training.past_run import PastRun, load_run, prune_runs, runs
from lossviz.training.picture import HEIGHT, WIDTH, Picture, empty_picture, picture
from lossviz.training.record import Record
from lossviz.training.recording import stop_recording
from lossviz.training.registry import kernel_runs, live_runs
from lossviz.training.run import Run
from lossviz.training.start import fit, train

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
    "empty_picture",
    "fit",
    "kernel_runs",
    "live_runs",
    "load_run",
    "picture",
    "prune_runs",
    "runs",
    "stop_recording",
    "train",
]
