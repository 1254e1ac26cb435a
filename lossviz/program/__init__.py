"""The backing program: the code that a lab shows and runs."""

from __future__ import annotations

from lossviz.program.config import TrainingConfig
from lossviz.program.execution import execute
from lossviz.program.rendering import render

__all__ = ["TrainingConfig", "execute", "render"]
