"""Class weights from how often the classes occur."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError
from lossviz.tasks.own_data import as_data, outputs


def class_weights(data: Any) -> list[float]:
    """A weight for each class, so that all classes weigh alike in the loss.

    Class c gets n / (classes x n_c), where n_c of n positions show it: scikit-learn's "balanced"
    weights. A class that does not occur gets 0. Rounded to four significant digits.

    Args:
        data: a `Data`, or a pair (inputs, targets) of arrays with one-hot or integer targets.

    Raises:
        ArgumentError: when the targets are not classes.

    Example:
        >>> import numpy as np, lossviz
        >>> lossviz.tasks.class_weights((np.zeros((4, 1)), np.array([0, 0, 0, 1])))
        [0.6667, 2.0]
    """
    known = as_data(data)
    targets = known.targets
    labels = np.issubdtype(targets.dtype, np.integer) and (
        targets.ndim < 2 or targets.shape[-1] == 1 or targets.max() > 1
    )
    if labels:
        counts = np.bincount(targets.ravel(), minlength=outputs(known, targets.ndim)).astype(float)
    else:
        counts = targets.reshape(-1, targets.shape[-1]).sum(axis=0, dtype=np.float64)
        positions = targets.size / targets.shape[-1]
        if targets.ndim < 2 or targets.min() < 0 or abs(counts.sum() / positions - 1) > 1e-3:
            raise ArgumentError(
                "data", "data: the targets are not classes, so class weights cannot be computed."
            )
    total, classes = counts.sum(), len(counts)
    weights = np.divide(total, classes * counts, out=np.zeros(classes), where=counts > 0)
    return [float(f"{weight:.4g}") for weight in weights]
