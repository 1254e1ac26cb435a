"""Image classification: which one of several classes does a picture show?"""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.tasks.data import Data, held_out
from lossviz.tasks.task import Dataset, Task


def _digits(seed: int) -> Data:
    # scikit-learn takes a second to import: only when the data are asked for.
    from sklearn.datasets import load_digits

    digits = load_digits()
    inputs = (digits.images[..., None] / 16.0).astype(np.float32)
    targets = np.eye(10, dtype=np.float32)[digits.target]
    train, validation = held_out(len(inputs), 0.2, seed)
    return Data(
        name="digits",
        inputs=inputs[train],
        targets=targets[train],
        validation_inputs=inputs[validation],
        validation_targets=targets[validation],
        classes=tuple(str(digit) for digit in range(10)),
    )


def _model(data: Data) -> Any:
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input(data.inputs.shape[1:]),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(data.targets.shape[-1]),
        ]
    )


TASK = Task(
    name="image_classification",
    title="Image classification",
    default_loss="cross_entropy",
    datasets_by_name={
        "digits": Dataset(name="digits", title="digits (1,797)", load=_digits),
    },
    metrics=("accuracy",),
    epochs=50,
    model=_model,
)
