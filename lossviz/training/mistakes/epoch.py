"""Mistakes that show at the end of an epoch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.mistakes.finding import Finding, Setup
from lossviz.training.mistakes.heads import Head, heads
from lossviz.training.mistakes.leaves import as_float, sampled
from lossviz.training.mistakes.loss_kind import ABSOLUTE, SQUARED, plain
from lossviz.training.mistakes.reported import not_yet_reported
from lossviz.training.mistakes.tolerance import tolerated
from lossviz.training.mistakes.weight_marks import marks, moved

STILL = 3
"""Epochs in which a loss that does not move is no accident."""

SAME = 4 * float(np.finfo(np.float32).eps)
"""The relative difference of sums of the same numbers in another order."""

FIRST_EPOCHS = 5
"""Epochs whose values are compared; a run may have a hundred thousand."""


def after_epoch(
    model: Any,
    logs: Mapping[str, float],
    epoch: int,
    history: Sequence[Mapping[str, float]],
    setup: Setup,
    *,
    weights: bool = True,
) -> list[Finding]:
    """The mistakes that the end of an epoch shows.

    Args:
        model: the model that trains.
        logs: the epoch's loss and metrics.
        epoch: its number, from 1.
        history: those of the epochs before it, up to the first `FIRST_EPOCHS`.
        setup: the set-up that `before` was given.
        weights: whether to check all weights, which takes as long as many steps of a tiny model.
    """
    names: set[str] = setup.memory.setdefault("names", set())
    names.update(logs)
    losses = [float(row["loss"]) for row in (*history, logs) if "loss" in row]

    def all_rules() -> Iterator[Callable[[], Finding | None]]:
        if weights:
            yield lambda: weights_not_finite(model, epoch, logs.get("loss"))
        yield lambda: _monitor(setup, epoch, names)
        yield lambda: _still(model, epoch, setup, losses)
        yield lambda: loss_constant(losses)
        yield lambda: _largest_class(setup, (*history, logs), losses)
        if epoch == setup.epochs:
            yield lambda: _constant_predictor(setup, model, losses)

    found = []
    for rule in all_rules():
        with tolerated("an end-of-epoch check"):
            one = rule()
            if one is not None:
                found.append(one)
    return not_yet_reported(setup, found)


def weights_not_finite(model: Any, epoch: int, loss: float | None) -> Finding | None:
    """A weight has become NaN or infinite while the loss is finite."""
    weights = [
        variable
        for variable in model.variables
        if tf.as_dtype(getattr(variable.dtype, "name", variable.dtype)).is_floating
    ]
    if not weights or (loss is not None and not np.isfinite(loss)):
        return None  # a loss that is not finite has been reported
    whole = tf.stack(
        [tf.reduce_all(tf.math.is_finite(tf.convert_to_tensor(weight))) for weight in weights]
    )
    wrong = np.flatnonzero(~whole.numpy())
    if not len(wrong):
        return None
    name = getattr(weights[wrong[0]], "path", weights[wrong[0]].name)
    at = "" if loss is None else f" although the loss is {loss:.4g}"
    return Finding(
        "weights_not_finite",
        f"{len(wrong):,} of {len(weights):,} variables contain NaN or infinite values after "
        f"epoch {epoch}{at}; the first is {name!r}: check the data for NaN or huge numbers, "
        "and restart from new weights with a smaller learning rate.",
        fatal=True,
    )


def no_weight_moved(epoch: int, loss: float, rate: float | None) -> Finding:
    """No weight changed during an epoch."""
    with_rate = "" if rate is None else f" with a learning rate of {rate:g}"
    return Finding(
        "no_weight_moved",
        f"No weight changed in epoch {epoch}{with_rate}, although the loss is {loss:.4g}: "
        "raise the learning rate, or check for a loss or layer without a gradient "
        "(rounding, argmax, dead ReLUs).",
    )


def loss_constant(losses: Sequence[float]) -> Finding | None:
    """The loss is the same number from the first epoch on."""
    if len(losses) != STILL or not np.isfinite(losses).all() or abs(losses[0]) < 1e-6:
        return None
    if max(losses) - min(losses) > SAME * abs(losses[0]):
        return None
    return Finding(
        "loss_constant",
        f"The loss has been {losses[0]:.6g} in each of the first {STILL} epochs, so nothing "
        "is being learned: check for outputs that do not depend on the weights, and for a "
        "learning rate that is too small.",
    )


def stuck_at_largest_class(
    accuracies: Sequence[float], losses: Sequence[float], share: float
) -> Finding | None:
    """The accuracy is always the largest class's share, and the loss does not decrease."""
    if len(accuracies) != FIRST_EPOCHS or len(losses) != FIRST_EPOCHS:
        return None
    if not np.isfinite(losses).all():
        return None
    if np.abs(np.asarray(accuracies) - share).max() > 1e-6 or share > 0.95:
        return None
    if min(losses[1:]) < losses[1] * (1 - 1e-3):
        return None
    return Finding(
        "stuck_at_largest_class",
        f"The accuracy has been {share:.3g} in all {FIRST_EPOCHS} epochs, the share of the "
        f"largest class, and the loss is not decreasing ({losses[-1]:.4g}), so every sample "
        "gets the same prediction: try a smaller learning rate, and check the scale of the "
        "inputs.",
    )


