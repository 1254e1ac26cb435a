"""Each step's own loss, caught while Keras trains a model: `fit` tells callbacks running means."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf

CAPACITY = 512
"""So many losses wait in the graph's buffer: some tenths of a second of the quickest steps."""

_MADE = "_lossviz_own_losses"


class OwnLosses:
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
    def of(cls, model: Any) -> OwnLosses:
        """The one for the model's present train function: traced once for as many fits as that."""
        own = model.train_function
        made: OwnLosses | None = getattr(own, _MADE, None)
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
        step = model.train_step

        def train_step(data: Any) -> Any:
            with _listening(model) as said:
                logs = step(data)
            self._add(said.loss(logs))
            return logs

        own = model.train_function
        with _replaced(model, "train_step", train_step):
            try:
                model.train_function = None
                model.make_train_function()
                made: Callable[[Any], Any] = model.train_function
            finally:
                model.train_function = own
        return made

    def _add(self, loss: Any) -> None:
        loss = tf.reduce_mean(tf.cast(loss, tf.float32))
        place = tf.equal(self._places, self._count)
        self._losses.assign(tf.where(place, loss, self._losses))
        self._count.assign_add(1.0)


def loss_in(logs: Mapping[str, Any]) -> str:
    """Which of a step's logs is its loss; "" where there are none.

    >>> loss_in({"accuracy": 1, "loss": 2}), loss_in({"n": 0, "d_loss": 1, "g_loss": 2})
    ('loss', 'd_loss')
    """
    if "loss" in logs:
        return "loss"
    return next((name for name in logs if name.endswith("loss")), next(iter(logs), ""))


@dataclass
class _Said:
    """What was said of losses while one step was taken, or traced."""

    computed: Any = None
    """What the model's `compute_loss` gave last."""
    updates: dict[int, Any] = field(default_factory=dict)
    """By the id of a metric, with what its mean was updated last."""
    results: list[tuple[Any, int]] = field(default_factory=list)
    """What metrics gave as their means, and whose id that was."""

    def loss(self, logs: Any) -> Any:
        """The step's own loss, from what the step has returned."""
        logs = logs if isinstance(logs, Mapping) else {}
        given = logs.get(loss_in(logs))
        for result, metric in self.results:
            if result is given and metric in self.updates:
                return self.updates[metric]
        # Not a mean, as far as can be seen: a step of one's own may well return the loss itself.
        alone = given is not None and not self.results
        if alone or self.computed is None:
            return np.nan if given is None else given
        return self.computed


@contextlib.contextmanager
def _listening(model: Any) -> Iterator[_Said]:
    """Hear what the model's step computes as loss and how it updates its means."""
    said = _Said()
    with contextlib.ExitStack() as stack:
        compute = model.compute_loss

        def compute_loss(*args: Any, **kwargs: Any) -> Any:
            said.computed = compute(*args, **kwargs)
            return said.computed

        stack.enter_context(_replaced(model, "compute_loss", compute_loss))
        for metric in model.metrics:
            # Others, such as accuracy, take targets and outputs.
            if getattr(type(metric), "update_state", None) is tf.keras.metrics.Mean.update_state:
                stack.enter_context(_heard(metric, said))
        yield said


@contextlib.contextmanager
def _heard(metric: Any, said: _Said) -> Iterator[None]:
    update, give = metric.update_state, metric.result

    def update_state(values: Any, sample_weight: Any = None) -> Any:
        said.updates[id(metric)] = _mean(values, sample_weight)
        return update(values, sample_weight=sample_weight)

    def result() -> Any:
        value = give()
        said.results.append((value, id(metric)))
        return value

    with _replaced(metric, "update_state", update_state), _replaced(metric, "result", result):
        yield


def _mean(values: Any, weight: Any) -> Any:
    """What one update of a Keras mean says: the mean of its values, by their weights."""
    values = tf.cast(values, tf.float32)
    if values.shape.rank == 0 or weight is None:
        return values
    weight = tf.cast(weight, tf.float32)
    if weight.shape.rank != values.shape.rank:
        return values
    return tf.reduce_sum(values * weight) / tf.reduce_sum(weight * tf.ones_like(values))


@contextlib.contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Let one object have another method meanwhile, unseen by what Keras tracks."""
    own = vars(owner)
    missing = object()
    before = own.get(name, missing)
    own[name] = value
    try:
        yield
    finally:
        if before is missing:
            own.pop(name, None)
        else:
            own[name] = before
