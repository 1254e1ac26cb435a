"""The metrics of a run, from the names and objects that Keras' `compile` takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lossviz._arguments import ArgumentError, shown, unknown_name
from lossviz._tensorflow import tf


def build(metrics: Iterable[Any] | None, target: Any, output: Any, *, logits: bool) -> list[Any]:
    """Keras metric objects with distinct names.

    Args:
        metrics: names, `keras.metrics.Metric` objects or functions `f(target, output)`.
        target: shape and dtype of the targets, or None while unknown.
        output: likewise of the model's output.
        logits: whether a single output is a logit (its threshold is 0) or a probability.

    Raises:
        ArgumentError: for an unknown name or something that is no metric.
    """
    if metrics is None:
        return []
    if isinstance(metrics, str):
        metrics = [metrics]
    built = [_one(metric, target, output, logits) for metric in metrics]
    names = [metric.name for metric in built]
    doubled = {name for name in names if names.count(name) > 1 or name == "loss"}
    if doubled:
        raise ArgumentError(
            "metrics",
            f"metrics: the name {min(doubled)!r} is taken; each metric needs its own.",
        )
    return built


def _one(metric: Any, target: Any, output: Any, logits: bool) -> Any:
    keras = tf.keras.metrics
    if isinstance(metric, keras.Metric):
        return metric
    if isinstance(metric, str):
        if metric in {"accuracy", "acc"}:
            return _accuracy(target, output, logits)
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


def _known() -> list[str]:
    import re

    classes = [
        name
        for name, value in vars(tf.keras.metrics).items()
        if isinstance(value, type) and issubclass(value, tf.keras.metrics.Metric)
    ]
    return ["accuracy", *(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in classes)]
