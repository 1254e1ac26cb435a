"""Which losses suit which task, and why the others do not."""

from __future__ import annotations

from lossviz.losses.card import Loss

TASK_LOSSES: dict[str, tuple[str, ...]] = {
    "image_classification": (
        "cross_entropy",
        "focal",
        "weighted_cross_entropy",
        "kl_divergence",
        "hinge",
        "dice",
        "quadratic",
    ),
    "image_segmentation": (
        "dice",
        "jaccard",
        "tversky",
        "weighted_cross_entropy",
        "focal",
        "cross_entropy",
    ),
    "optical_character_recognition": ("ctc", "ssd"),
    "object_detection": (
        "ssd",
        "focal",
        "cross_entropy",
        "weighted_cross_entropy",
        "huber",
        "mean_absolute_error",
        "quadratic",
    ),
    "regression": ("quadratic", "mean_absolute_error", "huber", "log_cosh", "quantile"),
}
"""The losses that suit each task, best first. Own losses register for tasks after these."""

TARGETS = {
    "image_classification": "one class for each picture",
    "image_segmentation": "a class for each pixel",
    "optical_character_recognition": "texts, without the places of their characters",
    "object_detection": "boxes with classes",
    "regression": "plain numbers",
}

REFUSED = "Training will not start."


def why_not(loss: Loss, task: str) -> str:
    """Why `loss` does not suit the task of this name, in a sentence or two; "" if it does.

    Nothing is said against losses of a user's own.
    """
    if loss.family == "own" or loss.name in TASK_LOSSES[task]:
        return ""
    targets = TARGETS[task]
    if loss.shapes == "ctc":
        return f"It reads texts along a line, but the targets here are {targets}. {REFUSED}"
    if loss.shapes == "ssd":
        return f"It compares anchors with boxes, but the targets here are {targets}. {REFUSED}"
    if task == "optical_character_recognition":
        return f"It needs one target for each output, but here are {targets}. {REFUSED}"
    if loss.shapes == "classes":
        return _against_classes(loss, task)
    return _against_numbers(loss, task)


def trains(loss: Loss, task: str) -> bool:
    """Whether the data sets of the task of this name can be trained on with `loss` at all."""
    return not why_not(loss, task).endswith(REFUSED)


def _against_classes(loss: Loss, task: str) -> str:
    if task == "regression":
        return (
            f"It needs probabilities of classes, but the targets here are plain numbers. {REFUSED}"
        )
    if loss.family == "overlap":
        return "It compares whole regions of pixels, and there are none here."
    if loss.name == "hinge":
        return "It gives scores, not probabilities, which say how sure a prediction is."
    return "Where the targets are certain, it is cross-entropy: choose that one."


def _against_numbers(loss: Loss, task: str) -> str:
    if loss.name == "poisson":
        return "It is for counts, with an output that is never negative."
    if loss.name == "binary_cross_entropy":
        if task == "regression":
            return (
                f"It needs targets from 0 to 1, but the targets here are plain numbers. {REFUSED}"
            )
        return (
            "It takes every class for a question of its own, so the probabilities need not add up "
            "to 1, and the many wrong classes outweigh the right one."
        )
    if task == "object_detection":
        return "It suits the boxes alone, and Huber is the usual choice for them."
    return (
        "It measures distances between numbers, and classes have none: it learns slowly where the "
        "model is confidently wrong."
    )
