"""Object detection: what is in an image, and where?

The loss joins two questions, and each has a data set of its own: which class does an anchor show
(cross-entropy), and where is the box (a loss of distances)? `ssd` answers both at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError
from lossviz.tasks import models
from lossviz.tasks import scattered_digits as scattered
from lossviz.tasks.anchors import Anchors
from lossviz.tasks.catalogue import register
from lossviz.tasks.data import Data, boxed_data
from lossviz.tasks.digit_images import NAMES, digit_images, stream
from lossviz.tasks.predictions import show_anchor_classes, show_boxes, show_detections
from lossviz.tasks.task import Dataset

TRAIN, VALIDATION = 1200, 200
SHAPES = ((12, 6), (13, 10), (18, 9), (18, 14))
ANCHORS = Anchors(
    (scattered.SIZE // 4, scattered.SIZE // 4),
    tuple((height / scattered.SIZE, width / scattered.SIZE) for height, width in SHAPES),
    NAMES,
)


def _drawn(seed: int, most: int) -> tuple[Any, Any]:
    train, validation = digit_images(seed)
    return (
        scattered.pictures(train, TRAIN, stream(seed, 6), most),
        scattered.pictures(validation, VALIDATION, stream(seed, 7), most),
    )


def _scattered_digits(seed: int) -> Data:
    return boxed_data("scattered_digits", ANCHORS, *_drawn(seed, scattered.MOST))


def _classes_only(seed: int) -> Data:
    whole = _scattered_digits(seed)
    return Data(
        name="scattered_digits_classes",
        inputs=whole.inputs,
        targets=whole.targets[..., :-4],
        validation_inputs=whole.validation_inputs,
        validation_targets=whole.validation_targets[..., :-4],
        classes=("background", *NAMES),
        anchors=ANCHORS,
    )


def _single_digit(seed: int) -> Data:
    (inputs, _, boxes), (validation_inputs, _, validation_boxes) = _drawn(seed, 1)
    return Data(
        name="single_digit_box",
        inputs=inputs,
        targets=np.concatenate(boxes),
        validation_inputs=validation_inputs,
        validation_targets=np.concatenate(validation_boxes),
    )


def _detector(data: Data) -> Any:
    if data.anchors is None:
        raise ArgumentError(
            "data",
            "data: the starter model for object detection needs anchors: create a "
            "lossviz.tasks.Data with anchors=lossviz.tasks.Anchors(...) and targets from "
            "their encode_all, or use your own model.",
        )
    return models.detector(data.inputs.shape[1:], len(data.anchors.shapes), data.targets.shape[-1])


def _box_finder(data: Data) -> Any:
    return models.box_finder(data.inputs.shape[1:], 4)


register(
    "object_detection",
    [
        Dataset(
            name="scattered_digits",
            title=f"scattered digits ({TRAIN + VALIDATION:,})",
            load=_scattered_digits,
            model=_detector,
            metrics=("mean_average_precision",),
            targets="anchors",
            show=show_detections,
        ),
        Dataset(
            name="single_digit_box",
            title=f"single digits with boxes ({TRAIN + VALIDATION:,})",
            load=_single_digit,
            model=_box_finder,
            metrics=("box_iou",),
            targets="numbers",
            show=show_boxes,
        ),
        Dataset(
            name="scattered_digits_classes",
            title=f"digits, classes only ({TRAIN + VALIDATION:,})",
            load=_classes_only,
            model=_detector,
            metrics=("object_accuracy",),
            targets="classes",
            show=show_anchor_classes,
            classes=1 + len(NAMES),
        ),
    ],
    title="Object detection",
    epochs=12,
    batch_size=16,
    optimizer="adam",
    learning_rate=0.002,
    pictures=True,
)
