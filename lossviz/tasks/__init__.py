"""The tasks: use cases with data, a starter model, metrics and the losses that suit them."""

from __future__ import annotations

from lossviz._arguments import unknown_name
from lossviz.tasks import image_classification
from lossviz.tasks.data import Data
from lossviz.tasks.task import Dataset, Task

__all__ = ["Data", "Dataset", "Task", "get", "names"]

_TASKS = {task.name: task for task in (image_classification.TASK,)}


def names() -> list[str]:
    """The names of all tasks."""
    return list(_TASKS)


def get(name: str) -> Task:
    """The task of this name.

    Raises:
        ArgumentError: for an unknown name; the message gives the nearest ones.

    Example:
        >>> import lossviz
        >>> lossviz.tasks.get("image_classification").default_loss
        'cross_entropy'
    """
    if name not in _TASKS:
        raise unknown_name("task", name, _TASKS)
    return _TASKS[name]
