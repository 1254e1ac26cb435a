"""The metrics that people use for the tasks, beyond those that Keras brings, by name."""

from __future__ import annotations

from typing import Any

from lossviz.tasks.data import Data

NAMES = (
    "mean_iou",
    "character_error_rate",
    "exact_match",
    "mean_average_precision",
    "object_accuracy",
    "box_iou",
)


def build(name: str, data: Data | None, classes: int) -> Any:
    """The metric of this name, a `keras.metrics.Metric`.

    - `mean_iou`: intersection over union of each class (`iou_...`) and their mean, over all pixels.
    - `character_error_rate`: edits that turn the greedy reading into the label, a character.
    - `exact_match`: share of the lines that are read without a mistake.
    - `mean_average_precision`: mean over the classes of the area under precision over recall, where
      a detection is correct with an IoU of 0.5 or more. Of validation data only.
    - `object_accuracy`: share of the anchors on an object that name its class.
    - `box_iou`: mean intersection over union of one box per image.

    Args:
        name: one of `NAMES`.
        data: the data that are trained on, which name the classes and hold the anchors; None for
            data of the user's own.
        classes: the size of the output's last axis.
    """
    # Their classes are Keras metrics: only here may TensorFlow be loaded.
    from lossviz.tasks import box_metrics, reading_metrics, region_metrics

    if name == "mean_iou":
        names = data.classes if data is not None and data.classes else range(classes)
        return region_metrics.MeanIoU(tuple(str(one) for one in names))
    if name == "character_error_rate":
        return reading_metrics.CharacterErrorRate()
    if name == "exact_match":
        return reading_metrics.ExactMatch()
    if name == "object_accuracy":
        return box_metrics.ObjectAccuracy()
    if name == "box_iou":
        return box_metrics.BoxIoU()
    assert data is not None
    assert data.anchors is not None
    return box_metrics.MeanAveragePrecision(data.anchors)
