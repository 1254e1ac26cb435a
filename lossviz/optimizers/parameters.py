"""What is known of the optimizers' parameters beside what Keras' signatures say.

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
"""The first stands apart; the last changes nothing unless the step scales its loss, too."""


def _share(text: str) -> Parameter:
    return Parameter(default=0.0, help=text, minimum=0.0, maximum=0.999999)


def _positive(text: str, **more: Any) -> Parameter:
    return Parameter(default=0.0, help=text, minimum=0.0, **more)


_KNOWN: Mapping[str, Parameter] = {
    "momentum": _share("How much of the last step's direction is kept; 0 keeps nothing."),
    "beta_1": _share("Decay of the gradients' running mean."),
    "beta_2": _share("Decay of the squared gradients' mean."),
    "rho": _share("Decay of the squared gradients' mean."),
    "adam_beta_1": _share("As beta 1 of Adam, for what is no matrix."),
    "adam_beta_2": _share("As beta 2 of Adam, for what is no matrix."),
    "ema_momentum": _share("Decay of the weights' running mean, with Use ema."),
    "beta": _positive("The beta of the paper; 0 leaves the learning rate."),
    "epsilon": _positive("Added to divisors, so that none is 0."),
    # Its square, which is no float32 any more, is what Keras divides by where gradients are 0.
    "epsilon_1": _positive("Added to squared gradients; try 1e-16 where weights become NaN."),
    "epsilon_2": _positive("The smallest scale of a weight: steps never get smaller than it."),
    "initial_accumulator_value": _positive("The sums of squared gradients begin with this."),
    "l1_regularization_strength": _positive("How strongly weights are pulled to exactly 0."),
    "l2_regularization_strength": _positive("How strongly large weights are pulled to 0."),
    "l2_shrinkage_regularization_strength": _positive("As L2, but only where there are gradients."),
    "learning_rate_power": Parameter(
        default=-0.5, maximum=0.0, help="How the learning rate falls; 0 keeps it."
    ),
    "beta_2_decay": Parameter(
        default=-0.8, maximum=0.0, help="How the decay of the squared gradients' mean nears 1."
    ),
    "clip_threshold": Parameter(
        default=1.0, above=0.0, help="Steps longer than this, as a root mean square, are shortened."
    ),
    "adam_lr_ratio": Parameter(
        default=1.0, above=0.0, help="The learning rate for what is no matrix, as a share."
    ),
    "rms_rate": _positive("Scales steps to the size that Adam's have."),
    "weight_decay": _positive("The share by which each step shrinks the weights; 0 leaves them."),
    "adam_weight_decay": _positive("As weight decay, for what is no matrix."),
    "clipnorm": _positive("Gradients longer than this are shortened to it; 0 leaves them."),
    "clipvalue": _positive("Each number of a gradient is cut at this; 0 leaves them."),
    "global_clipnorm": _positive(
        "All gradients together, where longer than this, are shortened to it; 0 leaves them."
    ),
    "warmup_steps": _positive("Steps in which the learning rate grows to its value.", kind="whole"),
    "ns_steps": Parameter(
        default=5, kind="whole", minimum=1, help="Iterations that make a step orthogonal."
    ),
    "ema_overwrite_frequency": _positive(
        "Every so many steps the weights become their running mean; 0: at the end.", kind="whole"
    ),
    "gradient_accumulation_steps": _positive(
        "Weights change every so many steps, by the mean of the gradients; 0: every step.",
        kind="whole",
        least=2,
    ),
    "use_ema": Parameter(
        default=False, kind="switch", help="Train to the running mean of the weights."
    ),
    "nesterov": Parameter(
        default=False, kind="switch", help="Look ahead along the momentum (Nesterov)."
    ),
    "amsgrad": Parameter(
        default=False, kind="switch", help="Never let the squared gradients' mean fall (AMSGrad)."
    ),
    "centered": Parameter(
        default=False, kind="switch", help="Divide by the gradients' variance, not their squares."
    ),
    "relative_step": Parameter(
        default=True, kind="switch", help="The learning rate falls with the number of steps."
    ),
    "exclude_embeddings": Parameter(
        default=True, kind="switch", help="Embeddings are trained with AdamW."
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
        words: what Keras says of it.
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
