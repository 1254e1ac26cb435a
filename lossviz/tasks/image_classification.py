"""Image classification: which one of several classes does an image show?"""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.tasks import models
from lossviz.tasks.catalogue import register
from lossviz.tasks.data import Data
from lossviz.tasks.digit_images import NAMES, DigitImages, digit_images, stream
from lossviz.tasks.downloads import DOWNLOADS, download
from lossviz.tasks.folders import image_folder
from lossviz.tasks.own_data import outputs
from lossviz.tasks.predictions import show_classes
from lossviz.tasks.task import Dataset

RARE, RARE_SAMPLES = range(5, 10), 6
"""Training samples of each of these digits in the imbalanced variant."""


def _digits(seed: int) -> Data:
    return _data("digits", *digit_images(seed))


def _imbalanced(seed: int) -> Data:
    train, validation = digit_images(seed)
    kept = np.ones(len(train.labels), bool)
    for digit in RARE:
        places = np.nonzero(train.labels == digit)[0]
        places = stream(seed, 1).permutation(places)
        kept[places[RARE_SAMPLES:]] = False
    rare = DigitImages(train.images[kept], train.labels[kept])
    return _data("imbalanced_digits", rare, validation)


def _data(name: str, train: DigitImages, validation: DigitImages) -> Data:
    one_hot = np.eye(10, dtype=np.float32)
    return Data(
        name=name,
        inputs=train.images[..., None],
        targets=one_hot[train.labels],
        validation_inputs=validation.images[..., None],
        validation_targets=one_hot[validation.labels],
        classes=NAMES,
    )


def _model(data: Data) -> Any:
    return models.classifier(data.inputs.shape[1:], outputs(data, label_axes=1))


def _dataset(name: str, title: str, load: Any) -> Dataset:
    return Dataset(
        name=name,
        title=title,
        load=load,
        model=_model,
        metrics=("accuracy",),
        targets="classes",
        show=show_classes,
        classes=10,
    )


register(
    "image_classification",
    [
        _dataset("digits", "digits (1,797)", _digits),
        _dataset("imbalanced_digits", "imbalanced digits, five rare classes (1,114)", _imbalanced),
        *(
            _dataset(name, f"{one.title}, download", lambda seed, name=name: download(name))
            for name, one in DOWNLOADS.items()
        ),
    ],
    title="Image classification",
    optimizer="sgd",
    epochs=50,
    label_axes=1,
    folder=image_folder,
    folder_help="A folder with one subfolder per class. Images: PNG, JPEG, GIF, BMP or WebP.",
    learning_rate=0.1,
    pictures=True,
)
