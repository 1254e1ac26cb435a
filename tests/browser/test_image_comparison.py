"""The comparison of pictures finds what a person would, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops

from tests.browser.image_comparison import difference, read
from tests.browser.test_screenshots import MOST_BYTES, STORED, THEMES

COMPLETED = ["completed-dark-480.png", "completed-light-900.png"]


def without(image: Image.Image, left: float, top: float, right: float, bottom: float):
    """The picture without a part, given in shares of its sides: with the background instead."""
    box = (int(left * image.width), int(top), int(right * image.width), int(bottom))
    changed = image.copy()
    changed.paste(image.getpixel((image.width // 2, image.height - 3)), box)
    return changed


@pytest.mark.parametrize("name", COMPLETED)
def test_it_finds_a_part_that_is_missing_or_has_moved(name):
    image = read(STORED / name)
    height = image.height
    assert difference(image, image) == ""
    assert difference(without(image, 0, 4, 1, 42), image)
    # A chart, or one of two in a row.
    assert difference(without(image, 0.25, height * 0.4, 0.6, height * 0.4 + 200), image)
    lower = image.copy()
    lower.paste(image.crop((0, 120, image.width, height - 20)), (0, 140))
    assert difference(lower, image)
    assert "height" in difference(image.crop((0, 0, image.width, int(0.9 * height))), image)
    assert "width" in difference(image.crop((0, 0, int(0.9 * image.width), height)), image)


def test_it_finds_another_theme_and_another_state():
    stopped, failed = (read(STORED / f"{one}-light-900.png") for one in ("stopped", "failed"))
    assert difference(stopped, failed)
    light, dark = (read(STORED / f"before-{theme}-900.png") for theme in THEMES)
    assert difference(light, dark)


@pytest.mark.parametrize("name", COMPLETED)
@pytest.mark.parametrize("shift", [(1, 0), (0, 1), (-1, -1)])
def test_a_pixel_of_shift_is_no_difference(name, shift):
    image = read(STORED / name)
    assert difference(ImageChops.offset(image, *shift), image) == ""


def test_noise_as_of_other_smoothing_is_no_difference():
    image = read(STORED / COMPLETED[0])
    noise = np.random.default_rng(0).integers(-12, 13, (image.height, image.width, 3))
    noisy = np.clip(np.asarray(image, int) + noise, 0, 255).astype(np.uint8)
    assert difference(Image.fromarray(noisy), image) == ""


def test_the_pictures_are_small():
    assert sum(path.stat().st_size for path in STORED.iterdir()) < MOST_BYTES
