"""Targets of the user's own with the rank that the plain code of a program needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf


def ranked(model: Any, data: Any) -> Any:
    """The data with targets of the rank of the model's output, or the data as they are.

    `[n]` against an output `[n, 1]` would broadcast to `[n, n]` without a word, and labels
    `[n, 1]` would be encoded with an axis too many.

    Args:
        model: the user's model, or None.
        data: a pair of arrays or a `tf.data` dataset that yields pairs; others are left alone.
    """
    output: Any = getattr(model, "output_shape", None)
    target = shape_of(data)
    if not isinstance(output, tuple) or target is None or len(output) < 2:
        return data
    last = output[-1] or 0
    if len(target) == len(output) - 1 and last == 1:
        return _mapped(data, _as_column)
    if len(target) == len(output) and target[-1] == 1 and last > 1:
        return _mapped(data, _without_column)
    return data


def shape_of(data: Any) -> tuple[int | None, ...] | None:
    """The shape of the targets of a pair or a dataset, or None where it is not known."""
    spec = pair_spec(data)
    if spec is not None:
        return None if spec[1].shape.rank is None else tuple(spec[1].shape)
    if not (isinstance(data, tuple | list) and len(data) == 2):
        return None
    shape = getattr(data[1], "shape", None)
    return None if shape is None else tuple(shape)


def pair_spec(data: Any) -> tuple[Any, Any] | None:
    """The specs of inputs and targets of a dataset of `tf.data` that yields pairs, or None."""
    spec: Any = getattr(data, "element_spec", None)
    pair = hasattr(data, "map") and isinstance(spec, tuple) and len(spec) == 2
    return (spec[0], spec[1]) if pair and hasattr(spec[1], "dtype") else None


def _mapped(data: Any, change: Any) -> Any:
    if pair_spec(data) is not None:
        return data.map(lambda inputs, target: (inputs, change(target)))
    inputs, targets = data
    if hasattr(targets, "to_numpy"):
        targets = targets.to_numpy()
    return inputs, change(targets)


def _as_column(targets: Any) -> Any:
    if isinstance(targets, np.ndarray):
        whole = targets.dtype.kind in "biu"
        return (targets.astype(np.float32) if whole else targets)[..., np.newaxis]
    whole = targets.dtype.is_integer or targets.dtype == tf.bool
    return tf.expand_dims(tf.cast(targets, tf.float32) if whole else targets, -1)


def _without_column(targets: Any) -> Any:
    return targets[..., 0]
