"""Small data of every kind, the same at every call."""

from __future__ import annotations

from typing import Any

import numpy as np

CLASSES = 3


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def points(samples: int = 160, features: int = 6, seed: int = 0) -> tuple[Any, Any]:
    """float32 [samples, features] and their class of three, int64 [samples]."""
    labels = stream(seed).integers(0, CLASSES, samples)
    inputs = stream(seed + 1).normal(size=(samples, features)).astype("float32")
    inputs[np.arange(samples), labels] += 1.5
    return inputs, labels


def one_hot(labels: Any, classes: int = CLASSES) -> Any:
    return np.eye(classes, dtype="float32")[labels]


def curve(samples: int = 160, features: int = 4, seed: int = 0) -> tuple[Any, Any]:
    """float32 [samples, features] and a number for each, float32 [samples]."""
    inputs = stream(seed).normal(size=(samples, features)).astype("float32")
    noise = 0.1 * stream(seed + 1).normal(size=samples)
    return inputs, (np.sin(inputs[:, 0]) + inputs[:, 1] * inputs[:, 2] + noise).astype("float32")


def pictures(samples: int = 96, size: int = 8, channels: int = 1, seed: int = 0) -> tuple[Any, Any]:
    """uint8 [samples, size, size, channels]: a bright bar in one of three places, and which."""
    labels = stream(seed).integers(0, CLASSES, samples)
    images = stream(seed + 1).integers(0, 90, (samples, size, size, channels)).astype("uint8")
    for image, label in zip(images, labels, strict=True):
        image[:, label * size // CLASSES : (label + 1) * size // CLASSES] += 120
    return images, labels


def masks(samples: int = 48, size: int = 16, seed: int = 0) -> tuple[Any, Any]:
    """float32 [n, size, size, 3] and each pixel's class, uint8 [n, size, size, 1]."""
    rows, columns = np.mgrid[:size, :size]
    spots = stream(seed).integers(3, size - 3, (samples, 2, 2))
    wanted = np.zeros((samples, size, size, 1), "uint8")
    for mask, places in zip(wanted, spots, strict=True):
        for kind, (row, column) in enumerate(places, start=1):
            mask[(rows - row) ** 2 + (columns - column) ** 2 < 9] = kind
    noise = stream(seed + 1).normal(size=(samples, size, size, 3))
    return (noise * 0.3 + wanted).astype("float32"), wanted


def sequences(samples: int = 96, length: int = 8, words: int = 20, seed: int = 0) -> Any:
    """int32 [samples, length] of words, zeros behind each one's own length; no row is empty."""
    inputs = stream(seed).integers(1, words, (samples, length)).astype("int32")
    lengths = stream(seed + 1).integers(3, length + 1, samples)
    inputs[np.arange(length) >= lengths[:, None]] = 0
    return inputs


WORDS = ("good", "bad", "film", "plot", "dull", "great", "actor", "scene", "slow", "fun")


def sentences(samples: int = 96, seed: int = 0) -> tuple[Any, Any]:
    """Texts of three to seven words, and whether they hold more of the pleasant ones."""
    draw = stream(seed)
    texts = [draw.choice(WORDS, draw.integers(3, 8)).tolist() for _ in range(samples)]
    pleasant, unpleasant = {"good", "great", "fun"}, {"bad", "dull", "slow"}
    labels = [sum(w in pleasant for w in t) > sum(w in unpleasant for w in t) for t in texts]
    return np.array([" ".join(text) for text in texts]), np.array(labels, "int64")


def patients(samples: int = 128, seed: int = 0) -> tuple[dict[str, Any], Any]:
    """Columns of numbers, integers and texts by name, and 0 or 1 for each row."""
    draw = stream(seed)
    columns = {
        "age": draw.integers(20, 80, samples).astype("float32"),
        "pressure": draw.normal(130, 20, samples).astype("float32"),
        "vessels": draw.integers(0, 4, samples).astype("int64"),
        "thal": draw.choice(["normal", "fixed", "reversible"], samples),
    }
    risk = columns["age"] / 40 + columns["vessels"] + (columns["thal"] == "fixed")
    return columns, (risk > np.median(risk)).astype("int64")
