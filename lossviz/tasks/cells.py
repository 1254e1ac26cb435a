"""Micrographs of a blood smear, drawn with exact masks.

The background fills most of an image, red cells are common, white cells with their dark nucleus
are rare: the imbalance that makes the choice of a loss matter in segmentation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NAMES = ("background", "red cell", "white cell", "nucleus")
SIZE = 64
WHITE_CELL_SHARE = 0.3
"""The share of the images that show a white cell."""

PAPER = np.array([0.93, 0.88, 0.84])
RED, RED_CENTRE = np.array([0.83, 0.52, 0.52]), np.array([0.90, 0.72, 0.70])
CYTOPLASM, NUCLEUS = np.array([0.80, 0.72, 0.80]), np.array([0.47, 0.29, 0.58])
BLUR, NOISE = 0.8, 0.035
"""The microscope's blur in pixels, and the camera's noise."""


def micrograph(random: Any) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """One image, float32 [SIZE, SIZE, 3] from 0 to 1, and its mask of classes [SIZE, SIZE]."""
    from scipy.ndimage import gaussian_filter

    rows, columns = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    picture = np.ones((SIZE, SIZE, 3)) * PAPER
    mask = np.zeros((SIZE, SIZE), np.int64)

    def spot(row: float, column: float, radius: float) -> NDArray[np.float64]:
        """Distance from the middle of a slightly squeezed and dented disc, 1 on its edge."""
        angle, squeeze = random.uniform(0, np.pi), random.uniform(0.85, 1.0)
        y, x = rows - row, columns - column
        along, across = y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)
        dent = 1 + 0.05 * np.sin(3 * np.arctan2(along, across) + random.uniform(0, 2 * np.pi))
        return np.asarray(np.hypot(along, across / squeeze) / (radius * dent))

    def paint(distance: NDArray[np.float64], colour: NDArray[np.float64], name: str) -> None:
        inside = distance < 1
        stain = random.uniform(0.92, 1.08)
        picture[inside] = np.clip(colour[inside] * stain, 0, 1)
        mask[inside] = NAMES.index(name)

    for _ in range(int(random.integers(6, 13))):
        row, column = random.uniform(0, SIZE, 2)
        distance = spot(row, column, random.uniform(5.0, 7.5))
        # A red cell is dented in its middle, where the light comes through.
        centre = np.clip(1.2 - 1.6 * distance, 0, 1)[..., None]
        paint(distance, RED + centre * (RED_CENTRE - RED), "red cell")
    if random.random() < WHITE_CELL_SHARE:
        row, column = random.uniform(8, SIZE - 8, 2)
        radius = random.uniform(7.5, 10.0)
        paint(spot(row, column, radius), np.ones((SIZE, SIZE, 1)) * CYTOPLASM, "white cell")
        # Two or three lobes that touch each other.
        turn = random.uniform(0, 2 * np.pi)
        lobes = int(random.integers(2, 4))
        for lobe in range(lobes):
            angle = turn + lobe * 1.6
            y, x = row + 0.35 * radius * np.sin(angle), column + 0.35 * radius * np.cos(angle)
            distance = spot(y, x, random.uniform(0.32, 0.42) * radius)
            paint(distance, np.ones((SIZE, SIZE, 1)) * NUCLEUS, "nucleus")
    # Uneven light, then the microscope's blur and the camera's noise.
    tilt = random.uniform(-0.06, 0.06, 2)
    picture *= 1 + (tilt[0] * (rows / SIZE - 0.5) + tilt[1] * (columns / SIZE - 0.5))[..., None]
    picture = gaussian_filter(picture, (BLUR, BLUR, 0)) + NOISE * random.standard_normal(
        picture.shape
    )
    return np.clip(picture, 0, 1).astype(np.float32), mask


def micrographs(count: int, random: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`count` images [count, SIZE, SIZE, 3] and their one-hot masks [count, SIZE, SIZE, 4]."""
    made = [micrograph(random) for _ in range(count)]
    masks = np.eye(len(NAMES), dtype=np.float32)[np.stack([mask for _, mask in made])]
    return np.stack([picture for picture, _ in made]), masks
