"""Which notebook this kernel belongs to, so that a new lab finds the runs of the one before."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NOTEBOOK = "notebook"
"""The name under which a lab's run records it, besides its settings."""

_folder = os.getcwd()  # noqa: PTH109 - a user may change it later, and it may be gone


def notebook_path() -> str:
    """The path of the notebook as it was when its kernel was started; "" where nobody tells.

    Jupyter's server tells its kernels the name in the environment, and starts them in the
    notebook's folder; VS Code leaves the path among the user's variables.
    """
    path = vars(sys.modules["__main__"]).get("__vsc_ipynb_file__", "")
    if path:
        return str(path)
    name = os.environ.get("JPY_SESSION_NAME", "")
    return str(Path(_folder) / Path(name).name) if name else ""
