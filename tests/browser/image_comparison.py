"""Whether two pictures show the same, whatever the fonts of the machine.

Both are blurred and made eight times smaller. A cell of the small picture differs if none of its
neighbours in the other one is like it, so that a text may be a little wider or lie a pixel lower.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

CELL = 8
"""Pixels along the side of a cell."""

DIFFERENCE = 12
"""Of 255, in one channel: what a blurred text of other letters mostly keeps within."""

SHARE = 0.97
"""The least share of cells that are alike."""

TILE = 8
"""Cells along the side of a tile: a part that is missing is a small share of a large picture."""

MOST_IN_TILE = 14
"""The most cells of a tile that may differ. Letters that are 5 % wider make it 13, a line of chips
that is missing 16, and a chart or the head of a lab over 40."""

SHIFTS = sorted(product((-1, 0, 1), repeat=2), key=lambda shift: sum(map(abs, shift)))
"""By how many pixels a part may have moved, no shift first."""

SIZE = 0.03
"""By how much of its length a side may differ: one line of text wraps elsewhere."""


def cells(image: Image.Image) -> NDArray[np.int16]:
    """The blurred picture, [rows, columns, 3]."""
    blurred = image.convert("RGB").filter(ImageFilter.GaussianBlur(CELL / 2))
    return np.asarray(blurred.reduce(CELL), np.int16)


def difference(found: Image.Image, stored: Image.Image) -> str:
    """In what they differ, in words; "" where they show the same."""
    for side, now, then in zip(("width", "height"), found.size, stored.size, strict=True):
        if abs(now - then) > SIZE * then:
            return f"its {side} is {now} px and was {then} px"
    there = cells(stored)
    said, differs = "", None
    for shift in SHIFTS:
        here = cells(ImageChops.offset(found, *shift))
        rows, columns = (min(pair) for pair in zip(here.shape[:2], there.shape[:2], strict=True))
        now = unlike(here[:rows, :columns], there[:rows, :columns])
        now |= unlike(there[:rows, :columns], here[:rows, :columns])
        # A part may lie a pixel lower, and another one a pixel further to the right.
        differs = now if differs is None else differs & now
        said = judged(differs)
        if not said:
            return ""
    return said


def judged(differs: NDArray[np.bool_]) -> str:
    """Whether so many cells, [rows, columns], make a difference; in words, or ""."""
    if differs.mean() > 1 - SHARE:
        return f"{100 * differs.mean():.1f} % of it differ"
    sums = np.pad(differs.astype(int).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    tiles = sums[TILE:, TILE:] - sums[:-TILE, TILE:] - sums[TILE:, :-TILE] + sums[:-TILE, :-TILE]
    if tiles.max(initial=0) <= MOST_IN_TILE:
        return ""
    y, x = (CELL * int(one) for one in np.unravel_index(tiles.argmax(), tiles.shape))
    return f"it differs at {x}, {y} px (from the left, from the top)"


def unlike(here: NDArray[np.int16], there: NDArray[np.int16]) -> NDArray[np.bool_]:
    """The cells that are like none of their neighbours in the other picture."""
    rows, columns, _ = here.shape
    around = np.pad(there, ((1, 1), (1, 1), (0, 0)), mode="edge")
    least = np.full((rows, columns), 255, np.int16)
    for down in range(3):
        for right in range(3):
            moved = around[down : down + rows, right : right + columns]
            least = np.minimum(least, np.abs(here - moved).max(axis=2))
    return least > DIFFERENCE


def read(path: Path) -> Image.Image:
    """A stored picture."""
    with Image.open(path) as image:
        return image.convert("RGB")


def write(image: Image.Image, path: Path) -> None:
    """Store a picture in few colours: the most frequent ones, and those that differ most.

    The first are the surfaces. Without the others the few pixels that tell a state would lose
    their colour.
    """
    counted = sorted(image.getcolors(image.width * image.height), reverse=True)
    palette = [part for _, colour in counted[:12] for part in colour]
    palette += image.quantize(20, Image.Quantize.MAXCOVERAGE).getpalette()[: 3 * 20]
    colours = Image.new("P", (1, 1))
    colours.putpalette(palette)
    stored = image.quantize(palette=colours, dither=Image.Dither.NONE)
    stored.save(path, optimize=True)
