"""What a loss's name says about the targets and outputs that it takes."""

from __future__ import annotations

import re
from typing import Any, Literal

Kind = Literal[
    "classes",
    "sparse",
    "binary",
    "distance",
    "logarithmic",
    "counts",
    "divergence",
    "margin",
    "own",
]
"""Of a loss: one-hot classes, integer classes, yes or no, a distance of numbers, a distance of
logarithms, counts, distributions, margins, or nothing that is known."""

KINDS: dict[Kind, tuple[str, ...]] = {
    "sparse": ("sparsecategoricalcrossentropy",),
    "classes": (
        "categoricalcrossentropy", "categoricalfocalcrossentropy", "crossentropy", "logloss",
        "weightedcrossentropy", "wce", "focal",
    ),
    "binary": (
        "binarycrossentropy", "bce", "binaryfocalcrossentropy",
    ),
    "distance": (
        "quadratic", "mse", "l2", "meansquarederror", "meanabsoluteerror", "mae", "l1", "huber",
        "logcosh", "quantile", "pinball", "meanabsolutepercentageerror", "mape",
    ),
    "logarithmic": ("meansquaredlogarithmicerror", "msle"),
    "counts": ("poisson",),
    "divergence": ("kldivergence", "kld", "kullbackleibler"),
    "margin": ("hinge", "squaredhinge", "categoricalhinge"),
}  # fmt: skip

ONE_HOT_ONLY = {"categoricalcrossentropy", "categoricalfocalcrossentropy", "categoricalhinge"}
"""Keras' losses that take one-hot targets and nothing else."""

SQUARED = {"quadratic", "mse", "l2", "meansquarederror"}
ABSOLUTE = {"meanabsoluteerror", "mae", "l1"}


def plain(name: Any) -> str:
    """A loss's name without case, spaces and underscores."""
    return re.sub(r"[^a-z0-9]", "", str(name or "").lower())


def kind(name: Any, *, sparse: bool = False) -> Kind:
    """The kind of the loss of this name; `sparse` where it takes integer labels.

    Example:
        >>> kind("MeanSquaredError")
        'distance'
    """
    key = plain(name)
    for one, names in KINDS.items():
        if key in names:
            return "sparse" if one == "classes" and sparse else one
    return "own"
