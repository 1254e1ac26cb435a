"""Past runs: one SQLite file in which every run of every kernel is kept."""

from __future__ import annotations

from lossviz.history.faults import FAULTS, NewerSchemaError
from lossviz.history.home import CHECKPOINTS, home, private_folder
from lossviz.history.recorder import Recorded, Recorder, recorder
from lossviz.history.rows import ALIVE, ENDED, Command, Glance, RunRow, Update
from lossviz.history.space import is_disk_full
from lossviz.history.table import CONFIG, METRIC, Query, RunSummary, flat

__all__ = [
    "ALIVE",
    "CHECKPOINTS",
    "CONFIG",
    "ENDED",
    "FAULTS",
    "METRIC",
    "Command",
    "Glance",
    "NewerSchemaError",
    "Query",
    "Recorded",
    "Recorder",
    "RunRow",
    "RunSummary",
    "Update",
    "flat",
    "home",
    "is_disk_full",
    "private_folder",
    "recorder",
]
