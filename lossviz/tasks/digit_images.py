"""Handwritten digits, the raw material of four data sets: small images, split once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.tasks.data import split_indices

NAMES = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True)
class DigitImages:
    """Some of scikit-learn's 1,797 handwritten digits.

    Attributes:
        images: float32 [digits, 8, 8] from 0 (paper) to 1 (ink).
        labels: int64 [digits].
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]


@lru_cache(maxsize=4)
def digit_images(seed: int) -> tuple[DigitImages, DigitImages]:
    """The digits to train on and those to validate on: no handwriting is in both."""
    # scikit-learn takes a second to import: only when the data are asked for.
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)
    labels = digits.target.astype(np.int64)
    train, validation = (
        DigitImages(images[rows], labels[rows]) for rows in split_indices(len(images), 0.2, seed)
    )
    return train, validation


def drawn(image: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """The digit's ink scaled to `height` x `width` pixels, its blank margins cut off."""
    from scipy.ndimage import zoom

    ink = _ink(image)
    scaled = zoom(ink, (height / ink.shape[0], width / ink.shape[1]), order=1, grid_mode=True,
                  mode="nearest")  # fmt: skip
    return np.asarray(np.clip(scaled, 0.0, 1.0), np.float32)


def ink_ratio(image: NDArray[np.float32]) -> float:
    """Width of the digit's ink as a share of its height."""
    height, width = _ink(image).shape
    return float(width / height)


def _ink(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The image without its blank margins."""
    rows, columns = (np.nonzero(image.max(axis=axis) > 0.1)[0] for axis in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def stream(seed: int, purpose: int) -> Any:
    """A random generator of its own for each purpose, the same on every platform."""
    return np.random.Generator(np.random.Philox(key=[seed, purpose]))
