"""Regression: which number belongs to a sample?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.tasks import models
from lossviz.tasks.catalogue import register
from lossviz.tasks.data import Data, split_indices
from lossviz.tasks.digit_images import stream
from lossviz.tasks.own_data import outputs
from lossviz.tasks.predictions import show_numbers
from lossviz.tasks.task import Dataset

LINE_SAMPLES, OUTLIER_SHARE = 240, 0.15
SLOPE, INTERCEPT, LINE_NOISE = 1.5, 0.5, 0.15


def _diabetes(seed: int) -> Data:
    from sklearn.datasets import load_diabetes

    samples = load_diabetes(scaled=False)
    train, validation = split_indices(len(samples.data), 0.2, seed)
    inputs, targets = (
        _standardised(part, train) for part in (samples.data, samples.target[:, None])
    )
    return Data(
        name="diabetes",
        inputs=inputs[train],
        targets=targets[train],
        validation_inputs=inputs[validation],
        validation_targets=targets[validation],
    )


def _standardised(values: NDArray[Any], train: NDArray[Any]) -> NDArray[np.float32]:
    """In standard deviations from the mean, both taken from the part to train on alone."""
    mean, deviation = values[train].mean(axis=0), values[train].std(axis=0)
    return np.asarray((values - mean) / deviation, np.float32)


def _line(seed: int) -> Data:
    random = stream(seed, 8)
    inputs = random.uniform(-1, 1, (LINE_SAMPLES, 1))
    targets = INTERCEPT + SLOPE * inputs + LINE_NOISE * random.standard_normal(inputs.shape)
    train, validation = split_indices(LINE_SAMPLES, 0.25, seed)
    # Outliers far below the right end: squares turn the line towards them. The validation part has
    # none, so that it tells who has found the line itself.
    right = train[inputs[train, 0] > 0.2]
    out = random.permutation(right)[: round(OUTLIER_SHARE * len(train))]
    targets[out] = random.uniform(-4, -2, (len(out), 1))
    inputs, targets = inputs.astype(np.float32), targets.astype(np.float32)
    return Data(
        name="line_with_outliers",
        inputs=inputs[train],
        targets=targets[train],
        validation_inputs=inputs[validation],
        validation_targets=targets[validation],
    )


def _regressor(data: Data) -> Any:
    return models.regressor(data.inputs.shape[1:], outputs(data, label_axes=1))


def _straight_line(data: Data) -> Any:
    return models.straight_line(data.inputs.shape[1:], outputs(data, label_axes=1))


def _dataset(name: str, title: str, load: Any, model: Any) -> Dataset:
    return Dataset(
        name=name,
        title=title,
        load=load,
        model=model,
        metrics=("mean_absolute_error",),
        targets="numbers",
        show=show_numbers,
    )


register(
    "regression",
    [
        _dataset("diabetes", "diabetes (442)", _diabetes, _regressor),
        _dataset(
            "line_with_outliers", f"line with outliers ({LINE_SAMPLES})", _line, _straight_line
        ),
    ],
    title="Regression",
    optimizer="sgd",
    epochs=60,
    learning_rate=0.02,
)
