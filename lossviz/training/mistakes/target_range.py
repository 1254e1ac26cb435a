"""Regression targets that the model's output cannot reach, or only after a very long time."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.leaves import finite_part

BOUNDS: dict[str, tuple[float, float]] = {
    "sigmoid": (0, 1), "hard_sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1),
    "softsign": (-1, 1), "relu": (0, np.inf), "relu6": (0, 6), "softplus": (0, np.inf),
    "exponential": (0, np.inf),
}  # fmt: skip
"""Between which numbers the values behind an activation lie."""

HUGE = 1e4


def targets_out_of_reach(
    targets: np.ndarray[Any, Any], end: str | None, of: str = ""
) -> Finding | None:
    """Targets lie outside the range of the model's last activation."""
    if end not in BOUNDS:
        return None
    least, most = BOUNDS[end]
    part = finite_part(targets)
    slack = 0.01 * (most - least) if np.isfinite(most) else 1e-6
    outside = (part < least - slack) | (part > most + slack)
    if not part.size or outside.mean() <= 0.005:
        return None
    bounds = f"{least:g} to {most:g}" if np.isfinite(most) else "numbers of 0 or greater"
    return Finding(
        "targets_out_of_reach",
        f"{outside.mean():.0%} of the targets{of} (from {part.min():.4g} to "
        f"{part.max():.4g}) are out of reach, because the model ends in {end}, which outputs "
        f"{bounds}: remove the activation of the last layer, or scale the targets.",
    )


def targets_huge(
    targets: np.ndarray[Any, Any], outputs: np.ndarray[Any, Any], of: str = ""
) -> Finding | None:
    """Regression targets are far larger than the model's initial outputs."""
    part, given = finite_part(targets), finite_part(outputs)
    if not (part.size and given.size):
        return None
    size, start = float(np.sqrt((part**2).mean())), float(np.sqrt((given**2).mean()))
    if size < HUGE or start > size / 100:
        return None
    return Finding(
        "targets_huge",
        f"The targets{of} have a magnitude of about {size:.3g}, while the model starts at "
        f"about {start:.2g}: standardize them with (y - y.mean()) / y.std() and scale "
        "predictions back.",
    )


def targets_constant(low: float, high: float, rows: int, of: str = "") -> Finding | None:
    """All regression targets are the same number."""
    if low != high or rows < 10:
        return None
    return Finding(
        "targets_constant",
        f"The targets{of} of all {rows:,} samples are {low:g}, so the model learns a "
        "constant: check how the targets are loaded.",
    )


def negative_counts(low: float, loss: str, of: str = "") -> Finding | None:
    """Negative targets with a loss for counts or with a logarithm."""
    if low >= 0:
        return None
    return Finding(
        "negative_counts",
        f"The targets{of} go down to {low:.4g}, but {loss} expects numbers of 0 or greater: "
        "use 'mse' or another loss for numbers of either sign.",
        fatal=True,
    )
