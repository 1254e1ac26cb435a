"""NaN and infinite values in the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.leaves import Span


def inputs_not_finite(called: str, seen: Span, rows: int, *, fatal: bool = True) -> Finding | None:
    """The inputs contain NaN or infinite values.

    ReLU turns NaN into 0 on CPUs, so the loss stays finite while the weights behind it become NaN.
    """
    if seen.bad is None:
        return None
    return Finding(
        "inputs_not_finite",
        f"{called} contain {_value(seen)} {place(seen)} ({_rows(seen.bad_rows, rows)}), "
        "which turns weights into NaN: drop or fill such rows before training, for example "
        "with np.nan_to_num.",
        fatal,
    )


def targets_not_finite(called: str, seen: Span, rows: int, *, fatal: bool = True) -> Finding | None:
    """The targets contain NaN or infinite values."""
    if seen.bad is None:
        return None
    return Finding(
        "targets_not_finite",
        f"{called} contain {_value(seen)} {place(seen)} ({_rows(seen.bad_rows, rows)}), so "
        "the loss cannot be finite: drop these rows, or mask them in a custom loss.",
        fatal,
    )


def sample_weights_not_finite(called: str, seen: Span, rows: int) -> Finding | None:
    """The sample weights contain NaN or infinite values."""
    if seen.bad is None:
        return None
    return Finding(
        "sample_weights_not_finite",
        f"{called} contain {_value(seen)} {place(seen)} ({_rows(seen.bad_rows, rows)}): give "
        "every sample a finite weight, 0 to ignore it.",
        fatal=True,
    )


def validation_not_finite(called: str, seen: Span, rows: int) -> Finding | None:
    """The validation data contain NaN or infinite values."""
    if seen.bad is None:
        return None
    return Finding(
        "validation_not_finite",
        f"{called} contain {_value(seen)} {place(seen)} ({_rows(seen.bad_rows, rows)}), so "
        "the validation loss is meaningless: drop or fill these rows.",
    )


def place(seen: Span) -> str:
    """A place as people write it: "in row 17, column 3" (from 0), or "in row 17 at [2, 5]"."""
    where = seen.bad or (0,)
    if seen.where:
        return seen.where
    if len(where) == 1:
        return f"in row {where[0]:,}"
    if len(where) == 2:
        return f"in row {where[0]:,}, column {where[1]:,}"
    return f"in row {where[0]:,} at {list(where[1:])}"


def handles_not_finite(model: Any, inputs: Any, row: int) -> bool:
    """Whether the model deals with the row's NaN itself, so that all its gradients are finite.

    Args:
        model: a built Keras model.
        inputs: all its inputs.
        row: the place of a sample that holds NaN or an infinity.
    """
    one = tf.nest.map_structure(lambda part: tf.convert_to_tensor(part[row : row + 1]), inputs)
    weights = model.trainable_variables
    with tf.GradientTape() as tape:
        outputs = tf.nest.flatten(model(one, training=False))
        total = tf.add_n([tf.reduce_sum(tf.cast(output, tf.float32)) for output in outputs])
    gradients = [one for one in tape.gradient(total, weights) if one is not None]
    values = [
        np.asarray(getattr(gradient, "values", gradient), dtype=np.float32)
        for gradient in gradients
    ]
    return bool(values) and all(np.isfinite(value).all() for value in values)


def _value(seen: Span) -> str:
    return "NaN" if np.isnan(seen.value) else "an infinite value"


def _rows(count: int, rows: int) -> str:
    return f"{count:,} of {rows:,} rows contain NaN or Inf"
