"""Well-known data sets that Keras downloads once and keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.tasks.data import Data


@dataclass(frozen=True)
class Download:
    """A data set of `tf.keras.datasets`.

    Attributes:
        module: its module there.
        title: the display name, with its size.
        classes: the names of its classes.
    """

    module: str
    title: str
    classes: tuple[str, ...]


DOWNLOADS = {
    "mnist": Download("mnist", "MNIST (70,000)", tuple(str(digit) for digit in range(10))),
    "fashion_mnist": Download(
        "fashion_mnist",
        "Fashion-MNIST (70,000)",
        ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "trainer", "bag",
         "ankle boot"),
    ),
    "cifar10": Download(
        "cifar10",
        "CIFAR-10 (60,000)",
        ("aeroplane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "lorry"),
    ),
}  # fmt: skip


def download(name: str) -> Data:
    """The data set of this name, split as its makers did; downloaded where it is not there yet.

    Raises:
        ArgumentError: when it cannot be downloaded.
    """
    known = DOWNLOADS[name]
    try:
        train, validation = getattr(tf.keras.datasets, known.module).load_data()
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise ArgumentError(
            "dataset",
            f"dataset: {known.title.partition(' (')[0]} could not be downloaded ({reason}). "
            "Without a connection, use 'digits', which needs no download.",
        ) from error
    inputs, targets = arrays(train[0], train[1], len(known.classes))
    validation_inputs, validation_targets = arrays(validation[0], validation[1], len(known.classes))
    return Data(
        name=name,
        inputs=inputs,
        targets=targets,
        validation_inputs=validation_inputs,
        validation_targets=validation_targets,
        classes=known.classes,
    )


def arrays(images: NDArray[Any], labels: NDArray[Any], classes: int) -> Any:
    """Images [samples, height, width, channels] from 0 to 1, and one-hot targets."""
    pictures = (images / np.float32(255)).astype(np.float32)
    pictures = pictures if pictures.ndim == 4 else pictures[..., None]
    return pictures, np.eye(classes, dtype=np.float32)[labels.ravel()]
