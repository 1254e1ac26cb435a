"""Where runs and checkpoints lie on disk."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "LOSSVIZ_HOME"

CHECKPOINTS = "checkpoints"
"""The folder in it in which those of each run lie."""


def home() -> Path:
    """The folder of runs and checkpoints, made where it is missing; only its owner can read it.

    `LOSSVIZ_HOME` names it; by default it is `lossviz` in Jupyter's data folder.

    Raises:
        OSError: when it cannot be made.
    """
    named = os.environ.get(VARIABLE)
    folder = Path(named).expanduser() if named else _jupyter_data() / "lossviz"
    return private_folder(folder)


def private_folder(folder: Path) -> Path:
    """Create a folder that only its owner can read, and return it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _jupyter_data() -> Path:
    try:
        from jupyter_core.paths import jupyter_data_dir
    except ImportError:  # a plain Python without Jupyter
        return Path.home() / ".local" / "share" / "jupyter"
    return Path(jupyter_data_dir())
