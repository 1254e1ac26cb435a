"""The list of set-ups with a mistake, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from case import Case

Rng = np.random.Generator
SEEDED: dict[str, tuple[str, Callable[[Rng], Case]]] = {}


def seeded(rule: str) -> Callable[[Callable[[Rng], Case]], Callable[[Rng], Case]]:
    def keep(build: Callable[[Rng], Case]) -> Callable[[Rng], Case]:
        assert build.__name__ not in SEEDED
        SEEDED[build.__name__] = (rule, build)
        return build

    return keep


def table(rng: Rng, rows: int = 120, features: int = 5):
    return rng.normal(size=(rows, features)).astype(np.float32)


def classes(rng: Rng, rows: int = 120, count: int = 3):
    return rng.permutation(np.arange(rows) % count)


def one_hot(labels, count: int):
    return np.eye(count, dtype=np.float32)[labels]


def pictures(rng: Rng, rows: int = 40, size: int = 12, channels: int = 3):
    return rng.integers(0, 256, (rows, size, size, channels), dtype=np.uint8)


SPARSE = "sparse_categorical_crossentropy"


def sparse_logits():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def binary_logits():
    return keras.losses.BinaryCrossentropy(from_logits=True)
