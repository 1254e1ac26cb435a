"""Arrays of all kinds as tensors: NumPy, TensorFlow, pandas, polars, SciPy; nested ones, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError, number, shown
from lossviz._tensorflow import tf


def is_array(part: Any) -> bool:
    """Whether `part` is an array, a tensor, or a table or column of one."""
    return (hasattr(part, "shape") and hasattr(part, "dtype")) or _is_table(part)


def tensors(argument: str, part: Any, accepted: str) -> Any:
    """`part` as a tensor, or as a structure of tensors; None stays None.

    Floats come in Keras' float type, as `fit` makes them. What is mapped from a file stays there.

    Args:
        argument: the argument's name, for messages.
        part: an array, a table, or a dict, list or tuple of such.
        accepted: what the argument accepts, for messages.

    Raises:
        ArgumentError: for what cannot be made into a tensor, or has no samples.
    """
    if part is None:
        return None
    if isinstance(part, Mapping):
        return {name: tensors(argument, value, accepted) for name, value in part.items()}
    # A list of numbers is one array; a list of arrays is a model with several inputs.
    if isinstance(part, tuple | list) and part and is_array(part[0]):
        shapes = {tuple(value.shape) for value in part}
        if len(shapes) > 1 or () not in shapes:
            return tuple(tensors(argument, value, accepted) for value in part)
    try:
        found = _tensor(argument, part)
    except (TypeError, ValueError) as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError(
            argument,
            f"{argument}: {shown(part)} cannot be converted to an array of numbers "
            f"({error}); it must be {accepted}.",
        ) from None
    if len(found.shape) == 0:
        raise ArgumentError(
            argument, f"{argument}: got {shown(part)}, which has no samples; it must be {accepted}."
        )
    return found


def rows(tensor: Any) -> int:
    """How many samples a tensor holds."""
    if isinstance(tensor, tf.RaggedTensor):
        return int(tensor.nrows())
    return int(tensor.shape[0])


def rows_in_graph(tensor: Any) -> Any:
    """How many samples a batch's tensor holds: int64, a scalar tensor."""
    if isinstance(tensor, tf.RaggedTensor):
        return tf.cast(tensor.nrows(), tf.int64)
    if isinstance(tensor, tf.SparseTensor):
        return tensor.dense_shape[0]
    return tf.shape(tensor, tf.int64)[0]


def batch_spec(tensor: Any) -> Any:
    """The TensorSpec of a batch of these samples."""
    if isinstance(tensor, tf.RaggedTensor):
        shape = [None, *tensor.shape[1:]]
        return tf.RaggedTensorSpec(shape, tensor.dtype, tensor.ragged_rank, tensor.row_splits.dtype)
    return tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype)


def class_weigher(class_weight: Mapping[Any, float]) -> Callable[[Any], Any]:
    """`f(targets)` that returns each sample's class weight, 1 where none was set.

    Targets are labels, or one-hot rows on the last axis, as in Keras' `class_weight`.

    Raises:
        ArgumentError: for what maps no whole numbers to numbers from 0 on.
    """
    if not isinstance(class_weight, Mapping):
        raise ArgumentError(
            "class_weight",
            f"class_weight: got {shown(class_weight)}; it must map each class to a weight, "
            "such as {0: 1.0, 1: 5.0}.",
        )
    known = {}
    for label, weight in class_weight.items():
        if isinstance(label, bool) or not isinstance(label, int | np.integer):
            raise ArgumentError(
                "class_weight",
                f"class_weight: got the class {label!r}; classes are integers from 0.",
            )
        known[int(label)] = number(f"class_weight[{label}]", weight, minimum=0)

    def weigh(targets: Any) -> Any:
        if targets.shape.rank and targets.shape.rank > 1:
            one = targets.shape[-1] == 1
            targets = tf.squeeze(targets, -1) if one else tf.argmax(targets, -1)
        labels = targets if targets.dtype.is_integer else tf.round(tf.cast(targets, tf.float32))
        labels = tf.cast(labels, tf.int64)
        weights = tf.ones_like(labels, tf.keras.config.floatx())
        for label, weight in known.items():
            weights = tf.where(labels == label, tf.cast(weight, weights.dtype), weights)
        return weights

    return weigh


def _is_table(part: Any) -> bool:
    return hasattr(part, "to_numpy") and hasattr(part, "columns")


def _tensor(argument: str, part: Any) -> Any:
    if tf.is_tensor(part):  # ragged and sparse ones as well
        return part
    if hasattr(part, "tocoo"):
        return _sparse(part)
    if hasattr(part, "to_numpy"):
        part = _from_table(argument, part)
    if isinstance(part, np.memmap):
        return part
    part = np.asarray(part)
    if part.dtype.kind == "O":
        part = _from_objects(part)
    wanted = np.dtype(tf.keras.config.floatx()) if part.dtype.kind == "f" else part.dtype
    # Half precision stays: Keras casts what is wider or narrower alike, but this costs memory.
    return tf.convert_to_tensor(part.astype(wanted, copy=False))


def _sparse(part: Any) -> Any:
    """A SciPy matrix as TensorFlow's sparse tensor, its entries in order."""
    found = part.tocsr().tocoo()
    values = found.data
    if values.dtype.kind == "f":
        values = values.astype(tf.keras.config.floatx(), copy=False)
    places = np.stack([found.row, found.col], axis=1).astype(np.int64)
    return tf.sparse.reorder(tf.SparseTensor(places, values, found.shape))


def _from_table(argument: str, part: Any) -> Any:
    """The numbers of a table; a lone column stays one, `[samples, 1]`, as for Keras."""
    if not hasattr(part, "columns"):
        column = part.to_numpy()
        return column[:, None] if column.ndim == 1 else column
    found = part.to_numpy()
    if found.dtype.kind == "O":
        texts = [
            str(name)
            for name in part.columns
            if np.asarray(part[name].to_numpy()).dtype.kind in "OUS"
        ]
        if texts and len(texts) < len(list(part.columns)):
            raise ArgumentError(
                argument,
                f"{argument}: the table mixes text and numbers; its text columns are "
                f"{', '.join(map(repr, texts))}. Give a dict of columns, encode them, or "
                "leave them out.",
            )
        if not texts:
            found = found.astype(np.float64)
    return found


def _from_objects(part: Any) -> Any:
    """Python objects in an array: texts stay texts, numbers become numbers."""
    flat = part.ravel()
    if len(flat) and isinstance(flat[0], str | bytes):
        return part
    return part.astype(np.float64)
