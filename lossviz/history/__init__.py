"""Past runs: one SQLite file in which every run of every kernel is kept."""

from __future__ import annotations

from lossviz.history.database import NewerSchemaError
from lossviz.history.home import home, private_folder
from lossviz.history.recorder import FAULTS, Recorded, Recorder, recorder
from lossviz.history.space import is_disk_full
from lossviz.history.store import ALIVE, CHECKPOINTS, History, RunRow, Update

__all__ = [
    "ALIVE",
    "CHECKPOINTS",
    "FAULTS",
    "History",
    "NewerSchemaError",
    "Recorded",
    "Recorder",
    "RunRow",
    "Update",
    "home",
    "is_disk_full",
    "private_folder",
    "recorder",
]
