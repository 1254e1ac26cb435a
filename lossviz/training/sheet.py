"""A white sheet to draw charts on, with Pillow: anti-aliased, and small as a file."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import ImageFont

Colour = tuple[int, int, int]
Floats = NDArray[np.float64]

FINE = 2
"""Shapes are drawn this many times larger and then reduced, which smooths their edges."""

SHADES = 8
"""Steps from one colour to another at an edge: more look the same and make the file larger."""

SOFTWARE = "lossviz lab"
"""The first words of every picture. With a fixed size they fix the first bytes of the file, by
which a page knows the picture of a lab from any other (`labextension/style/saved.css`)."""

WHITE: Colour = (255, 255, 255)


class Sheet:
    """A white picture of `height` by `width` pixels; y counts down from the top.

    Args:
        width, height: pixels.
        mixes: the colours that meet at edges, in pairs; the file holds these and what is between,
            so two that are nearly alike should not both be there.
    """

    def __init__(self, width: int, height: int, mixes: tuple[tuple[Colour, Colour], ...]) -> None:
        # Loaded at the first picture, not with the lab.
        from PIL import Image, ImageDraw

        self.width, self.height, self._mixes = width, height, mixes
        self._shapes = Image.new("RGB", (width * FINE, height * FINE), WHITE)
        self._draw = ImageDraw.Draw(self._shapes)
        self._texts: list[tuple[tuple[float, float], str, Colour, Any, str]] = []

    def rectangle(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        """Fill whole pixels; right and bottom are the first that stay as they are."""
        corners = [left * FINE, top * FINE, right * FINE - 1, bottom * FINE - 1]
        self._draw.rectangle(corners, fill=colour)

    def polygon(self, x: Floats, y: Floats, colour: Colour) -> None:
        """Fill what these corners enclose."""
        self._draw.polygon(_points(x, y), fill=colour)

    def line(self, x: Floats, y: Floats, colour: Colour, *, width: float, dash: float = 0) -> None:
        """A line through points; a gap where one is NaN.

        Args:
            x, y: pixels.
            colour: its colour.
            width: pixels.
            dash: the length of dashes and of the gaps between them, along the line; 0 for none.
        """
        for part in _finite_parts(x, y):
            for along in _dashes(x[part], y[part], dash) if dash else [(x[part], y[part])]:
                points = _points(*along)
                if len(points) == 1:
                    points = [(points[0][0] - FINE, points[0][1]), (points[0][0], points[0][1])]
                self._draw.line(points, fill=colour, width=round(width * FINE))

    def text(
        self, x: float, y: float, text: str, colour: Colour, *, size: int = 22,
        align: Literal["left", "middle", "right"] = "left",
    ) -> None:  # fmt: skip
        """One line of text, its middle at height `y`; what does not fit on the sheet is cut."""
        anchor = {"left": "lm", "middle": "mm", "right": "rm"}[align]
        self._texts.append(((x, y), text, colour, font(size), anchor))

    def png(self) -> bytes:
        """The sheet as a PNG file with a palette."""
        from PIL import Image, ImageDraw, PngImagePlugin

        whole = self._shapes.reduce(FINE)
        draw = ImageDraw.Draw(whole)
        for place, text, colour, letters, anchor in self._texts:
            draw.text(place, text, fill=colour, font=letters, anchor=anchor)
        colours = Image.new("P", (1, 1))
        colours.putpalette(_palette(self._mixes))
        about = PngImagePlugin.PngInfo()
        about.add_text("Software", SOFTWARE)
        file = io.BytesIO()
        flat = whole.quantize(palette=colours, dither=Image.Dither.NONE)
        flat.save(file, "PNG", bits=8, optimize=False, compress_level=9, pnginfo=about)
        return file.getvalue()


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font that Pillow brings, in pixels; a box replaces a letter that it does not have."""
    from PIL import ImageFont

    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


def text_width(text: str, size: int = 22) -> float:
    """How wide a line of text is, in pixels."""
    return font(size).getlength(text)


def star(x: float, y: float, radius: float) -> tuple[Floats, Floats]:
    """The corners of a star with five points."""
    angle = np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2, 0.382, 1.0) * radius
    return x + reach * np.sin(angle), y - reach * np.cos(angle)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """The colour with this share of `other` over `one`."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b


@lru_cache(maxsize=2)
def _palette(mixes: tuple[tuple[Colour, Colour], ...]) -> bytes:
    colours = [mixed(*pair, step / SHADES) for pair in mixes for step in range(SHADES + 1)]
    found = list(dict.fromkeys(colours))
    # What is left of a palette repeats its first colour.
    return b"".join(bytes(one) for one in found + [found[0]] * (256 - len(found)))


def _points(x: Floats, y: Floats) -> list[tuple[float, float]]:
    return list(zip((x * FINE).tolist(), (y * FINE).tolist(), strict=True))


def _finite_parts(x: Floats, y: Floats) -> list[slice]:
    """The longest stretches without a gap."""
    good = np.concatenate([[False], np.isfinite(x) & np.isfinite(y), [False]])
    edges = np.flatnonzero(good[1:] != good[:-1])
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2)]


def _dashes(x: Floats, y: Floats, length: float) -> list[tuple[Floats, Floats]]:
    """The parts of a line that its dashes cover."""
    way = np.concatenate([[0.0], np.hypot(np.diff(x), np.diff(y)).cumsum()])
    found = []
    for begin in np.arange(0.0, way[-1], 2 * length):
        end = min(begin + length, way[-1])
        inside = way[(way > begin) & (way < end)]
        at = np.concatenate([[begin], inside, [end]])
        found.append((np.interp(at, way, x), np.interp(at, way, y)))
    return found
