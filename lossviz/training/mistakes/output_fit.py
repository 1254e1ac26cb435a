"""Model outputs that do not match the loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.leaves import finite_part

PROBABILITIES = {"softmax", "sigmoid"}


def probabilities_as_logits(end: str | None, loss: str, of: str = "") -> Finding | None:
    """Probabilities go into a loss that expects logits: a softmax of a softmax."""
    name = end if end in PROBABILITIES else "an activation that yields probabilities"
    return Finding(
        "probabilities_as_logits",
        f"The output{of} ends in {name}, but {loss} expects logits and applies it again: set "
        "from_logits=False, or remove the activation of the last layer.",
    )


def logits_as_probabilities(
    values: np.ndarray[Any, Any],
    end: str | None,
    loss: str,
    of: str = "",
    *,
    softmax: bool,
    either: bool = True,
) -> Finding | None:
    """Logits, or other values outside 0 to 1, go into a loss that expects probabilities.

    Args:
        values: the output.
        end: the model's last activation.
        loss: the loss's name.
        of: which output is meant.
        softmax: whether softmax makes such numbers probabilities; else sigmoid.
        either: whether the loss takes logits, too, with an argument.
    """
    part = finite_part(values)
    if not part.size:
        return None
    low, high = float(part.min()), float(part.max())
    if low >= -1e-6 and high <= 1 + 1e-6:
        return None
    activation = "softmax" if softmax else "sigmoid"
    ends = f" and ends in {end!r}" if end else ""
    change = "set from_logits=True with no activation at the end, or " if either else ""
    return Finding(
        "logits_as_probabilities",
        f"The output{of} ranges from {low:.3g} to {high:.3g}{ends}, but {loss} expects "
        f"probabilities: {change}end the model in {activation}.",
    )


def softmax_over_another_axis(values: np.ndarray[Any, Any], of: str = "") -> Finding | None:
    """Softmax over an axis other than that of the classes."""
    part = values.astype(np.float64)
    if not np.isfinite(part).all() or np.abs(part.sum(axis=-1) - 1).max() < 0.05:
        return None
    return Finding(
        "softmax_over_another_axis",
        f"The output{of} ends in softmax, but its {values.shape[-1]:,} classes sum to "
        f"{part.sum(axis=-1).reshape(-1)[0]:.3g} in the first sample, not to 1, because "
        "softmax runs over another axis: set axis=-1.",
    )


def output_without_loss(given: int, outputs: int) -> Finding | None:
    """Fewer losses than outputs: the other outputs are not trained."""
    if given >= outputs:
        return None
    return Finding(
        "output_without_loss",
        f"The model has {outputs:,} outputs, but the list of losses has {given:,}, so the "
        f"last {outputs - given:,} are not trained: add a loss for each, or None for one "
        "that should have none.",
    )


def sigmoid_for_classes(units: int, loss: str, of: str = "") -> Finding | None:
    """Sigmoid before a loss for mutually exclusive classes."""
    return Finding(
        "sigmoid_for_classes",
        f"The output{of} ends in sigmoid over {units:,} units, but {loss} compares mutually "
        "exclusive classes: end the model in softmax, or use binary cross-entropy for "
        "several labels per sample.",
    )


def relu_for_classes(end: str, loss: str, of: str = "") -> Finding | None:
    """ReLU before a classification loss, where negative scores lose their gradient."""
    return Finding(
        "relu_for_classes",
        f"The output{of} ends in {end}, which cuts off negative scores, but {loss} needs "
        "scores of either sign: remove the activation of the last layer, and set "
        "from_logits=True.",
    )


def softmax_of_one_unit(of: str = "") -> Finding | None:
    """Softmax over one unit is always 1, so nothing can be learned."""
    return Finding(
        "softmax_of_one_unit",
        f"The output{of} is a softmax over one unit, which is 1 for every sample: use "
        "sigmoid instead, or one unit per class.",
        fatal=True,
    )


def negative_for_logarithm(values: np.ndarray[Any, Any], loss: str, of: str = "") -> Finding | None:
    """A loss takes the logarithm of an output that can be negative."""
    part = finite_part(values)
    if not part.size or part.min() >= 0:
        return None
    low = float(part.min())
    return Finding(
        "negative_for_logarithm",
        f"The output{of} goes down to {low:.3g}, but {loss} takes its logarithm: end the "
        "model in an activation that stays positive, such as softplus or exponential "
        "(softmax for distributions).",
    )
