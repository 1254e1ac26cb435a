"""A small canvas for charts: lines, bands, letters, and PNG. NumPy and zlib alone.

The letters are DejaVu Sans (Bitstream Vera's licence), drawn once at 22 pixels into `letters.npz`;
it holds Latin-1, and a box that stands for every other character.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Floats = NDArray[np.float64]

SOFTWARE = b"Software\x00lossviz lab"
"""The first words of every picture. With a fixed size they fix the first bytes of the file, by
which a page knows the picture of a lab from any other (`labextension/style/saved.css`)."""

FINE = 2
"""Columns in a pixel in which a line's extent is looked at."""

BOX = 0x25A1
LEVELS = 17
"""Sixteen levels of each channel: smooth to the eye, and few enough colours for a palette."""

SHADES = 6
"""Steps from no ink to full ink at an edge: more look the same and make the file larger."""


class Canvas:
    """A white picture of `height` by `width` pixels; y counts down from the top."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._pixels = np.full((height, width, 3), 255.0)

    def rectangle(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        """Fill whole pixels."""
        self._pixels[top:bottom, left:right] = colour

    def line(
        self,
        x: Floats,
        y: Floats,
        colour: Colour,
        *,
        top: int,
        bottom: int,
        width: float = 2.0,
        dash: int = 0,
    ) -> None:
        """A line through points of growing x, cut at `top` and `bottom`; a gap where y is NaN.

        Every vertex leaves its mark, however many share a column. `dash` is the length of dashes in
        pixels, 0 for none.
        """
        columns = np.arange(self.width * FINE)
        low = np.full(len(columns), np.inf)
        high = np.full(len(columns), -np.inf)
        for part in _finite_parts(x, y):
            _extend(low, high, x[part] * FINE, y[part])
        reach = max(1, round(width * FINE / 2))
        low, high = _widened(low, np.minimum, reach), _widened(high, np.maximum, reach)
        strength = np.ones(len(columns))
        if dash:
            strength = ((columns // FINE // dash) % 3 < 2).astype(float)
        self._fill(low - width / 2, high + width / 2, colour, strength, top=top, bottom=bottom)

    def band(
        self, x: Floats, low: Floats, high: Floats, colour: Colour, strength: float, *,
        top: int, bottom: int,
    ) -> None:  # fmt: skip
        """The area between two lines over the same x; `low` is the upper edge in pixels."""
        columns = (np.arange(self.width * FINE) + 0.5) / FINE
        inside = (columns >= x[0]) & (columns <= x[-1])
        upper = np.where(inside, np.interp(columns, x, low), np.inf)
        lower = np.where(inside, np.interp(columns, x, high), -np.inf)
        self._fill(upper, lower, colour, np.full(len(columns), strength), top=top, bottom=bottom)

    def star(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A star with five points."""
        reach = int(radius) + 2
        rows = np.arange(round(y) - reach, round(y) + reach)
        columns = np.arange(round(x) - reach, round(x) + reach)
        fine = (np.arange(4) + 0.5) / 4
        v = (rows[:, None] + fine).reshape(-1)[:, None] - y
        u = (columns[:, None] + fine).reshape(-1)[None, :] - x
        angle = np.abs((np.arctan2(u, -v) + np.pi / 5) % (2 * np.pi / 5) - np.pi / 5)
        # Within a fifth, the edge runs from a point at the radius to a notch at 0.382 of it.
        notch = 0.382 * radius
        edge = radius * notch * np.sin(np.pi / 5) / (
            radius * np.sin(angle) + notch * np.sin(np.pi / 5 - angle)
        )  # fmt: skip
        inside = np.hypot(u, v) <= edge
        cover = inside.reshape(len(rows), 4, len(columns), 4).mean((1, 3))
        self._mix(rows, columns, cover, colour)

    def text(
        self, x: float, y: float, text: str, colour: Colour,
        *, align: Literal["left", "middle", "right"] = "left",
    ) -> None:  # fmt: skip
        """One line of text, its middle at height `y`; what does not fit on the canvas is cut."""
        ink = letters(text)
        left = round(x - {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * ink.shape[1])
        top = round(y - ink.shape[0] / 2)
        self._mix(
            np.arange(top, top + ink.shape[0]), np.arange(left, left + ink.shape[1]), ink, colour
        )

    def png(self) -> bytes:
        """The picture as a PNG file with a palette."""
        levels = np.rint(self._pixels / LEVELS).astype(np.uint16)
        packed = levels[..., 0] * 256 + levels[..., 1] * 16 + levels[..., 2]
        colours = np.flatnonzero(np.bincount(packed.reshape(-1), minlength=4096))
        number = np.zeros(4096, np.uint8)
        number[colours] = np.arange(len(colours))
        if len(colours) > 256:  # more than a chart's few colours can mix to
            raise ValueError(f"{len(colours)} colours do not fit into a palette.")
        palette = np.stack([colours // 256, colours // 16 % 16, colours % 16], 1) * LEVELS
        # Every row begins with its filter; 0 is none, the best for flat colours.
        rows = np.zeros((self.height, self.width + 1), np.uint8)
        rows[:, 1:] = number[packed]
        return b"".join([
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">2I5B", self.width, self.height, 8, 3, 0, 0, 0)),
            _chunk(b"tEXt", SOFTWARE),
            _chunk(b"PLTE", palette.astype(np.uint8).tobytes()),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ])  # fmt: skip

    def _fill(
        self, upper: Floats, lower: Floats, colour: Colour, strength: Floats, *,
        top: int, bottom: int,
    ) -> None:  # fmt: skip
        """Fill each fine column between two heights; part of a pixel counts as that part."""
        rows = np.arange(top, bottom)[:, None]
        with np.errstate(invalid="ignore"):
            cover = np.clip(np.minimum(lower, rows + 1) - np.maximum(upper, rows), 0, 1)
        cover = (cover * strength).reshape(len(rows), self.width, FINE).mean(2)
        self._mix(np.arange(top, bottom), np.arange(self.width), cover, colour)

    def _mix(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], cover: Floats, colour: Colour
    ) -> None:
        seen = (rows >= 0) & (rows < self.height), (columns >= 0) & (columns < self.width)
        if not seen[0].any() or not seen[1].any():
            return
        place = np.ix_(rows[seen[0]], columns[seen[1]])
        share = np.rint(cover[np.ix_(*seen)][..., None] * SHADES) / SHADES
        self._pixels[place] += (np.array(colour) - self._pixels[place]) * share


