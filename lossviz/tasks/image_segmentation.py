"""Image segmentation: to which class does each pixel belong?"""

from __future__ import annotations

from typing import Any

from lossviz.tasks import cells, models
from lossviz.tasks.catalogue import register
from lossviz.tasks.data import Data
from lossviz.tasks.digit_images import stream
from lossviz.tasks.folders import mask_folder
from lossviz.tasks.own_data import channel_statistics, outputs
from lossviz.tasks.predictions import show_regions
from lossviz.tasks.task import Dataset

TRAIN, VALIDATION = 240, 80


def _cells(seed: int) -> Data:
    inputs, targets = cells.micrographs(TRAIN, stream(seed, 2))
    validation_inputs, validation_targets = cells.micrographs(VALIDATION, stream(seed, 3))
    return Data(
        name="cells",
        inputs=inputs,
        targets=targets,
        validation_inputs=validation_inputs,
        validation_targets=validation_targets,
        classes=cells.NAMES,
    )


def _model(data: Data) -> Any:
    mean, variance = channel_statistics(data.inputs)
    return models.u_net(data.inputs.shape[1:], outputs(data, label_axes=3), mean, variance)


register(
    "image_segmentation",
    [
        Dataset(
            name="cells",
            title=f"cells ({TRAIN + VALIDATION})",
            load=_cells,
            model=_model,
            metrics=("mean_iou",),
            targets="classes",
            show=show_regions,
            classes=len(cells.NAMES),
        )
    ],
    title="Image segmentation",
    epochs=12,
    label_axes=3,
    batch_size=8,
    optimizer="adam",
    learning_rate=0.003,
    folder=mask_folder,
    folder_help="A folder with images/ and masks/. Each mask has the file name of its image; "
    "its pixel values are class numbers.",
    pictures=True,
)
