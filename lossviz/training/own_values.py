"""Each step's own values, out of a Keras step that tells running means."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training.steps import scalar

_OF_MANY = object()
"""Marks a metric that returns several results by name: none of them is known of one step."""


class OwnValues:
    """Listens to a model's losses and metrics while its step is traced.

    Keras' steps return the metrics' results: means over the epoch so far. What was put into them is
    the step's own.
    """

    def __init__(self, model: Any) -> None:
        """Listen to `model` while `caught` is entered."""
        self._model = model
        self.remark = ""
        self._computed: list[Any] = []
        self._metrics = OwnMetrics([])

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        """Around one call of `train_step` or `test_step`."""
        self._computed = []
        self._metrics = OwnMetrics(self._model.metrics)
        with replaced(self._model, "_compute_loss", self._compute_loss), self._metrics.caught():
            yield

    def loss(self, logs: Mapping[str, Any]) -> Any:
        """The step's own loss, a float32 scalar.

        What `compute_loss` returned, where the step called it once. Else the logs' "loss", or,
        of a step that names several (a GAN's `d_loss` and `g_loss`), their sum. Where no name tells
        a loss, the sum of all that is logged, and `remark` says so: `fit` trains that, too.
        """
        if len(self._computed) == 1 and "loss" in logs:
            return self._computed[0]
        if "loss" in logs:
            return self._of(logs["loss"])
        if self._computed:
            return self._computed[-1]
        named = [value for name, value in logs.items() if "loss" in name.lower()]
        if not named:
            self.remark = _no_loss(list(logs))
            named = list(logs.values())
        return tf.add_n([self._of(value) for value in named]) if named else tf.constant(0.0)

    def values(self, logs: Mapping[str, Any]) -> dict[str, Any]:
        """What else a step returns and is its own: float32 scalars by the names of `logs`.

        The result of a metric whose share of one step is not known, such as AUC, is left out.
        """
        found = {name: self._metrics.own(value) for name, value in logs.items() if name != "loss"}
        return {name: value for name, value in found.items() if value is not None}

    def _of(self, value: Any) -> Any:
        """What was put into the metric whose result `value` is; itself, where that is not known."""
        own = self._metrics.own(value)
        return scalar(value) if own is None else own

    def _compute_loss(self, original: Any) -> Any:
        def compute_loss(*arguments: Any, **named: Any) -> Any:
            loss = original(*arguments, **named)
            self._computed.append(scalar(loss))
            return loss

        return compute_loss


def _no_loss(names: list[str]) -> str:
    """The warning about a training step whose logs name no loss."""
    shown = f"is the sum of {', '.join(map(repr, names))}" if names else "stays 0"
    return (
        f"The model's train_step returns no loss, so the curve {shown}: return a dict that "
        "contains the loss, such as {'loss': loss}."
    )


class OwnMetrics:
    """Listens to Keras metrics that are means, such as a loss's and accuracy.

    What a step adds to the sum and to the count behind such a mean is computed anyway: the step's
    own value costs one division more.
    """

    def __init__(self, metrics: Sequence[Any]) -> None:
        """Listen to `metrics`, and to those inside them, while `caught` is entered."""
        self._metrics = [one for metric in metrics for one in _inside(metric)]
        self._put: dict[int, Any] = {}
        self._added: dict[int, list[Any]] = {}
        self._results: dict[int, tuple[Any, Any]] = {}

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        """Around what updates the metrics in one step."""
        self._put, self._added, self._results = {}, {}, {}
        mean = tf.keras.metrics.Mean
        with contextlib.ExitStack() as stack:
            for metric in self._metrics:
                stack.enter_context(replaced(metric, "result", self._result(metric)))
                if not isinstance(metric, mean):
                    continue
                if type(metric).update_state is mean.update_state:
                    stack.enter_context(replaced(metric, "update_state", self._update(metric)))
                else:
                    for variable in (metric.total, metric.count):
                        listening = self._addition(variable)
                        stack.enter_context(replaced(variable, "assign_add", listening))
            yield

    def own(self, value: Any) -> Any:
        """What is this step's own in a value that it tells: a float32 scalar.

        None for the result of a metric of which that is not known.
        """
        _, metric = self._results.get(id(value), (None, None))
        if metric is _OF_MANY:
            return None
        found = scalar(value) if metric is None else self.of(metric)
        return found if found is not None and within_reach(found) else None

    def of(self, metric: Any) -> Any:
        """The step's own value of a metric, or None."""
        inside = _inside(metric)
        if len(inside) != 1:
            return None
        put = self._put.get(id(inside[0]))
        if put is None and isinstance(inside[0], tf.keras.metrics.Mean):
            total = self._added.get(id(inside[0].total), [])
            count = self._added.get(id(inside[0].count), [])
            # Not what a branch inside the step has added, or has not.
            if total and count and all(map(within_reach, [*total, *count])):
                put = tf.math.divide_no_nan(tf.add_n(total), tf.add_n(count))
        return put if put is not None and within_reach(put) else None

    def _update(self, metric: Any) -> Any:
        def replacement(original: Any) -> Any:
            def update_state(values: Any, *arguments: Any, **named: Any) -> Any:
                self._put[id(metric)] = scalar(values)
                return original(values, *arguments, **named)

            return update_state

        return replacement

    def _addition(self, variable: Any) -> Any:
        def replacement(original: Any) -> Any:
            def assign_add(value: Any) -> Any:
                self._added.setdefault(id(variable), []).append(scalar(value))
                return original(value)

            return assign_add

        return replacement

    def _result(self, metric: Any) -> Any:
        def replacement(original: Any) -> Any:
            def result() -> Any:
                value = original()
                # With the value itself: a new one must not get its id.
                self._results[id(value)] = (value, metric)
                if isinstance(value, Mapping):
                    self._results |= {id(one): (one, _OF_MANY) for one in value.values()}
                return value

            return result

        return replacement


def within_reach(value: Any) -> bool:
    """Whether a tensor was made here, and not inside a branch, a loop or another function."""
    if tf.executing_eagerly():
        return True
    return getattr(value, "graph", None) is tf.compat.v1.get_default_graph()


@contextlib.contextmanager
def replaced(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    """Replace a method of this one object by `replacement(original)`."""
    own = vars(owner).get(name)
    object.__setattr__(owner, name, replacement(getattr(owner, name)))
    try:
        yield
    finally:
        if own is None:
            object.__delattr__(owner, name)
        else:
            object.__setattr__(owner, name, own)


def _inside(metric: Any) -> list[Any]:
    """The metrics that a compiled model's holder, or one of probabilities, keeps inside it."""
    inner = getattr(metric, "metrics", None)
    if isinstance(inner, list):
        return [one for part in inner for one in _inside(part)]
    inner = getattr(metric, "inner", None)
    return [inner] if isinstance(inner, tf.keras.metrics.Metric) else [metric]
