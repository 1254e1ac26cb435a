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
    "overlap",
    "own",
]
"""Of a loss: one-hot classes, integer classes, yes or no, a distance of numbers, a distance of
logarithms, counts, distributions, margins, overlaps of regions, or nothing that is known."""

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
    "overlap": ("dice", "tversky", "jaccard"),
}  # fmt: skip

ONE_HOT_ONLY = {"categoricalcrossentropy", "categoricalfocalcrossentropy", "categoricalhinge"}
"""Keras' losses that take one-hot targets and nothing else."""

SQUARED = {"quadratic", "mse", "l2", "meansquarederror"}
ABSOLUTE = {"meanabsoluteerror", "mae", "l1"}


def plain(name: Any) -> str:
    """A loss's name without case, spaces and underscores."""
    return re.sub(r"[^a-z0-9]", "", str(name or "").lower())


def kind(name: Any, *, sparse: bool = False, loss: Any = None) -> Kind:
    """The kind of a loss.

    Args:
        name: its name in the catalogue, in Keras or of the user's own.
        sparse: whether it takes integer labels.
        loss: the loss itself; Keras' objects may have been given any name.

    Example:
        >>> kind("MeanSquaredError")
        'distance'
    """
    module = getattr(loss, "__module__", None) or type(loss).__module__
    if callable(loss) and module.split(".")[0] not in {"keras", "lossviz"}:
        return "own"  # a function of the user's, whatever its name
    keys = [plain(name), plain(name).removesuffix("loss")]
    if module.split(".")[0] == "keras":
        keys.append(plain(type(loss).__name__))
    for one, names in KINDS.items():
        if any(key in names for key in keys):
            return "sparse" if one == "classes" and sparse else one
    return "own"
