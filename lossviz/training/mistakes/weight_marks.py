"""A few numbers of each weight, by which to see whether it has moved."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf

NUMBERS = 512


def marks(model: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Some numbers of every trainable variable, by its path; empty for a model not yet built."""
    found = {}
    for place, one in enumerate(getattr(model, "trainable_variables", ())):
        flat = tf.reshape(tf.convert_to_tensor(one), [-1])
        step = max(1, int(flat.shape[0]) // NUMBERS)
        key = f"{place} {getattr(one, 'path', '')}"
        found[key] = np.asarray(tf.cast(flat[::step], tf.float32)).copy()
    return found


def moved(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether any weight has changed; True where the two are not of the same weights."""
    if before.keys() != after.keys():
        return True
    return any(not np.array_equal(before[key], after[key], equal_nan=True) for key in before)
