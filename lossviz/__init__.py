"""A loss-function lab for notebooks.

Everything is imported at its first use, so that `import lossviz` takes no time and loads no
TensorFlow.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lossviz import _notebook

if TYPE_CHECKING:
    from lossviz import losses, optimizers, program, tasks
    from lossviz.program import TrainingConfig
    from lossviz.training import PastRun, Run, fit, live_runs, load_run, prune_runs, runs, train
    from lossviz.training.monitor import Monitor
    from lossviz.widgets import LossLab

__version__ = "0.1.0"

__all__ = [
    "LossLab",
    "Monitor",
    "PastRun",
    "Run",
    "TrainingConfig",
    "fit",
    "live_runs",
    "load_run",
    "losses",
    "optimizers",
    "program",
    "prune_runs",
    "runs",
    "tasks",
    "train",
]

_MODULES = {
    "LossLab": "lossviz.widgets",
    "Monitor": "lossviz.training.monitor",
    "PastRun": "lossviz.training",
    "Run": "lossviz.training",
    "TrainingConfig": "lossviz.program",
    "fit": "lossviz.training",
    "live_runs": "lossviz.training",
    "load_run": "lossviz.training",
    "prune_runs": "lossviz.training",
    "runs": "lossviz.training",
    "train": "lossviz.training",
}
_PACKAGES = frozenset({"losses", "optimizers", "program", "tasks"})


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return importlib.import_module(f"lossviz.{name}")
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'lossviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


_notebook.show_runs()
