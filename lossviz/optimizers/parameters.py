"""What is known of the optimizers' parameters besides what Keras' signatures say.

Where Keras' default is None, which is "off", the parameter is 0 here, and 0 is not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lossviz._parameter import Parameter

EXCLUSIVE = ("clipnorm", "clipvalue", "global_clipnorm")
"""Keras takes one of these."""

_SKIPPED = {"learning_rate", "name", "loss_scale_factor"}
"""The first is shown separately; the last has no effect unless the step scales its loss, too."""


def _share(text: str) -> Parameter:
    return Parameter(default=0.0, help=text, minimum=0.0, maximum=0.999999)


def _positive(text: str, **more: Any) -> Parameter:
    return Parameter(default=0.0, help=text, minimum=0.0, **more)


_KNOWN: Mapping[str, Parameter] = {
    "momentum": _share("Share of the previous update carried over; 0: none."),
    "beta_1": _share("Decay of the running mean of gradients."),
    "beta_2": _share("Decay of the running mean of squared gradients."),
    "rho": _share("Decay of the running mean of squared gradients."),
    "adam_beta_1": _share("As beta 1 of Adam, for variables that are not matrices."),
    "adam_beta_2": _share("As beta 2 of Adam, for variables that are not matrices."),
    "ema_momentum": _share("Decay of the running mean of weights, with Use ema."),
    "beta": _positive("Exponent of the learning rate schedule in the paper; 0: constant."),
    "epsilon": _positive("Added to denominators to avoid division by zero."),
    # Its square, which is not float32 any more, is what Keras divides by where gradients are 0.
    "epsilon_1": _positive("Added to squared gradients; try 1e-16 if weights become NaN."),
    "epsilon_2": _positive("Smallest scale of a weight: limits how small updates get."),
    "initial_accumulator_value": _positive("Starting value of the sums of squared gradients."),
    "l1_regularization_strength": _positive("L1 penalty: pulls weights towards exactly 0."),
    "l2_regularization_strength": _positive("L2 penalty: pulls large weights towards 0."),
    "l2_shrinkage_regularization_strength": _positive("As L2, but only where there are gradients."),
    "learning_rate_power": Parameter(
        default=-0.5, maximum=0.0, help="Exponent of the learning rate decay; 0: constant."
    ),
    "beta_2_decay": Parameter(
        default=-0.8, maximum=0.0, help="How quickly the decay of squared gradients approaches 1."
    ),
    "clip_threshold": Parameter(
        default=1.0, above=0.0, help="Updates with a larger root mean square are scaled down."
    ),
    "adam_lr_ratio": Parameter(
        default=1.0, above=0.0, help="Learning rate of variables that are not matrices, as a share."
    ),
    "rms_rate": _positive("Scales updates to the size of Adam's."),
    "weight_decay": _positive("Share by which each step shrinks the weights; 0: off."),
    "adam_weight_decay": _positive("As weight decay, for variables that are not matrices."),
    "clipnorm": _positive("Gradients with a larger norm are scaled down; 0: off."),
    "clipvalue": _positive("Each gradient value is clipped to this; 0: off."),
    "global_clipnorm": _positive(
        "All gradients are scaled down together if their joint norm is larger; 0: off."
    ),
    "warmup_steps": _positive("Steps over which the learning rate warms up.", kind="whole"),
    "ns_steps": Parameter(
        default=5, kind="whole", minimum=1, help="Iterations that orthogonalize an update."
    ),
    "ema_overwrite_frequency": _positive(
        "Steps between overwriting the weights with their running mean; 0: only at the end.",
        kind="whole",
    ),
    "gradient_accumulation_steps": _positive(
        "Steps whose gradients are averaged into one update; 0: every step updates.",
        kind="whole",
        least=2,
    ),
    "use_ema": Parameter(
        default=False, kind="switch", help="Replace the weights by their running mean."
    ),
    "nesterov": Parameter(
        default=False, kind="switch", help="Look ahead along the momentum (Nesterov)."
    ),
    "amsgrad": Parameter(
        default=False,
        kind="switch",
        help="Never let the mean of squared gradients decrease (AMSGrad).",
    ),
    "centered": Parameter(
        default=False,
        kind="switch",
        help="Divide by the variance of gradients instead of their squares.",
    ),
    "relative_step": Parameter(
        default=True, kind="switch", help="Decrease the learning rate with the number of steps."
    ),
    "exclude_embeddings": Parameter(
        default=True, kind="switch", help="Train embeddings with AdamW."
    ),
}

_MAIN = {
    "momentum", "beta_1", "beta_2", "rho", "weight_decay", "initial_accumulator_value",
    "beta_2_decay", "warmup_steps", "l1_regularization_strength", "l2_regularization_strength",
}  # fmt: skip
"""What a beginner should see, where it is on from the start; always written into the program."""


def card(name: str, default: Any, words: str) -> Parameter | None:
    """The card of an argument of an optimizer; None for one that cannot be chosen.

    Args:
        name: the argument.
        default: Keras' default.
        words: Keras' description of it.
    """
    known = _KNOWN.get(name)
    if name in _SKIPPED or not (known or isinstance(default, bool | int | float)):
        return None
    none = default is None
    if known is None:
        kind = "switch" if isinstance(default, bool) else "number"
        if kind == "number" and words.lower().startswith(("int", "whole")):
            kind = "whole"
        known = Parameter(default=default, help=words, kind=kind)  # type: ignore[arg-type]
    if none:
        default = 0 if known.kind == "whole" else 0.0
    if known.kind == "number":
        default = float(default)
    return replace(known, default=default, none=none, advanced=none or name not in _MAIN)
