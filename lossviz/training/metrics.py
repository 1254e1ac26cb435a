"""The metrics of a run, from the names and objects that Keras' `compile` takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lossviz import tasks
from lossviz._arguments import ArgumentError, shown, unknown_name
from lossviz._tensorflow import tf
from lossviz.tasks import Data


def build(
    metrics: Iterable[Any] | None,
    target: Any,
    output: Any,
    *,
    logits: bool,
    data: Data | None = None,
) -> list[Any]:
    """Keras metric objects with distinct names.

    Args:
        metrics: names, `keras.metrics.Metric` objects or functions `f(target, output)`.
        target: shape and dtype of the targets, or None while unknown.
        output: likewise of the model's output.
        logits: whether a single output is a logit (its threshold is 0) or a probability.
        data: the task's data, which name classes and hold anchors; None for the user's own.

    Raises:
        ArgumentError: for an unknown name or something that is no metric.
    """
    if metrics is None:
        return []
    if isinstance(metrics, str):
        metrics = [metrics]
    built = [_one(metric, target, output, logits, data) for metric in metrics]
    names = [metric.name for metric in built]
    doubled = {name for name in names if names.count(name) > 1 or name == "loss"}
    if doubled:
        raise ArgumentError(
            "metrics",
            f"metrics: the name {min(doubled)!r} is taken; each metric needs its own.",
        )
    return built


def _one(metric: Any, target: Any, output: Any, logits: bool, data: Data | None) -> Any:
    keras = tf.keras.metrics
    if isinstance(metric, keras.Metric):
        return metric
    if isinstance(metric, str):
        if metric in {"accuracy", "acc"}:
            return _accuracy(target, output, logits)
        if metric in tasks.metrics.NAMES:
            return _of_task(metric, output, data)
        try:
            found = keras.get(metric)
        except ValueError:
            raise unknown_name("metrics", metric, _known()) from None
        if isinstance(found, keras.Metric):
            return found
        return keras.MeanMetricWrapper(found, name=metric)
    if callable(metric):
        return keras.MeanMetricWrapper(metric, name=getattr(metric, "__name__", "metric"))
    raise ArgumentError(
        "metrics",
        f"metrics: got {shown(metric)}; each must be a name such as 'accuracy', a keras Metric "
        "or a function f(target, output).",
    )


def _accuracy(target: Any, output: Any, logits: bool) -> Any:
    """The accuracy that fits the shapes, as Keras chooses it for the name."""
    keras = tf.keras.metrics
    if output is None or output.shape.rank is None:
        return keras.CategoricalAccuracy(name="accuracy")
    if output.shape[-1] == 1:
        return keras.BinaryAccuracy(name="accuracy", threshold=0.0 if logits else 0.5)
    if (
        target is not None
        and target.shape.rank == output.shape.rank
        and (target.shape[-1] == output.shape[-1])
    ):
        return keras.CategoricalAccuracy(name="accuracy")
    return keras.SparseCategoricalAccuracy(name="accuracy")


def _of_task(name: str, output: Any, data: Data | None) -> Any:
    if name == "mean_average_precision" and (data is None or data.anchors is None):
        raise ArgumentError(
            "metrics",
            "metrics: 'mean_average_precision' needs to know the anchors: give data as a "
            "lossviz.tasks.Data with anchors.",
        )
    if output is None or output.shape[-1] is None:
        if data is None:
            raise ArgumentError(
                "metrics", f"metrics: {name!r} needs a model whose output's shape is known."
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
