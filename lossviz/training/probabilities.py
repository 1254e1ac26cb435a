"""Metrics of probabilities for models that output logits."""

from __future__ import annotations

import functools
from typing import Any

from lossviz._tensorflow import tf

NEEDS = (
    "AUC", "BinaryAccuracy", "BinaryCrossentropy", "BinaryIoU", "CategoricalCrossentropy",
    "F1Score", "FBetaScore", "FalseNegatives", "FalsePositives", "KLDivergence", "Precision",
    "PrecisionAtRecall", "Recall", "RecallAtPrecision", "SensitivityAtSpecificity",
    "SparseCategoricalCrossentropy", "SpecificityAtSensitivity", "TrueNegatives", "TruePositives",
)  # fmt: skip
"""Keras' metrics that compare the output with a threshold, or take its logarithm."""


def on_probabilities(metric: Any, output: Any) -> Any:
    """`metric`, or where it needs probabilities one that turns logits into them first.

    Args:
        metric: a Keras metric.
        output: TensorSpec of the model's output, logits.
    """
    if not isinstance(metric, tuple(getattr(tf.keras.metrics, name) for name in NEEDS)):
        return metric
    one = output.shape.rank is not None and output.shape[-1] == 1
    return _class()(metric, tf.sigmoid if one else tf.nn.softmax)


@functools.lru_cache(maxsize=1)
def _class() -> type:
    class OnProbabilities(tf.keras.metrics.Metric):  # type: ignore[misc]
        """A metric of what an activation makes of the output."""

        def __init__(self, inner: Any, activation: Any) -> None:
            super().__init__(name=inner.name, dtype=inner.dtype)
            self._direction = getattr(inner, "_direction", None)
            self.inner, self.activation = inner, activation

        def update_state(self, target: Any, output: Any, sample_weight: Any = None) -> Any:
            output = self.activation(tf.cast(output, tf.float32))
            return self.inner.update_state(target, output, sample_weight=sample_weight)

        def result(self) -> Any:
            return self.inner.result()

        def reset_state(self) -> None:
            self.inner.reset_state()

    return OnProbabilities
