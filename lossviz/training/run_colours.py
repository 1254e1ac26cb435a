"""The colours of runs on white, the same in the lab (`labextension/src/chart/palette.ts`), in
`run.figure()` and in the picture that a notebook keeps.
"""

from __future__ import annotations

COLOURS = (
    "#0072b2", "#d55e00", "#00825c", "#d05bfb", "#57193a",
    "#242e6b", "#3a3708", "#199eb3", "#922a2a", "#0606f4",
)  # fmt: skip


def run_colour(number: int) -> str:
    """The colour of a lab's run with this number, counted from 1; after the last they repeat."""
    return COLOURS[(number - 1) % len(COLOURS)]


def rgb(colour: str) -> tuple[int, int, int]:
    """Its three parts, from 0 to 255."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
