"""Labels that do not match the model's classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.leaves import as_float, finite_part, sampled

NEAR = 1e-2
"""How far the sum of a one-hot row may be from 1: half-precision targets are rounded."""


def labels_outside_classes(
    low: float, high: float, classes: int, of: str = "", ignored: int | None = None
) -> Finding | None:
    """Integer labels start at 1, or lie outside the classes of the output."""
    if not (low < 0 or high >= classes):
        return None  # NaN is reported elsewhere
    if ignored is not None and ignored in {low, high}:
        return None  # the loss ignores it; the rest cannot be checked by the range
    if low >= 1 and high == classes:
        change = "labels start at 1, so subtract 1"
    elif low < 0:
        change = "number the classes from 0, and leave out samples without a class"
    else:
        change = f"give the model {high + 1:,.0f} outputs, or number the classes from 0"
    return Finding(
        "labels_outside_classes",
        f"The labels{of} range from {low:g} to {high:g}, but the model has {classes:,} "
        f"outputs, for classes 0 to {classes - 1:,}: {change}.",
        fatal=True,
    )


def fractional_labels(labels: np.ndarray[Any, Any], of: str = "") -> Finding | None:
    """Labels of a classification loss have fractions, which are truncated."""
    part = finite_part(labels)
    fractions = part[part != np.floor(part)]
    if not fractions.size:
        return None
    return Finding(
        "fractional_labels",
        f"The labels{of} contain {fractions[0]:g}, but the loss expects integer classes: use "
        "integer labels, or a loss for numbers such as 'mse'.",
        fatal=True,
    )


def one_hot_rows(rows: np.ndarray[Any, Any], of: str = "", *, weighted: bool) -> Finding | None:
    """Rows of one-hot targets do not sum to 1, so they are not a distribution over classes."""
    if rows.ndim < 2 or rows.shape[-1] < 2:
        return None
    part = as_float(sampled(rows))
    sums = part.sum(axis=-1)
    wrong = (np.abs(sums - 1) > NEAR) | (part < -NEAR).any(axis=-1)
    if rows.ndim > 2 or weighted:
        wrong &= sums != 0  # pixels and time steps that belong to no class
    if not wrong.any():
        return None
    value = float(sums[wrong].reshape(-1)[0])
    what = "no class" if value == 0 else f"a sum of {value:.3g}"
    return Finding(
        "one_hot_rows",
        f"{wrong.mean():.0%} of the one-hot targets{of} do not sum to 1 (one has {what}), "
        "but categorical cross-entropy expects a distribution over classes: use binary "
        "cross-entropy with sigmoid for several labels per sample, or correct the encoding.",
    )


def one_class_only(low: float, high: float, rows: int, of: str = "") -> Finding | None:
    """All samples have the same label, so there is nothing to distinguish."""
    if low != high or rows < 10:
        return None
    return Finding(
        "one_class_only",
        f"All {rows:,} labels{of} are {low:g}, so the model learns a constant: check how the "
        "labels are loaded, and include samples of every class.",
    )


def binary_targets_outside(low: float, high: float, of: str = "") -> Finding | None:
    """Targets of binary cross-entropy lie outside 0 to 1, where the loss is unbounded below."""
    if low >= -1e-3 and high <= 1 + 1e-3:
        return None
    if low == -1 and high <= 1:
        change = "map -1 to 0 with (y + 1) / 2, or use a hinge loss"
    elif high == 255:
        change = "divide the mask by 255"
    elif low >= 1 and high == 2:
        change = "subtract 1 from the labels"
    elif high > 1 and float(high).is_integer():
        change = "use sparse categorical cross-entropy with one output per class"
    else:
        change = "convert them to 0 and 1, or use a loss for numbers such as 'mse'"
    return Finding(
        "binary_targets_outside",
        f"The targets{of} range from {low:g} to {high:g}, but binary cross-entropy expects 0 "
        f"to 1: {change}.",
        fatal=True,
    )


def text_labels(values: np.ndarray[Any, Any], of: str = "") -> Finding | None:
    """Targets are text, possibly with empty values."""
    if values.dtype.kind not in "OUS" or not values.size:
        return None
    share = float(np.mean([one in {"", b""} for one in values.reshape(-1).tolist()]))
    which = f" ({share:.0%} of them empty)" if share else ""
    return Finding(
        "text_labels",
        f"The targets{of} are texts{which}, but the loss expects numbers: convert them to "
        "classes with np.unique(targets, return_inverse=True)[1], after dropping unlabelled "
        "samples.",
        fatal=True,
    )


def one_hot_for_sparse(shape: tuple[int, ...], classes: int, of: str = "") -> Finding | None:
    """One-hot targets with a loss that expects integer labels."""
    return Finding(
        "one_hot_for_sparse",
        f"The targets{of} of shape {list(shape)} are one-hot over {classes:,} classes, but a "
        "sparse loss expects integer labels: use 'categorical_crossentropy', or labels = "
        "targets.argmax(-1).",
        fatal=True,
    )


def labels_for_one_hot(loss: str, classes: int, of: str = "") -> Finding | None:
    """Integer labels with a loss that expects one-hot targets."""
    return Finding(
        "labels_for_one_hot",
        f"The targets{of} are integer labels, but {loss} expects one-hot targets over "
        f"{classes:,} classes: use 'sparse_categorical_crossentropy', or "
        "keras.utils.to_categorical.",
        fatal=True,
    )


def one_output_for_classes(labels: int, of: str = "") -> Finding | None:
    """A classification loss on an output with one unit, whose softmax is always 1."""
    return Finding(
        "one_output_for_classes",
        f"The output{of} has one unit, but the loss compares {labels:,} classes and is "
        "constant for one unit: use Dense(1, activation='sigmoid') with binary "
        "cross-entropy, or one unit per class.",
        fatal=True,
    )
