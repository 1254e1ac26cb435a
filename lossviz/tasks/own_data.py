"""Data of a user's own, as the starter models need to know them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, shown
from lossviz._tensorflow import tf
from lossviz.tasks.data import Data

STATISTICS_SAMPLES = 200
LEAST_VARIANCE = 1e-6


def as_data(data: Any) -> Data:
    """`data` as a `Data` from which a starter model can be built.

    Args:
        data: a `Data`, a pair (inputs, targets) of arrays or tables, a batched `tf.data.Dataset`
            or a `keras.utils.PyDataset`; of the last two only the first batch is read.

    Raises:
        ArgumentError: for anything else.
    """
    if isinstance(data, Data):
        return data
    whole = isinstance(data, tuple | list)
    if isinstance(data, tf.data.Dataset):
        pair = next(iter(data.take(1)), None)
    elif isinstance(data, tf.keras.utils.PyDataset):
        pair = data[0]
    else:
        pair = data if whole else None
    if not (isinstance(pair, tuple | list) and len(pair) == 2):
        raise ArgumentError(
            "data",
            f"data: got {shown(data)}; a starter model needs a pair (inputs, targets) of arrays "
            "or a dataset of such pairs.",
        )
    inputs, targets = (_array(part) for part in pair)
    if not whole and np.issubdtype(targets.dtype, np.integer):
        raise ArgumentError(
            "data",
            "data: the number of classes cannot be inferred from the first batch of integer "
            "labels; give one-hot targets, or your own model.",
        )
    return Data(
        name="", inputs=inputs, targets=targets, validation_inputs=inputs,
        validation_targets=targets,
    )  # fmt: skip


def outputs(data: Data, label_axes: int) -> int:
    """How many numbers a model must output for each sample, pixel or time step.

    Args:
        data: the data; targets without a class axis count their labels.
        label_axes: the number of axes that targets without a class axis have.
    """
    targets = data.targets
    if data.classes and data.anchors is None:
        return len(data.classes)
    if targets.ndim > label_axes and targets.shape[-1] > 1:
        return int(targets.shape[-1])
    if np.issubdtype(targets.dtype, np.integer):
        return int(targets.max()) + 1
    return 1


def channel_statistics(pictures: NDArray[Any]) -> tuple[list[float], list[float]]:
    """Mean and variance of each channel of images [samples, height, width, channels].

    The first `STATISTICS_SAMPLES` of them tell. A variance is nowhere 0, so that it can divide.
    """
    some = np.asarray(pictures[:STATISTICS_SAMPLES], np.float64)
    axes = tuple(range(some.ndim - 1))
    return some.mean(axes).tolist(), np.maximum(some.var(axes), LEAST_VARIANCE).tolist()


def _array(part: Any) -> NDArray[Any]:
    array = np.asarray(part.to_numpy() if hasattr(part, "to_numpy") else part)
    if array.ndim == 0:
        raise ArgumentError("data", f"data: got {shown(part)}, which has no samples.")
    return array
