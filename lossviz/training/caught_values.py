"""Every step's own values of a model that Keras' `fit` trains, kept until somebody takes them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf
from lossviz.training.gradient_norm import GradientNorm, with_gradient_norm
from lossviz.training.keras_steps import optimizers_of
from lossviz.training.learning_rate import LearningRate
from lossviz.training.own_values import OwnValues, replaced
from lossviz.training.steps import flattened

CAPACITY = 512
"""Steps in the graph's buffer: some tenths of a second of the quickest ones."""

MOST_NAMES = 32
"""Most values of a step that are kept: the buffer is made before the step is known."""

_MADE = "_lossviz_caught_values"

Caught = dict[str, NDArray[np.float32]]
"""Values by name, "loss" among them: float32 [steps] each."""


class CaughtValues:
    """A model's train function that also keeps the values of every step.

    They are put into a variable inside the graph, so nothing waits for the device until they are
    taken, and steps inside one call (`steps_per_execution`) are all there.

    Attributes:
        function: does what the model's own train function does, and catches the values.
        capacity: how many steps may be taken between two calls of `take`.
        steps: how many steps one call of `function` takes at most.
    """

    def __init__(self, model: Any) -> None:
        """Make the function; the model and its own train function stay as they are."""
        self.steps = int(model.steps_per_execution)
        self.capacity = max(CAPACITY, 2 * self.steps)
        self._names: tuple[str, ...] = ("loss",)
        self._rows = tf.Variable(tf.zeros([self.capacity, MOST_NAMES]), trainable=False)
        # Counted in float32: a GPU computes with that itself, and it is exact for so few.
        self._count = tf.Variable(0.0, trainable=False)
        self._norm = GradientNorm()
        self._norm.begin()
        self.function = self._make(model)

    @classmethod
    def of(cls, model: Any) -> CaughtValues:
        """The one for the model's present train function: traced once for any number of fits."""
        own = model.train_function
        made: CaughtValues | None = getattr(own, _MADE, None)
        if made is None:
            made = cls(model)
            # There it lives as long as the function does, which `compile` replaces. A train
            # function of another kind may take no attributes.
            with contextlib.suppress(AttributeError):
                setattr(own, _MADE, made)
        made._count.assign(0.0)
        return made

    def note(self, logs: Any) -> None:
        """What one call of `function` returned: the values are known already."""

    def take(self) -> Caught:
        """The values of the steps since the last call."""
        count = int(self._count.numpy())
        if not count:
            return {"loss": np.empty(0, np.float32)}
        values: NDArray[np.float32] = self._rows.numpy()[:count, : len(self._names)]
        self._count.assign(0.0)
        return with_gradient_norm(dict(zip(self._names, values.T, strict=True)))

    def _make(self, model: Any) -> Callable[[Any], Any]:
        heard = OwnValues(model)

        def watched(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def train_step(data: Any) -> Any:
                optimizer = getattr(model, "optimizer", None)
                rate = {} if optimizer is None else LearningRate(optimizer).in_graph(own_step=True)
                with heard.caught(), self._norm.heard(optimizers_of(model, optimizer)):
                    logs = step(data)
                # What is not a dict is Keras' to judge.
                logged = flattened(logs) if isinstance(logs, Mapping) else {}
                own = (
                    {"loss": heard.loss(logged)} | self._norm.named() | rate | heard.values(logged)
                )
                self._add(own)
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

    def _add(self, values: Mapping[str, Any]) -> None:
        self._names = tuple(values)[:MOST_NAMES]
        row = tf.stack([values[name] for name in self._names])
        row = tf.pad(row, [[0, MOST_NAMES - len(self._names)]])
        # A step that finds the data at their end has none: a graph would count it all the same.
        with tf.control_dependencies([row]):
            place = tf.cast(self._count.read_value(), tf.int32)
            self._rows.scatter_update(tf.IndexedSlices(row[None], place[None]))
            self._count.assign_add(1.0)
