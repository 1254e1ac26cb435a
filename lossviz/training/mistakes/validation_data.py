"""Validation data that do not measure how well a model generalizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.leaves import CHUNK, Leaf, Span, finite_part, sampled

LEAST = 5
"""Fewer validation samples say nothing."""

MOST_NUMBERS = 4_000_000
"""Numbers that are read to distinguish the rows of one array."""


def validation_is_training(
    inputs: list[Leaf], targets: list[Leaf], held_inputs: list[Leaf], held_targets: list[Leaf]
) -> Finding | None:
    """Most validation samples are training samples."""
    pairs = list(zip(inputs + targets, held_inputs + held_targets, strict=False))
    if len(pairs) != len(inputs) + len(targets) or not inputs:
        return None
    if any(not (a.rows and b.rows) or a.values.shape[1:] != b.values.shape[1:] for a, b in pairs):
        return None
    counts = {len(a.values) for a, _ in pairs}, {len(b.values) for _, b in pairs}
    if any(len(count) != 1 for count in counts):
        return None
    rows = len(pairs[0][1].values)
    if rows < LEAST:
        return None
    marks = marks_of([a.values for a, _ in pairs])
    held = marks_of([sampled(b.values) for _, b in pairs])
    known, repeats = np.unique(marks, return_counts=True)
    shared = np.isin(held, known)
    share = float(shared.mean())
    # Data of few distinct rows meet themselves by chance.
    repeated = float((repeats - 1).sum() / len(marks))
    if share < 0.5 or repeated > 0.1:
        return None
    if not _really(pairs, marks, held, shared):
        return None
    return _trained(f"{share:.0%} of the {rows:,} validation samples are training samples")


def the_training_data_again() -> Finding:
    """The training dataset itself is used for validation."""
    return _trained("The validation samples are the training samples")


def _trained(what: str) -> Finding:
    return Finding(
        "validation_is_training",
        f"{what}, too, so the validation loss does not show overfitting: set other samples "
        "aside, for example with validation_split=0.2, or with dataset.take() and "
        "dataset.skip().",
    )


def validation_classes_unseen(
    labels: np.ndarray[Any, Any], held: np.ndarray[Any, Any], of: str = ""
) -> Finding | None:
    """Validation samples have classes that the training data lack."""
    trained = np.unique(labels)
    unseen = ~np.isin(held, trained)
    count = int(unseen.sum())
    if count < LEAST or count < 0.02 * len(held) or len(trained) < 2:
        return None
    names = ", ".join(f"{one:g}" for one in np.unique(held[unseen])[:5])
    return Finding(
        "validation_classes_unseen",
        f"{count:,} of {len(held):,} validation samples{of} have classes that no training "
        f"sample has ({names}): shuffle the data before splitting them.",
    )


def validation_on_another_scale(
    called: str, seen: Span, held: Span, train: np.ndarray[Any, Any], other: np.ndarray[Any, Any]
) -> Finding | None:
    """Validation inputs are not scaled like the training inputs."""
    if len(train) < LEAST or len(other) < LEAST:
        return None
    one, two = finite_part(train, 256), finite_part(other, 256)
    if not (one.size and two.size and one.std() > 0 and two.std() > 0):
        return None
    here, there = float(one.std()), float(two.std())
    # A trend takes later samples away from the earlier ones, but not as far as this.
    apart = abs(float(np.median(two)) - float(np.median(one)))
    if max(here / there, there / here) < 30 and apart < 30 * here:
        return None
    return Finding(
        "validation_on_another_scale",
        f"The validation inputs{called} range from {held.low:.4g} to {held.high:.4g}, the "
        f"training inputs from {seen.low:.4g} to {seen.high:.4g}: scale both in the same way.",
    )


def marks_of(parts: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """A number for each row that is the same for the same row, from all parts together."""
    rows = len(parts[0])
    marks = np.zeros(rows, np.uint64)
    for place, part in enumerate(parts):
        if part.dtype.kind in "OUS":
            texts = part.reshape(rows, -1)
            marks += np.array(
                [hash((place, *row)) & 0x7FFFFFFFFFFFFFFF for row in texts.tolist()], np.uint64
            )
            continue
        flat = part.reshape(rows, -1)
        if not flat.shape[1]:
            continue
        stream = np.random.default_rng(place)
        # Some columns tell rows apart; what seems alike is compared in full.
        most = min(256, max(8, MOST_NUMBERS // rows))
        if flat.shape[1] > most:
            chosen = np.sort(stream.choice(flat.shape[1], most, replace=False))
        else:
            chosen = np.arange(flat.shape[1])
        factors = stream.integers(1, 2**63, len(chosen), np.uint64) | np.uint64(1)
        step = max(1, CHUNK // len(chosen))
        for start in range(0, rows, step):
            bits = _bits(flat[start : start + step][:, chosen])
            marks[start : start + step] += _mixed(bits * factors).sum(axis=1, dtype=np.uint64)
    return marks


def _mixed(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """High bits into the low ones: sums of products of small numbers would meet by chance."""
    return np.asarray((values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9))


def _bits(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values = np.ascontiguousarray(values)
    if values.dtype.kind in "biu":
        return values.astype(np.uint64)
    as_float = (values.astype(np.float64) + 0.0).view(np.uint64)  # -0.0 is 0.0
    return np.asarray(as_float)


def _really(
    pairs: list[tuple[Leaf, Leaf]],
    marks: np.ndarray[Any, Any],
    held: np.ndarray[Any, Any],
    shared: np.ndarray[Any, Any],
) -> bool:
    """Whether samples that seem alike are: some of them are compared in full."""
    order = np.argsort(marks, kind="stable")
    found = np.flatnonzero(shared)
    found = found[np.linspace(0, len(found) - 1, min(20, len(found))).astype(int)]
    same = 0
    for row in found:
        twin = order[np.searchsorted(marks, held[row], sorter=order)]
        same += all(bool(np.array_equal(sampled(b.values)[row], a.values[twin])) for a, b in pairs)
    return same >= 0.8 * len(found)
