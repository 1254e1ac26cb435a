"""How runs are displayed in a notebook, registered with IPython without importing anything."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def show_runs() -> None:
    """Let a run that is a cell's last value be its live view; outside IPython this does nothing."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is not None:
        formatter = shell.display_formatter.ipython_display_formatter
        # By name: the class is not imported before it is used.
        formatter.for_type_by_name("lossviz.training.run", "Run", _show)


def _show(run: Any) -> None:
    importlib.import_module("lossviz.widgets.run_view").show(run)
