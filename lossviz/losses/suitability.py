"""Which losses suit which task, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lossviz.losses.card import Loss

Targets = Literal["classes", "sequence", "anchors", "numbers"]
"""What targets are: probabilities of classes on the last axis, sequences of labels, anchors with
classes and offsets, or plain numbers."""

PLAIN_WORDS: Mapping[Targets, str] = {
    "classes": "classes",
    "sequence": "label sequences",
    "anchors": "boxes with classes",
    "numbers": "plain numbers",
}


@dataclass(frozen=True)
class Suits:
    """What a task asks of losses.

    Attributes:
        targets: what its targets are.
        words: the same in words, within a sentence.
        losses: the names of the losses that suit it, best first; own losses join behind these.
    """

    targets: Targets
    words: str
    losses: tuple[str, ...]


SUITS: dict[str, Suits] = {
    "image_classification": Suits(
        "classes",
        "one class per image",
        (
            "cross_entropy",
            "focal",
            "weighted_cross_entropy",
            "kl_divergence",
            "hinge",
            "dice",
            "quadratic",
        ),
    ),
    "image_segmentation": Suits(
        "classes",
        "one class per pixel",
        ("dice", "jaccard", "tversky", "weighted_cross_entropy", "focal", "cross_entropy"),
    ),
    "optical_character_recognition": Suits(
        "sequence", "texts, without character positions", ("ctc", "ssd")
    ),
    "object_detection": Suits(
        "anchors",
        PLAIN_WORDS["anchors"],
        (
            "ssd",
            "focal",
            "cross_entropy",
            "weighted_cross_entropy",
            "huber",
            "mean_absolute_error",
            "quadratic",
        ),
    ),
    "regression": Suits(
        "numbers",
        PLAIN_WORDS["numbers"],
        ("quadratic", "mean_absolute_error", "huber", "log_cosh", "quantile"),
    ),
}
"""By task. `lossviz.losses.suit` adds those of tasks that are registered."""

REFUSED = "It cannot be used for training here."


def why_not(loss: Loss, task: str) -> str:
    """Why `loss` does not suit the task of this name, in a sentence or two; "" if it does.

    A user's own loss has no warnings.
    """
    suits = SUITS[task]
    if loss.family == "own" or loss.name in suits.losses:
        return ""
    targets, kind = suits.words, suits.targets
    if loss.shapes == "ctc":
        return f"It reads text along a line, but the targets here are {targets}. {REFUSED}"
    if loss.shapes == "ssd":
        return f"It compares anchors with boxes, but the targets here are {targets}. {REFUSED}"
    if kind == "sequence":
        return f"It needs one target for each output, but the targets here are {targets}. {REFUSED}"
    if loss.shapes == "classes":
        return _against_classes(loss, kind)
    return _against_numbers(loss, kind)


def trains(loss: Loss, task: str) -> bool:
    """Whether the data sets of the task of this name can be trained on with `loss` at all."""
    return not why_not(loss, task).endswith(REFUSED)


def _against_classes(loss: Loss, kind: Targets) -> str:
    if kind == "numbers":
        return f"It needs class probabilities, but the targets here are plain numbers. {REFUSED}"
    if loss.family == "overlap":
        return "It compares whole image regions, and this task has none."
    if loss.name == "hinge":
        return (
            "It yields scores instead of probabilities, so predictions come without a confidence."
        )
    return "For one-hot targets it equals cross-entropy: choose that instead."


def _against_numbers(loss: Loss, kind: Targets) -> str:
    if loss.name == "poisson":
        return "It is meant for counts, with an output that is never negative."
    if loss.name == "binary_cross_entropy":
        if kind == "numbers":
            return (
                f"It needs targets from 0 to 1, but the targets here are plain numbers. {REFUSED}"
            )
        return (
            "It treats each class as an independent question, so probabilities need not sum "
            "to 1, and the many wrong classes outweigh the right one."
        )
    if kind == "anchors":
        return "It fits the boxes alone, and Huber is the usual choice for them."
    return (
        "It measures distances between numbers, and classes have none: it learns slowly "
        "where the model is confidently wrong."
    )
