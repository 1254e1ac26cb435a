"""The learning rate of an optimizer, as a number and whatever sets it."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf

NAME = "learning_rate"


class LearningRate:
    """Reads an optimizer's learning rate between two chunks of steps."""

    def __init__(self, optimizer: Any) -> None:
        """Read the learning rate of `optimizer`."""
        self._optimizer = optimizer
        # Mixed precision wraps the optimizer that holds the rate.
        inner = getattr(optimizer, "inner_optimizer", optimizer)
        own = getattr(inner, "_learning_rate", None)
        self.scheduled = isinstance(own, tf.keras.optimizers.schedules.LearningRateSchedule)
        """Whether a schedule changes it from step to step."""
        # A callable of the user's may have side effects: it is not called here.
        self._readable = self.scheduled or not callable(own)

    def in_graph(self, *, own_step: bool) -> dict[str, Any]:
        """In the graph of a step, before its update: the rate by its name, a float32 scalar.

        Empty where `read` between two chunks is enough: only a schedule, or a training step that
        the user wrote (`own_step`), changes the rate within a chunk. Empty, too, where reading the
        rate could have side effects.
        """
        if not self._readable or not (self.scheduled or own_step):
            return {}
        rate = tf.convert_to_tensor(self._optimizer.learning_rate)
        return {NAME: tf.cast(rate, tf.float32)}

    def read(self) -> float | None:
        """The rate of the next step; None where reading it could have side effects."""
        if not self._readable:
            return None
        return float(tf.convert_to_tensor(self._optimizer.learning_rate))
