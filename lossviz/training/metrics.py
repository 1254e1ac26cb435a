"""The metrics of a run, from the names and objects that Keras' `compile` takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lossviz import tasks
from lossviz._arguments import ArgumentError, shown, unknown_name
from lossviz._tensorflow import tf
from lossviz.losses import Loss
from lossviz.tasks import Data
from lossviz.training.objective import Objective
from lossviz.training.probabilities import on_probabilities


def build(
    metrics: Any,
    target: Any,
    output: Any,
    *,
    objective: Objective | None,
    data: Data | None = None,
) -> list[Any]:
    """Keras metric objects with distinct names.

    Where a loss of the catalogue takes the output for logits, metrics that are named, and need
    probabilities, get them; with Keras' own losses they get what `fit` passes to them.

    Args:
        metrics: names, `keras.metrics.Metric` objects or functions `f(target, output)`.
        target: TensorSpec of the targets.
        output: likewise of the model's output.
        objective: the loss that trains.
        data: the task's data, which name classes and hold anchors; None for the user's own.

    Raises:
        ArgumentError: for an unknown name or something that is not a metric.
    """
    if metrics is None:
        return []
    if isinstance(metrics, str) or not isinstance(metrics, Iterable):
        metrics = [metrics]
    logits = objective is not None and _takes_logits(objective)
    built = [_one(metric, target, output, logits, data) for metric in tf.nest.flatten(metrics)]
    names = [metric.name for metric in built]
    doubled = {name for name in names if names.count(name) > 1 or name == "loss"}
    if doubled:
        raise ArgumentError(
            "metrics",
            f"metrics: the name {min(doubled)!r} is already used; each metric needs its own name.",
        )
    return built


def _takes_logits(objective: Objective) -> bool:
    """Whether a loss of the catalogue turns the model's output into probabilities, or could."""
    loss = objective.loss
    if not isinstance(loss, Loss):
        return False
    if objective.from_logits is not None:
        return objective.from_logits
    # Of those that do not ask, these compare the output itself: a rate, a number.
    return loss.family != "regression"


def _one(metric: Any, target: Any, output: Any, logits: bool, data: Data | None) -> Any:
    keras = tf.keras.metrics
    if isinstance(metric, keras.Metric):
        return metric
    if isinstance(metric, str):
        if metric in {"accuracy", "acc"}:
            return _accuracy(metric, target, output, logits)
        if metric in tasks.metrics.NAMES:
            return _of_task(metric, output, data)
        try:
            found = keras.get(metric)
        except ValueError:
            raise unknown_name("metrics", metric, _known()) from None
        if not isinstance(found, keras.Metric):
            found = keras.MeanMetricWrapper(found, name=metric)
        # Keras numbers the names of its objects through a session; what was asked for is the name.
        found.name = metric
        return on_probabilities(found, output) if logits else found
    if callable(metric):
        name = getattr(metric, "__name__", "metric")
        return keras.MeanMetricWrapper(metric, name="metric" if name == "<lambda>" else name)
    raise ArgumentError(
        "metrics",
        f"metrics: got {shown(metric)}; each must be a name such as 'accuracy', a Keras "
        "metric or a function f(target, output).",
    )


def _accuracy(name: str, target: Any, output: Any, logits: bool) -> Any:
    """The accuracy that fits the shapes, as Keras chooses it for the name."""
    keras = tf.keras.metrics
    if output.shape.rank is None or target.shape.rank is None:
        return keras.SparseCategoricalAccuracy(name=name)
    if output.shape[-1] == 1:
        return keras.BinaryAccuracy(name=name, threshold=0.0 if logits else 0.5)
    if target.shape.rank < output.shape.rank or (
        target.shape[-1] == 1 and (output.shape[-1] or 0) > 1
    ):
        return keras.SparseCategoricalAccuracy(name=name)
    return keras.CategoricalAccuracy(name=name)


def _of_task(name: str, output: Any, data: Data | None) -> Any:
    if name == "mean_average_precision" and (data is None or data.anchors is None):
        raise ArgumentError(
            "metrics",
            "metrics: 'mean_average_precision' needs anchors: pass data as a "
            "lossviz.tasks.Data with anchors.",
        )
    if output is None or output.shape[-1] is None:
        if data is None:
            raise ArgumentError(
                "metrics", f"metrics: {name!r} needs a model with a known output shape."
            )
        return tasks.metrics.build(name, data, data.targets.shape[-1])
    return tasks.metrics.build(name, data, output.shape[-1])


def _known() -> list[str]:
    import re

    classes = [
        name
        for name, value in vars(tf.keras.metrics).items()
        if isinstance(value, type) and issubclass(value, tf.keras.metrics.Metric)
    ]
    classes += tasks.metrics.NAMES
    return ["accuracy", *(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in classes)]
