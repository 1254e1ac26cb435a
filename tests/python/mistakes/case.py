"""A compiled Keras model with the arguments of `fit`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf


@dataclass
class Case:
    """What a person would hand to `fit`; `data` stands for a dataset in the place of x and y."""

    model: keras.Model
    x: Any = None
    y: Any = None
    data: tf.data.Dataset | None = None
    batch_size: int = 16
    epochs: int = 1
    validation_data: Any = None
    sample_weight: Any = None
    class_weight: Any = None
    shuffle: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """The arguments of `fit`."""
        arguments = {
            "x": self.x if self.data is None else self.data,
            "epochs": self.epochs,
            "validation_data": self.validation_data,
            "shuffle": self.shuffle and self.data is None,
            **self.more,
        }
        if self.data is None:
            arguments |= {
                "y": self.y, "batch_size": self.batch_size,
                "sample_weight": self.sample_weight, "class_weight": self.class_weight,
            }  # fmt: skip
        return arguments
