"""Samples that come sorted by class, so that each batch pulls towards one of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Finding


def sorted_labels(labels: np.ndarray[Any, Any], batch_size: int, of: str = "") -> Finding | None:
    """Labels are sorted and the samples are not shuffled."""
    batches = len(labels) // batch_size
    if batches < 4 or batch_size < 4:
        return None
    classes = np.unique(labels)
    if not 2 <= len(classes) <= batches:
        return None
    rows = labels[: batches * batch_size].reshape(batches, batch_size)
    single = int((rows == rows[:, :1]).all(axis=1).sum())
    return batches_of_one_class(batches, single, len(classes), of)


def batches_of_one_class(batches: int, single: int, classes: int, of: str = "") -> Finding | None:
    """Nearly every batch holds one class only, though there are several."""
    if batches < 4 or classes < 2 or single < 0.8 * batches:
        return None
    return Finding(
        "batches_of_one_class",
        f"{single:,} of {batches:,} batches hold samples of one class only{of}, because the data "
        "are sorted and not shuffled: use shuffle=True, or dataset.shuffle(number of samples) "
        "before batch.",
    )
