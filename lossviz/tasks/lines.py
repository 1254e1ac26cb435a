"""Lines of handwriting: strings of three to six real digits in one image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.tasks.digit_images import DigitImages, drawn, ink_ratio

HEIGHT, WIDTH = 16, 80
SHORTEST, LONGEST = 3, 6
NOISE = 0.08


def line(
    digits: DigitImages, random: Any
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """One line with jitter in place, size and gap.

    Returns:
        The image, float32 [HEIGHT, WIDTH, 1]; the digits from left to right, int64 [n]; their
        boxes, float32 [n, 4], as top, left, bottom and right in shares of the image.
    """
    count = int(random.integers(SHORTEST, LONGEST + 1))
    chosen = random.integers(0, len(digits.images), count)
    picture = np.zeros((HEIGHT, WIDTH), np.float32)
    boxes = []
    left = int(random.integers(1, 5))
    for index in chosen:
        image = digits.images[index]
        height = int(random.integers(10, 13))
        width = int(np.clip(round(height * ink_ratio(image)), 3, 11))
        top = int(random.integers(1, HEIGHT - height))
        place = (slice(top, top + height), slice(left, left + width))
        picture[place] = np.maximum(picture[place], drawn(image, height, width))
        boxes.append([top, left, top + height, left + width])
        left += width + int(random.integers(1, 3))
    picture += NOISE * random.standard_normal(picture.shape)
    scale = np.array([HEIGHT, WIDTH, HEIGHT, WIDTH], np.float32)
    boxed = np.array(boxes, np.float32) / scale
    return picture[..., None].astype(np.float32), digits.labels[chosen], boxed


def lines(
    digits: DigitImages, count: int, random: Any
) -> tuple[NDArray[np.float32], list[NDArray[np.int64]], list[NDArray[np.float32]]]:
    """`count` lines: images [count, HEIGHT, WIDTH, 1], and for each its digits and boxes."""
    made = [line(digits, random) for _ in range(count)]
    return np.stack([one[0] for one in made]), [one[1] for one in made], [one[2] for one in made]
