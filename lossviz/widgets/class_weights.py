"""Class weights for a lab's form, from how often each class occurs in its data."""

from __future__ import annotations

import traceback
from typing import Any

from lossviz import tasks
from lossviz.widgets.own_objects import OwnObjects
from lossviz.widgets.status import Notice

WEIGHTS = "loss.weighted_cross_entropy.class_weights"
"""The field that they fill."""


def counted(own: OwnObjects, config: dict[str, Any]) -> tuple[list[float] | None, Notice]:
    """The weights, or None, and what to say; loads the data, which may take a while.

    Args:
        own: the user's data, where there are any.
        config: else the task, the data set and the seed.
    """
    try:
        if own.train:
            data = eval(own.train, dict(own.namespace))  # noqa: S307 - names alone
        else:
            data = tasks.get(config["task"]).load(config["dataset"], seed=config["seed"])
        weights = tasks.class_weights(data)
    except Exception as error:  # noqa: BLE001 - shown in the lab, whatever it is
        return None, Notice(f"No class weights. {error}", "error", traceback.format_exc())
    return weights, Notice("Class weights are filled in: rare classes weigh more.")
