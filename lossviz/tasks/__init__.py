"""The tasks: use cases with data, starter models, metrics and the losses that suit them."""

from __future__ import annotations

# Each of the tasks registers itself as it is imported, in the order of the lab's drop-down.
from lossviz.tasks import (  # isort: skip
    catalogue,
    image_classification,
    image_segmentation,
    optical_character_recognition,
    object_detection,
    regression,
)
from lossviz.tasks import metrics
from lossviz.tasks.anchors import Anchors
from lossviz.tasks.catalogue import get, names, register
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
    "register",
]

_TASKS = (
    image_classification,
    image_segmentation,
    optical_character_recognition,
    object_detection,
    regression,
)
catalogue.close()
