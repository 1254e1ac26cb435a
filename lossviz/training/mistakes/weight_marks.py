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
    """Whether any weight has changed; True where the two are not of the same weights.

    A bias that begins at 0 takes steps of any size: such as are nothing next to the other weights
    do not count.
    """
    if before.keys() != after.keys() or not before:
        return True
    then, now = (np.concatenate([one[key] for key in before]) for one in (before, after))
    if not (np.isfinite(then).all() and np.isfinite(now).all()):
        return True
    size = float(np.sqrt((then.astype(np.float64) ** 2).mean()))
    return bool(np.abs(now - then).max() > 1e-8 * size)