def letters(text: str) -> Floats:
    """The ink of one line of text, from 0 to 1, shape [rows, columns]."""
    ink, places = _alphabet()
    parts = [ink[:, slice(*places.get(ord(letter), places[BOX]))] for letter in text]
    return np.concatenate(parts, 1) if parts else ink[:, :0]


@lru_cache(maxsize=1)
def _alphabet() -> tuple[Floats, dict[int, tuple[int, int]]]:
    with np.load(Path(__file__).with_name("letters.npz")) as found:
        starts = found["starts"].tolist()
        pairs = pairwise(starts)
        return found["ink"] / 255.0, dict(zip(found["codes"].tolist(), pairs, strict=True))


def _finite_parts(x: Floats, y: Floats) -> list[slice]:
    """The longest stretches without a gap."""
    good = np.concatenate([[False], np.isfinite(x) & np.isfinite(y), [False]])
    edges = np.flatnonzero(good[1:] != good[:-1])
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2)]


def _extend(low: Floats, high: Floats, x: Floats, y: Floats) -> None:
    """Widen the extents of columns of width 1 to hold the line through these points."""
    first = max(int(np.floor(x[0])), 0)
    last = min(int(np.floor(x[-1])), len(low) - 1)
    if last < first:
        return
    # Where the line crosses from column to column it belongs to both.
    crossing = np.arange(first + 1, last + 1)
    height = np.interp(crossing, x, y)
    for column, value in (
        (crossing - 1, height), (crossing, height),
        (np.clip(np.floor(x).astype(int), first, last), y),
    ):  # fmt: skip
        np.minimum.at(low, column, value)
        np.maximum.at(high, column, value)


def _widened(values: Floats, extreme: np.ufunc, reach: int) -> Floats:
    """Each column's extreme among its neighbours within `reach`."""
    result = values.copy()
    for shift in range(1, reach):
        result[shift:] = extreme(result[shift:], values[:-shift])
        result[:-shift] = extreme(result[:-shift], values[shift:])
    return result


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
