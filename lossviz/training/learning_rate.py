"""The learning rate of an optimizer, as a number and whatever sets it."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf

NAME = "learning_rate"


class LearningRate:
    """Reads an optimizer's learning rate between two chunks of steps."""

    def __init__(self, optimizer: Any) -> None:
        """Read that of `optimizer`."""
        self._optimizer = optimizer
        # Mixed precision puts another optimizer around the one that knows.
        inner = getattr(optimizer, "inner_optimizer", optimizer)
        own = getattr(inner, "_learning_rate", None)
        self.scheduled = isinstance(own, tf.keras.optimizers.schedules.LearningRateSchedule)
        """Whether it changes from step to step without anybody setting it."""
        # A function of the person's own may do more than give a number: it is not called here.
        self._readable = self.scheduled or not callable(own)

    def named(self) -> dict[str, Any]:
        """In the graph of a step, ahead of its update: the rate by its name, a float32 scalar.

        Nothing where reading it could change something.
        """
        if not self._readable:
            return {}
        rate = tf.convert_to_tensor(self._optimizer.learning_rate)
        return {NAME: tf.cast(rate, tf.float32)}

    def read(self) -> float | None:
        """That of the next step; None where reading it could change something."""
        if not self._readable:
            return None
        return float(tf.convert_to_tensor(self._optimizer.learning_rate))
