"""Images with one to four real digits scattered over them, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.tasks.digit_images import DigitImages, drawn, ink_ratio

SIZE = 48
MOST = 4
NOISE = 0.08
MOST_OVERLAP = 0.15
"""The share of the smaller box that two digits may have in common."""


def picture(
    digits: DigitImages, count: int, random: Any
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """One image with `count` digits.

    Returns:
        The image, float32 [SIZE, SIZE, 1]; the digits, int64 [count]; their boxes, float32
        [count, 4], as top, left, bottom and right in shares of the image.
    """
    canvas = np.zeros((SIZE, SIZE), np.float32)
    boxes: list[tuple[int, int, int, int]] = []
    labels: list[int] = []
    while len(boxes) < count:
        index = int(random.integers(0, len(digits.images)))
        image = digits.images[index]
        height = int(random.integers(11, 20))
        width = int(np.clip(round(height * ink_ratio(image)), 4, 20))
        top = int(random.integers(0, SIZE - height + 1))
        left = int(random.integers(0, SIZE - width + 1))
        box = (top, left, top + height, left + width)
        if any(_overlap(box, other) > MOST_OVERLAP for other in boxes):
            continue
        place = (slice(top, box[2]), slice(left, box[3]))
        canvas[place] = np.maximum(canvas[place], drawn(image, height, width))
        boxes.append(box)
        labels.append(int(digits.labels[index]))
    canvas += NOISE * random.standard_normal(canvas.shape)
    return (
        canvas[..., None].astype(np.float32),
        np.array(labels, np.int64),
        np.array(boxes, np.float32) / np.float32(SIZE),
    )


def pictures(
    digits: DigitImages, count: int, random: Any, most: int = MOST
) -> tuple[NDArray[np.float32], list[NDArray[np.int64]], list[NDArray[np.float32]]]:
    """`count` images of one to `most` digits; for each its digits and boxes."""
    made = [picture(digits, int(random.integers(1, most + 1)), random) for _ in range(count)]
    return np.stack([one[0] for one in made]), [one[1] for one in made], [one[2] for one in made]


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return max(0, height) * max(0, width) / min(areas)
