"""Learning rates and precisions with which weights stay put or diverge."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.mistakes.finding import Finding

MOST = {
    "Adam": 0.5, "AdamW": 0.5, "Nadam": 0.5, "Adamax": 1.0, "RMSprop": 0.5, "Lion": 0.1,
    "SGD": 50.0,
}  # fmt: skip
"""Learning rates from which on no usual training of an optimizer succeeds."""

ADAPTIVE = {"Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Lion"}
"""Optimizers whose step is about the learning rate, whatever the gradient."""


def rate_too_high(rate: float, optimizer: str) -> Finding | None:
    """A learning rate far above the optimizer's usual range."""
    if rate < MOST.get(optimizer, np.inf):
        return None
    usual = 0.1 if optimizer == "SGD" else 0.001
    return Finding(
        "rate_too_high",
        f"A learning rate of {rate:g} is far too high for {optimizer}: start at {usual:g}.",
    )


def rate_below_half_precision(rate: float, optimizer: str, weights: list[Any]) -> Finding | None:
    """Updates are smaller than the spacing of half-precision weights, so these do not change."""
    half = [weight for weight in weights if _dtype(weight) in {"float16", "bfloat16"}]
    if not half:
        return None
    step = rate if optimizer in ADAPTIVE else 0.1 * rate
    stuck = total = 0
    kind = _dtype(half[0])
    for one in half:
        values = np.abs(np.asarray(tf.cast(one, tf.float32))).reshape(-1)
        values = values[values > 0]
        stuck += int((step < spacing(values, kind) / 2).sum())
        total += len(values)
    if not total or stuck < 0.5 * total:
        return None
    return Finding(
        "rate_below_half_precision",
        f"With a learning rate of {rate:g}, updates are too small for {stuck / total:.0%} of "
        f"the {kind} weights, which are rounded back to their old values: keep the weights "
        f"in float32 with the policy 'mixed_{kind}'.",
    )


def weights_in_float16(weights: list[Any]) -> Finding | None:
    """Weights are stored in float16, where small gradients and updates become 0."""
    half = [weight for weight in weights if _dtype(weight) == "float16"]
    if not half:
        return None
    name = getattr(half[0], "path", getattr(half[0], "name", "a weight"))
    return Finding(
        "weights_in_float16",
        f"{len(half):,} of {len(weights):,} weights are float16 (the first is {name!r}), in "
        "which small gradients and updates become 0: use "
        "keras.mixed_precision.set_dtype_policy('mixed_float16'), which keeps weights in "
        "float32.",
    )


def spacing(values: np.ndarray[Any, Any], kind: str) -> np.ndarray[Any, Any]:
    """The distance of numbers from the next one of a half-precision type."""
    bits = 10 if kind == "float16" else 7
    return np.asarray(2.0 ** (np.floor(np.log2(values)) - bits))


def _dtype(weight: Any) -> str:
    dtype = getattr(weight, "dtype", "")
    return str(getattr(dtype, "name", dtype))