def worse_than_constant(loss: float, constant: float, steps: int, name: str) -> Finding | None:
    """After the last epoch the loss is above that of the best constant prediction."""
    if steps < 100 or constant <= 0 or not np.isfinite(loss) or loss < 1.5 * constant:
        return None
    return Finding(
        "worse_than_constant",
        f"After {steps:,} steps, {name} is {loss:.4g}, above the {constant:.4g} of the best "
        "constant prediction: try a different learning rate, and standardize inputs and "
        "targets.",
    )


def monitor_missing(callback: str, monitor: str, names: Sequence[str]) -> Finding:
    """A callback monitors a value that no epoch has."""
    change = "set monitor to one of them"
    if monitor.startswith("val_") and not any(name.startswith("val_") for name in names):
        change = "provide validation data, or choose a metric that exists, such as monitor='loss'"
    return Finding(
        "monitor_missing",
        f"{callback} monitors {monitor!r}, which is not recorded, so it has no effect: the "
        f"epochs have {', '.join(map(repr, names))}; {change}.",
    )


def _monitor(setup: Setup, epoch: int, names: Collection[str]) -> Finding | None:
    held_out = any(name.startswith("val_") for name in names)
    for one in setup.callbacks:
        monitor = getattr(one, "monitor", None)
        # A callback that saves each epoch has a monitor, and does not look at it.
        if not isinstance(monitor, str) or not getattr(one, "save_best_only", True):
            continue
        # With validation_freq it comes later.
        later = setup.validated and not held_out and epoch < setup.epochs
        if monitor not in names and not (later and monitor.startswith("val_")):
            return monitor_missing(type(one).__name__, monitor, sorted(names))
    return None


def _still(model: Any, epoch: int, setup: Setup, losses: Sequence[float]) -> Finding | None:
    before = setup.memory.get("weights")
    if not before or not losses or not abs(losses[-1]) > 1e-7:
        return None
    if not np.isfinite(losses[-1]):
        return None
    optimizer = setup.optimizer
    scaled = type(optimizer).__name__ == "LossScaleOptimizer"
    scheduled = callable(getattr(optimizer, "_learning_rate", None))
    first = setup.memory.setdefault("first_epoch", epoch)
    # The first steps may be skipped, or warm up from a rate of 0.
    if (scaled or scheduled) and epoch < first + 2:
        return None
    if getattr(optimizer, "gradient_accumulation_steps", None) and epoch < first + 4:
        return None
    after = marks(model)
    setup.memory["weights"] = None  # seen to move once is enough
    if moved(before, after):
        return None
    return no_weight_moved(epoch, losses[-1], setup.learning_rate)


def _only_head(setup: Setup) -> Head | None:
    if not setup.whole or setup.own_step or setup.class_weight or setup.sample_weight is not None:
        return None
    found = heads(setup)
    return found[0] if len(found) == 1 else None


def _largest_class(
    setup: Setup, rows: Sequence[Mapping[str, float]], losses: Sequence[float]
) -> Finding | None:
    accuracies = [row.get("accuracy", row.get("acc")) for row in rows]
    if len(rows) != FIRST_EPOCHS or any(one is None for one in accuracies):
        return None
    head = _only_head(setup)
    labels = None if head is None else head.labels
    if labels is None:
        return None
    share = float(np.unique(labels, return_counts=True)[1].max() / len(labels))
    return stuck_at_largest_class([float(one or 0) for one in accuracies], losses, share)


def _constant_predictor(setup: Setup, model: Any, losses: Sequence[float]) -> Finding | None:
    head = _only_head(setup)
    if head is None or len(losses) < FIRST_EPOCHS or model.losses:
        return None
    steps = int(getattr(setup.optimizer, "iterations", 0))
    constant = None
    name = plain(head.loss_name)
    if name in SQUARED:
        constant = float(as_float(sampled(head.target.values)).var(axis=0).mean())
    elif name in ABSOLUTE:
        part = as_float(sampled(head.target.values))
        constant = float(np.abs(part - np.median(part, axis=0)).mean())
    elif head.labels is not None and name.endswith("crossentropy") and "focal" not in name:
        shares = np.unique(head.labels, return_counts=True)[1] / len(head.labels)
        constant = float(-(shares * np.log(shares)).sum())
        if len(shares) < 2:
            return None
    if constant is None:
        return None
    return worse_than_constant(losses[-1], constant, steps, "the training loss")
