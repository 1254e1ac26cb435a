"""Every step's own loss of a model that Keras' `fit` trains, kept until somebody takes it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf
from lossviz.training.own_values import OwnValues, replaced

CAPACITY = 512
"""So many losses wait in the graph's buffer: some tenths of a second of the quickest steps."""

_MADE = "_lossviz_caught_losses"


class CaughtLosses:
    """A model's train function that also keeps the loss of every step.

    The losses are put into a variable inside the graph, so nothing waits for the device until they
    are taken, and steps inside one call (`steps_per_execution`) are all there.

    Attributes:
        function: does what the model's own train function does, and catches the losses.
        capacity: how many steps may be taken between two calls of `take`.
        steps: how many steps one call of `function` takes at most.
    """

    def __init__(self, model: Any) -> None:
        """Make the function; the model and its own train function stay as they are."""
        self.steps = int(model.steps_per_execution)
        self.capacity = max(CAPACITY, 2 * self.steps)
        # Counted in float32: a GPU computes with that itself, and it is exact for so few.
        self._losses = tf.Variable(tf.zeros([self.capacity]), trainable=False)
        self._count = tf.Variable(0.0, trainable=False)
        self._places = tf.range(self.capacity, dtype=tf.float32)
        self.function = self._make(model)

    @classmethod
    def of(cls, model: Any) -> CaughtLosses:
        """The one for the model's present train function: traced once for as many fits as that."""
        own = model.train_function
        made: CaughtLosses | None = getattr(own, _MADE, None)
        if made is None:
            made = cls(model)
            # There it lives as long as the function does, which `compile` makes anew. A train
            # function of another kind may take no attributes.
            with contextlib.suppress(AttributeError):
                setattr(own, _MADE, made)
        made._count.assign(0.0)
        return made

    def note(self, logs: Any) -> None:
        """What one call of `function` gave: the losses are known already."""

    def take(self) -> NDArray[np.float32]:
        """The losses of the steps since the last call, float32 [steps]."""
        count = int(self._count.numpy())
        if not count:
            return np.empty(0, np.float32)
        losses: NDArray[np.float32] = self._losses.numpy()[:count]
        self._count.assign(0.0)
        return losses

    def _make(self, model: Any) -> Callable[[Any], Any]:
        heard = OwnValues(model)

        def watched(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def train_step(data: Any) -> Any:
                with heard.caught():
                    logs = step(data)
                self._add(_own(heard, logs))
                return logs

            return train_step

        own = model.train_function
        with replaced(model, "train_step", watched):
            try:
                model.train_function = None
                model.make_train_function()
                made: Callable[[Any], Any] = model.train_function
            finally:
                model.train_function = own
        return made

    def _add(self, loss: Any) -> None:
        # A step that finds the data at their end has none: a graph would count it all the same.
        with tf.control_dependencies([loss]):
            place = tf.equal(self._places, self._count)
            self._losses.assign(tf.where(place, loss, self._losses))
            self._count.assign_add(1.0)


def _own(heard: OwnValues, logs: Any) -> Any:
    try:
        return heard.loss(logs)
    except ValueError:
        # A step that tells of no loss is Keras' to judge, and `fit` trains with it.
        return tf.constant(np.nan)
