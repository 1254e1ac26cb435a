"""Class weights for a lab's form, from how often each class occurs in its data."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

from lossviz import tasks
from lossviz._arguments import ArgumentError
from lossviz.widgets.status import Notice
from lossviz.widgets.user_objects import UserObjects

WEIGHTS = "loss.weighted_cross_entropy.class_weights"
"""The field that they fill."""


def counted(own: UserObjects, config: dict[str, Any]) -> tuple[list[float] | None, Notice]:
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
    return weights, Notice("Class weights filled in: rare classes weigh more.")


def count_later(
    own: UserObjects,
    settings: Callable[[], dict[str, Any]],
    take: Callable[[list[float] | None, Notice], None],
) -> Notice:
    """Count on a thread of its own: the data may take a while to load.

    Args:
        own: the user's objects.
        settings: returns the form's settings of the data.
        take: called with the weights, if any, and a message.

    Returns:
        The message for now.
    """
    try:
        config = settings()
    except ArgumentError as error:
        return Notice(f"No class weights. {error}", "error")
    threading.Thread(
        target=lambda: take(*counted(own, config)), name="lossviz weights", daemon=True
    ).start()
    return Notice("Counting class frequencies...")
