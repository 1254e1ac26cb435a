"""Optical character recognition: what does a line say?"""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.tasks import lines, models
from lossviz.tasks.anchors import Anchors
from lossviz.tasks.catalogue import register
from lossviz.tasks.data import Data, boxed_data
from lossviz.tasks.digit_images import NAMES, digit_images, stream
from lossviz.tasks.own_data import outputs
from lossviz.tasks.predictions import show_detections, show_readings
from lossviz.tasks.task import Dataset

TRAIN, VALIDATION = 2000, 300
BLANK = "-"

# Heights and widths of a digit in a line, in pixels.
SHAPES = ((11, 4), (11, 7), (11, 10))
ANCHORS = Anchors(
    (lines.HEIGHT // 4, lines.WIDTH // 4),
    tuple((height / lines.HEIGHT, width / lines.WIDTH) for height, width in SHAPES),
    NAMES,
)


def _drawn(seed: int) -> tuple[Any, Any]:
    train, validation = digit_images(seed)
    return (
        lines.lines(train, TRAIN, stream(seed, 4)),
        lines.lines(validation, VALIDATION, stream(seed, 5)),
    )


def _lines(seed: int) -> Data:
    (inputs, labels, _), (validation_inputs, validation_labels, _) = _drawn(seed)
    return Data(
        name="lines",
        inputs=inputs,
        targets=_padded(labels),
        validation_inputs=validation_inputs,
        validation_targets=_padded(validation_labels),
        classes=(BLANK, *NAMES),
    )


def _padded(labels: list[Any]) -> Any:
    """Class 0 is the blank, so digit 0 is class 1; zeros pad a label's end."""
    padded = np.zeros((len(labels), lines.LONGEST), np.int32)
    for row, label in zip(padded, labels, strict=True):
        row[: len(label)] = label + 1
    return padded


def _line_boxes(seed: int) -> Data:
    return boxed_data("line_boxes", ANCHORS, *_drawn(seed))


def _reader(data: Data) -> Any:
    return models.line_reader(data.inputs.shape[1:], outputs(data, label_axes=10))


def _finder(data: Data) -> Any:
    return models.detector(data.inputs.shape[1:], len(SHAPES), ANCHORS.outputs)


register(
    "optical_character_recognition",
    [
        Dataset(
            name="lines",
            title=f"lines of digits ({TRAIN + VALIDATION:,})",
            load=_lines,
            model=_reader,
            metrics=("character_error_rate", "exact_match"),
            targets="sequence",
            show=show_readings,
        ),
        Dataset(
            name="line_boxes",
            title=f"lines with boxes ({TRAIN + VALIDATION:,})",
            load=_line_boxes,
            model=_finder,
            metrics=("mean_average_precision",),
            targets="anchors",
            show=show_detections,
        ),
    ],
    title="Optical character recognition",
    epochs=24,
    optimizer="adam",
    learning_rate=0.003,
    pictures=True,
)
