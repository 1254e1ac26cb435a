"""The backing program: the code that a lab shows and runs."""

from __future__ import annotations

from lossviz.program.config import TrainingConfig
from lossviz.program.execution import execute
from lossviz.program.names import data_names, free_names, given_names, rename
from lossviz.program.patching import edits, update
from lossviz.program.reading import Reading, read
from lossviz.program.rendering import render
from lossviz.program.source_text import Edit, ProgramError
from lossviz.program.standalone import script

__all__ = [
    "Edit",
    "ProgramError",
    "Reading",
    "TrainingConfig",
    "data_names",
    "edits",
    "execute",
    "free_names",
    "given_names",
    "read",
    "rename",
    "render",
    "script",
    "update",
]
