"""Data as a user's own loader returns them, in the form in which a task has them.

A script holds these functions, so a check that only raises is a statement of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, shown
from lossviz.tasks.data import Data, split_indices


def as_loaded(name: str, loaded: Any, seed: int, classes: int | None) -> Data:
    """What a loader returned, split into a part to train on and a part to validate on.

    Args:
        name: the data set's name.
        loaded: a `Data`, a pair (inputs, targets), or two pairs, the second to validate on.
        seed: of the split.
        classes: how many classes integer targets denote; 0 where the data tell,
            None where targets are not classes.

    Raises:
        ArgumentError: for anything else.
    """
    if isinstance(loaded, Data):
        return loaded
    if not is_pair(loaded):
        raise ArgumentError(
            "load",
            f"load: returned {shown(loaded)}; it must return (inputs, targets), or two such "
            "pairs, the second for validation.",
        )
    if not (is_pair(loaded[0]) and is_pair(loaded[1])):
        loaded = split(loaded, seed)
    (inputs, targets), (validation_inputs, validation_targets) = loaded
    if classes == 0:
        classes = counted(np.asarray(targets), np.asarray(validation_targets))
    return Data(
        name=name,
        inputs=plain(inputs),
        targets=learnable(targets, classes),
        validation_inputs=plain(validation_inputs),
        validation_targets=learnable(validation_targets, classes),
        # In a script, where Data is a plain namespace, models may ask for them, too.
        classes=(),
        anchors=None,
    )


def is_pair(value: Any) -> bool:
    """Whether it is two things, not an array."""
    return isinstance(value, (tuple, list)) and len(value) == 2


def split(loaded: Any, seed: int) -> Any:
    """Split one pair in two: a fifth of it is for validation."""
    inputs, targets = (np.asarray(one) for one in loaded)
    if inputs.shape[:1] != targets.shape[:1] or not inputs.size:
        raise ArgumentError(
            "load",
            f"load: returned inputs of shape {list(inputs.shape)} and targets of shape "
            f"{list(targets.shape)}; there must be one target for each input, and at least "
            "one.",
        )
    kept, out = split_indices(len(inputs), 0.2, seed)
    return (inputs[kept], targets[kept]), (inputs[out], targets[out])


def plain(values: Any) -> NDArray[Any]:
    """An array; float64, which no layer computes in, becomes float32."""
    array = np.asarray(values)
    return array.astype(np.float32) if array.dtype == np.float64 else array


def counted(*targets: NDArray[Any]) -> int:
    """How many classes labels denote: one more than the largest; 0 for no labels."""
    if all(is_labels(target) for target in targets):
        return 1 + max(int(target.max()) for target in targets)
    return 0


def is_labels(targets: NDArray[Any]) -> bool:
    """Whether targets are whole numbers, not rows of 0 and 1."""
    rows = targets.ndim > 1 and targets.shape[-1] > 1 and (targets.sum(axis=-1) == 1).all()
    return bool(targets.dtype.kind in "iub" and not rows)


def learnable(targets: Any, classes: int | None) -> NDArray[Any]:
    """Targets with an axis of classes or numbers: labels as rows, plain numbers as a column."""
    array = plain(targets)
    if classes and is_labels(array):
        labels = array[..., 0] if array.ndim > 1 and array.shape[-1] == 1 else array
        rows: NDArray[Any] = np.eye(classes, dtype=np.float32)[labels.astype(int)]
        return rows
    return array[:, None] if array.ndim == 1 else array
