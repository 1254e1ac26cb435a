"""Sample and class weights with which nothing, or the wrong thing, is learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Finding


def sample_weights_zero(low: float, high: float) -> Finding | None:
    """All sample weights are 0."""
    if low != 0 or high != 0:
        return None
    return Finding(
        "sample_weights_zero",
        "All sample weights are 0, so no sample counts: set the weight of the samples that "
        "should count to 1.",
        fatal=True,
    )


def sample_weights_negative(low: float) -> Finding | None:
    """Negative sample weights drive the model away from their targets."""
    if low >= 0:
        return None
    return Finding(
        "sample_weights_negative",
        f"The sample weights go down to {low:g}, and a negative weight makes training "
        "increase the loss of its sample: use weights of 0 or greater.",
    )


def class_weights_missing(
    weights: Mapping[int, float], labels: np.ndarray[Any, Any]
) -> Finding | None:
    """Classes of the data have no weight, a weight of 0 or a negative one."""
    classes = np.unique(labels)
    keys = {float(key) for key in weights}
    missing = [one for one in classes if float(one) not in keys]
    if missing:
        return Finding(
            "class_weights_missing",
            f"class_weight has no weight for class {missing[0]:g}, the class of "
            f"{_share(labels, missing[0])} of the samples (it has {sorted(weights)}): add a "
            "weight for every class.",
        )
    off = [key for key, value in weights.items() if not value > 0 and float(key) in classes]
    if off:
        return Finding(
            "class_weights_missing",
            f"class_weight sets the weight of class {off[0]} to {weights[off[0]]:g}, so the "
            "model never learns it: use a positive weight for every class.",
        )
    return None


def _share(labels: np.ndarray[Any, Any], one: Any) -> str:
    return f"{float((labels == one).mean()):.0%}"
