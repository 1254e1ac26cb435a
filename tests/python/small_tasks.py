"""The tasks' own data, cut down so that a test trains in a moment."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import lossviz

DOWNLOADS = {"mnist", "fashion_mnist", "cifar10"}
DATASETS = [
    (task, dataset)
    for task in lossviz.tasks.names()
    for dataset in lossviz.tasks.get(task).datasets
    if dataset not in DOWNLOADS
]
PAIRS = [(task, loss) for task in lossviz.tasks.names() for loss in lossviz.losses.names(task)]


@cache
def whole(task: str, dataset: str | None = None) -> lossviz.tasks.Data:
    """A data set as it is."""
    return lossviz.tasks.get(task).load(dataset)


def small(task: str, dataset: str | None = None, samples: int = 8) -> lossviz.tasks.Data:
    """The first few samples of a data set."""
    data = whole(task, dataset)
    return replace(
        data,
        inputs=data.inputs[:samples],
        targets=data.targets[:samples],
        validation_inputs=data.validation_inputs[:samples],
        validation_targets=data.validation_targets[:samples],
    )


def small_for(task: str, loss: str) -> lossviz.tasks.Data:
    """The first few samples of the first data set of a task that a loss can learn."""
    return small(task, lossviz.tasks.get(task).dataset_for(lossviz.losses.get(loss)))
