"""Samples sorted by class, so that each batch pulls towards one of them."""

from __future__ import annotations

from collections.abc import Sequence
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
    alike = (rows == rows[:, :1]).all(axis=1)
    single = [int((rows[alike, 0] == one).sum()) for one in classes]
    return batches_of_one_class(batches, single, of)


def batches_of_one_class(batches: int, single: Sequence[int], of: str = "") -> Finding | None:
    """Nearly every batch contains only one class, though there are several.

    Args:
        batches: how many there are.
        single: how many of them hold this class only, for each class that occurs.
        of: which output is meant.
    """
    count = sum(single)
    # Between two classes that follow each other one batch may hold both.
    if batches < 4 or count < max(batches / 2, min(0.8 * batches, batches - len(single) + 1)):
        return None
    # Where one class is rare, chance fills most batches with the other: never with the rare one.
    if sum(one > 0 for one in single) < 2:
        return None
    return Finding(
        "batches_of_one_class",
        f"{count:,} of {batches:,} batches contain samples of only one class{of}, because "
        "the data are sorted and not shuffled: use shuffle=True, or dataset.shuffle(number "
        "of samples) before batch.",
    )
