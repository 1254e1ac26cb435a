"""The tasks: use cases with data, starter models, metrics and the losses that suit them."""

from __future__ import annotations

from lossviz._arguments import unknown_name
from lossviz.tasks import (
    image_classification,
    image_segmentation,
    metrics,
    object_detection,
    optical_character_recognition,
    regression,
)
from lossviz.tasks.anchors import Anchors
from lossviz.tasks.data import Data
from lossviz.tasks.folders import image_folder, mask_folder
from lossviz.tasks.task import Dataset, Task, is_folder
from lossviz.tasks.weights import class_weights

__all__ = [
    "Anchors",
    "Data",
    "Dataset",
    "Task",
    "class_weights",
    "get",
    "image_folder",
    "is_folder",
    "mask_folder",
    "metrics",
    "names",
]

_TASKS = {
    task.name: task
    for task in (
        image_classification.TASK,
        image_segmentation.TASK,
        optical_character_recognition.TASK,
        object_detection.TASK,
        regression.TASK,
    )
}


def names() -> list[str]:
    """The names of all tasks.

    Example:
        >>> import lossviz
        >>> lossviz.tasks.names()[0]
        'image_classification'
    """
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
