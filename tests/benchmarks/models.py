"""The models and data on which the benchmarks compare training loops."""

from __future__ import annotations

from typing import Any

import numpy as np

BATCH = 32


def dense_data(samples: int = 32 * 1000) -> tuple[Any, Any]:
    """Samples of 64 numbers in ten classes, one-hot."""
    stream = np.random.default_rng(0)
    labels = stream.integers(0, 10, samples)
    inputs = stream.normal(size=(samples, 64)).astype(np.float32)
    inputs[np.arange(samples), labels] += 2
    return inputs, np.eye(10, dtype=np.float32)[labels]


def dense_model(width: int = 32) -> Any:
    """64 -> 32 -> 10: so small that the loop around it is what costs."""
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((64,)), layers.Dense(width, activation="relu"), layers.Dense(10)]
    )


def loss() -> Any:
    """The same loss for every loop."""
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True)
