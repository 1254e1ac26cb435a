"""Small models in the three styles that people write."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers


class Dense(keras.Model):
    """Two dense layers, in a class of its own."""

    def __init__(self, units: int, end: str | None, hidden: str = "relu") -> None:
        super().__init__()
        self.hidden = layers.Dense(12, activation=hidden)
        self.out = layers.Dense(units, activation=end)

    def call(self, inputs: Any) -> Any:
        return self.out(self.hidden(inputs))


class Conv(keras.Model):
    """A small convolutional classifier in a class of its own."""

    def __init__(self, units: int, end: str | None, *, scale: bool) -> None:
        super().__init__()
        self.scale = scale
        self.conv = layers.Conv2D(4, 3, activation="relu")
        self.pool = layers.GlobalAveragePooling2D()
        self.out = layers.Dense(units, activation=end)

    def call(self, inputs: Any) -> Any:
        x = self.pool(self.conv(inputs))
        x = self.out(x)
        return x  # noqa: RET504 - as people write it


class ScalingConv(Conv):
    """Divides its pixels in `call`."""

    def call(self, inputs: Any) -> Any:
        return self.out(self.pool(self.conv(inputs / 255.0)))


def dense(features: int, units: int, end: str | None = None, style: str = "sequential",
          hidden: str = "relu", **arguments: Any) -> keras.Model:  # fmt: skip
    """Two dense layers; style is "sequential", "functional", "subclass" or "activation"."""
    if style == "subclass":
        model = Dense(units, end, hidden)
        model(np.zeros((1, features), "f4"))
        return model
    if style == "functional":
        inputs = keras.Input((features,))
        x = layers.Dense(12, activation=hidden)(inputs)
        return keras.Model(inputs, layers.Dense(units, activation=end, **arguments)(x))
    last = [layers.Dense(units, activation=None if style == "activation" else end, **arguments)]
    if style == "activation":
        last.append(layers.Activation(end or "linear"))
    return keras.Sequential([keras.Input((features,)), layers.Dense(12, activation=hidden), *last])


def conv(shape: tuple[int, ...], units: int, end: str | None = None, *first: Any) -> keras.Model:
    """A convolution, a pooling and a dense layer, behind `first`."""
    return keras.Sequential(
        [
            keras.Input(shape),
            *first,
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(units, activation=end),
        ]
    )


def compiled(model: keras.Model, loss: Any, *metrics: Any, optimizer: Any = "adam",
             **arguments: Any) -> keras.Model:  # fmt: skip
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics) or None, **arguments)
    return model
