"""The optimizer of a run, from a name or an object."""

from __future__ import annotations

from typing import Any

from lossviz._arguments import ArgumentError, shown, unknown_name
from lossviz._tensorflow import tf


def chosen(optimizer: Any, rate: float | None) -> Any:
    """A Keras optimizer; one of the user's own is not changed.

    Args:
        optimizer: a name, a config as Keras makes them, or an optimizer.
        rate: the learning rate of one that is made here; of the user's own one it is only checked
            that it could be set.

    Raises:
        ArgumentError: for an unknown name, or a rate in addition to a schedule.
        TypeError: for anything else.
    """
    known = tf.keras.optimizers
    if isinstance(optimizer, str):
        classes = {
            key.lower(): value
            for key, value in vars(known).items()
            if isinstance(value, type)
            and issubclass(value, known.Optimizer)
            and key not in {"Optimizer", "LossScaleOptimizer"}
        }
        found = classes.get(optimizer.strip().lower())
        if found is None:
            raise unknown_name("optimizer", optimizer, sorted(classes))
        return found() if rate is None else found(learning_rate=rate)
    if isinstance(optimizer, dict):
        optimizer = known.get(optimizer)
    if not isinstance(optimizer, known.Optimizer):
        what = "a class; give an instance" if isinstance(optimizer, type) else shown(optimizer)
        raise TypeError(f"optimizer: got {what}; it must be a Keras optimizer or the name of one.")
    if rate is not None and _scheduled(optimizer):
        raise ArgumentError(
            "learning_rate",
            f"learning_rate: got {rate:g}, but the optimizer follows a schedule; use only "
            "one of the two.",
        )
    return optimizer


def usable(optimizer: Any, model: Any) -> None:
    """Raise an ArgumentError for an optimizer that belongs to another model.

    Keras would refuse it in the middle of the first step.
    """
    if optimizer is None or not optimizer.built:
        return
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    theirs = getattr(inner, "_trainable_variables", None)
    ours = {id(variable) for variable in model.trainable_variables}
    if theirs is not None and not ours <= {id(one) for one in theirs}:
        raise ArgumentError(
            "optimizer",
            f"optimizer: this {type(inner).__name__} was used for other variables (of "
            "another model, or before layers were unfrozen); create a new one.",
        )


def _scheduled(optimizer: Any) -> bool:
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    own = getattr(inner, "_learning_rate", None)
    return isinstance(own, tf.keras.optimizers.schedules.LearningRateSchedule)
