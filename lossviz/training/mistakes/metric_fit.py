"""Metrics that do not match the output or the targets."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.leaves import finite_part

THRESHOLDED = {
    "BinaryAccuracy", "Precision", "Recall", "TruePositives", "TrueNegatives", "FalsePositives",
    "FalseNegatives", "AUC", "PrecisionAtRecall", "RecallAtPrecision",
    "SensitivityAtSpecificity", "SpecificityAtSensitivity", "F1Score", "FBetaScore",
}  # fmt: skip
ACCURACIES = {
    "Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy",
}  # fmt: skip
BY_INDEX = {"SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy"}
BY_ONE_HOT = {"CategoricalAccuracy", "TopKCategoricalAccuracy"}


def kind_of(metric: Any) -> str:
    """The class of a metric, "accuracy" for the name that Keras resolves by the shapes."""
    if isinstance(metric, str):
        if metric.lower() in {"accuracy", "acc"}:
            return "accuracy"
        try:
            metric = tf.keras.metrics.get(metric)
        except (ValueError, TypeError):
            return str(metric)
    wrapped = getattr(metric, "_fn", None)
    if wrapped is not None and type(metric).__name__ == "MeanMetricWrapper":
        metric = wrapped
    if isinstance(metric, tf.keras.metrics.Metric):
        return type(metric).__name__
    name = getattr(metric, "__name__", "")
    return "".join(part.capitalize() for part in name.split("_"))


def metric_on_logits(metric: Any, of: str = "") -> Finding | None:
    """A metric with a threshold between 0 and 1 is computed on logits."""
    name = kind_of(metric)
    if name not in THRESHOLDED or getattr(metric, "_from_logits", False) or _sees_logits(metric):
        return None
    return Finding(
        "metric_on_logits",
        f"The metric {_called(metric)!r} compares the output{of} with thresholds from 0 to "
        f"1, but the output contains logits: {_for_logits(name)}, or end the model in "
        "sigmoid.",
    )


def metric_needs_one_hot(metric: Any, of: str = "") -> Finding | None:
    """A metric for one-hot targets is given integer labels."""
    if kind_of(metric) not in BY_ONE_HOT:
        return None
    return Finding(
        "metric_needs_one_hot",
        f"The metric {_called(metric)!r} expects one-hot targets, but the targets{of} are "
        "integer labels: use 'accuracy' or 'sparse_categorical_accuracy'.",
    )


def metric_needs_labels(metric: Any, of: str = "") -> Finding | None:
    """A metric for integer labels is given one-hot targets."""
    if kind_of(metric) not in BY_INDEX:
        return None
    return Finding(
        "metric_needs_labels",
        f"The metric {_called(metric)!r} expects integer labels, but the targets{of} are "
        "one-hot: use 'accuracy' or 'categorical_accuracy'.",
        fatal=True,
    )


def binary_metric_for_classes(metric: Any, units: int, of: str = "") -> Finding | None:
    """Binary accuracy of one-hot classes counts every correct zero: 0.9 for ten classes."""
    if kind_of(metric) != "BinaryAccuracy":
        return None
    return Finding(
        "binary_metric_for_classes",
        f"The metric {_called(metric)!r} scores each of the {units:,} units of the "
        f"output{of} separately and is high for any prediction: use 'accuracy', which "
        "compares classes.",
    )


def exact_accuracy(metric: Any, of: str = "") -> Finding | None:
    """keras.metrics.Accuracy tests numbers for equality, which probabilities never satisfy."""
    if kind_of(metric) != "Accuracy":
        return None
    return Finding(
        "exact_accuracy",
        f"The metric {_called(metric)!r} counts outputs{of} that equal their target exactly, "
        "which probabilities and logits never do: use the name 'accuracy', or "
        "BinaryAccuracy or SparseCategoricalAccuracy.",
    )


def accuracy_for_numbers(
    metric: Any, targets: np.ndarray[Any, Any], of: str = ""
) -> Finding | None:
    """Accuracy for a regression, where an output never equals its target."""
    if kind_of(metric) not in ACCURACIES | {"accuracy"}:
        return None
    part = finite_part(targets)
    if not part.size or (part == np.floor(part)).mean() > 0.5:
        return None
    example = float(part[part != np.floor(part)][0])
    return Finding(
        "accuracy_for_numbers",
        f"The metric {_called(metric)!r} counts correct classes, but the targets{of} are "
        f"numbers such as {example:.4g}: use 'mae' or keras.metrics.R2Score.",
    )


def region_metric_of_scores(metric: Any, of: str = "", *, labels: bool) -> Finding | None:
    """An intersection over union of classes is given a score for each class."""
    name = kind_of(metric)
    if name not in {"MeanIoU", "IoU", "BinaryIoU"} or name == "BinaryIoU":
        return None
    if not getattr(metric, "sparse_y_pred", True):
        return None
    return Finding(
        "region_metric_of_scores",
        f"The metric {_called(metric)!r} expects classes, but the output{of} contains a "
        "score for each class: set sparse_y_pred=False.",
        fatal=labels,  # of integer labels not even the sizes fit
    )


def _called(metric: Any) -> str:
    return metric if isinstance(metric, str) else str(getattr(metric, "name", kind_of(metric)))


def _sees_logits(metric: Any) -> bool:
    """Whether the user has set the threshold for logits (0 for a probability of 0.5)."""
    if isinstance(metric, str):
        return False
    threshold = getattr(metric, "threshold", None)
    thresholds = getattr(metric, "thresholds", None)
    if type(metric).__name__ == "AUC":
        return False
    if threshold is not None:
        return not 0 < float(threshold) < 1
    if getattr(metric, "_fn", None) is not None:
        chosen = getattr(metric, "_fn_kwargs", {}).get("threshold", 0.5)
        return not 0 < float(chosen) < 1
    if type(metric).__name__ in {"F1Score", "FBetaScore"}:
        return True  # without a threshold the largest score counts, logit or not
    if isinstance(thresholds, list | tuple) and thresholds:
        return not all(0 < float(one) < 1 for one in thresholds)
    return False


def _for_logits(name: str) -> str:
    if name == "AUC":
        return "use keras.metrics.AUC(from_logits=True)"
    if name == "BinaryAccuracy":
        return "use keras.metrics.BinaryAccuracy(threshold=0.0)"
    return f"use keras.metrics.{name} with thresholds=0.0"
