"""A small picture of a run's losses: what a saved notebook shows where nothing can run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.training.milestones import EpochRecord
from lossviz.training.record import Record
from lossviz.training.run_colours import rgb, run_colour
from lossviz.training.sheet import WHITE, Colour, Sheet, mixed, star, text_width

WIDTH, HEIGHT = 1280, 860
"""Pixels; shown at half of that, so that it is sharp on dense screens."""

LEFT, RIGHT, NAMES = 104, 1080, 1092
"""Both ends of the charts, and where the names of the lines begin."""

EPOCHS, STEPS = (148, 440), (570, 778)
"""Top and bottom of the two charts."""

TEXT: Colour = (33, 33, 33)
FAINT: Colour = (97, 97, 97)
GRID: Colour = (224, 224, 224)
AXIS: Colour = (158, 158, 158)
BAND = 0.15
"""How much of the run's colour the band of an epoch's steps has."""

LARGE, SMALL = 27, 20
"""Sizes of letters in pixels, beside the usual 22."""

POINTS = 1 << 12
MOST_BANDS = 2000


@dataclass(frozen=True)
class Picture:
    """A run as it was at one moment.

    Attributes:
        png: the picture, `WIDTH` by `HEIGHT` pixels on white, some 20 KB.
        text: the same in two lines of words.
    """

    png: bytes
    text: str


def picture(record: Record) -> Picture:
    """Draw the means of all epochs and the losses of all steps; the extremes of both are there.

    Takes about a tenth of a second for a million steps.
    """
    rows = record.rows
    # A lab's program names its loss function loss_fn; which one that is stands in the config.
    loss = record.config.get("loss") or record.loss
    title = f"{record.name} - {record.status} - {loss}"
    numbers = _numbers(record, rows)
    colour = rgb(run_colour(record.number))
    sheet = Sheet(WIDTH, HEIGHT, _mixes(colour))
    sheet.text(LEFT, 34, _cut(title, LARGE), TEXT, size=LARGE)
    sheet.text(LEFT, 72, _cut(numbers, SMALL), FAINT, size=SMALL)
    _draw_epochs(_epoch_axes(sheet, colour), record, rows)
    _draw_steps(_step_axes(sheet, colour), record)
    return Picture(sheet.png(), f"{title}\n{numbers}")


def empty_picture() -> Picture:
    """The picture of a lab that has not trained yet."""
    text = "A loss lab without a run yet: run the cell, then press Train."
    sheet = Sheet(WIDTH, HEIGHT, _mixes(FAINT))
    sheet.text(LEFT, 34, text, FAINT)
    for axes in (_epoch_axes(sheet, FAINT), _step_axes(sheet, FAINT)):
        axes.say("No run yet")
    return Picture(sheet.png(), text)


def _mixes(colour: Colour) -> tuple[tuple[Colour, Colour], ...]:
    band = mixed(WHITE, colour, BAND)
    return (
        (WHITE, colour), (band, colour), (WHITE, TEXT), (WHITE, FAINT), (GRID, GRID), (AXIS, AXIS),
    )  # fmt: skip


class _Axes:
    """A chart's frame; turns values into pixels."""

    def __init__(
        self, sheet: Sheet, heading: str, unit: str, place: tuple[int, int], colour: Colour
    ) -> None:
        self.sheet = sheet
        self.colour, self.band = colour, mixed(WHITE, colour, BAND)
        self.top, self.bottom = place
        sheet.text(LEFT, self.top - 28, heading, TEXT)
        sheet.rectangle(LEFT, self.bottom, RIGHT, self.bottom + 2, AXIS)
        sheet.text((LEFT + RIGHT) / 2, self.bottom + 54, unit, FAINT, size=SMALL, align="middle")

    def scale(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Set the ends of both axes, and draw grid and numbers."""
        self._x = x if x[1] > x[0] else (x[0] - 0.5, x[1] + 0.5)
        room = 0.04 * (y[1] - y[0]) or abs(y[0]) * 0.1 or 1.0
        self._y = (y[0] - room, y[1] + room)
        for value, at in self._heights():
            self.sheet.text(LEFT - 14, at, f"{value:.4g}", FAINT, size=SMALL, align="right")
        self.grid()
        for value in ticks(*self._x, 8):
            if value == int(value):
                at, below = int(self.x(np.array([value]))[0]), self.bottom + 24
                self.sheet.rectangle(at, self.bottom, at + 2, self.bottom + 8, AXIS)
                self.sheet.text(at, below, f"{int(value):,}", FAINT, size=SMALL, align="middle")

    def grid(self) -> None:
        """Draw the horizontal lines; over an area, where they would be covered, once more."""
        for _, at in self._heights():
            if at < self.bottom - 2:
                self.sheet.rectangle(LEFT, at, RIGHT, at + 1, GRID)

    def _heights(self) -> list[tuple[float, int]]:
        values = ticks(*self._y, 5)
        return [(one, round(float(self.y(np.array([one]))[0]))) for one in values]

    def x(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Where these values lie, in pixels from the left."""
        low, high = self._x
        return LEFT + (np.asarray(values, np.float64) - low) / (high - low) * (RIGHT - LEFT - 2)

    def y(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Where these values lie, in pixels from the top."""
        low, high = self._y
        share = (np.asarray(values, np.float64) - low) / (high - low)
        return self.bottom - share * (self.bottom - self.top)

    def say(self, words: str) -> None:
        """Put words where the lines would be."""
        middle = (LEFT + RIGHT) / 2, (self.top + self.bottom) / 2
        self.sheet.text(*middle, words, FAINT, align="middle")


def _epoch_axes(sheet: Sheet, colour: Colour) -> _Axes:
    return _Axes(sheet, "Loss over all epochs", "epoch", EPOCHS, colour)


def _step_axes(sheet: Sheet, colour: Colour) -> _Axes:
    return _Axes(sheet, "Loss of every step", "step", STEPS, colour)


def _draw_steps(axes: _Axes, record: Record) -> None:
    window = record.losses.window(points=POINTS)
    middle = window.start + (np.arange(len(window.minimum)) + 0.5) * window.width
    # Both extremes of a bucket stand at its middle: one vertical stroke.
    x = np.concatenate([np.repeat(middle, 2), window.raw_start + np.arange(len(window.raw))]) + 1
    extremes = np.column_stack([window.minimum, window.maximum]).reshape(-1)
    y = np.concatenate([extremes, window.raw]).astype(np.float64)
    good = y[np.isfinite(y)]
    if not len(good):
        axes.say("No step has a finite loss." if len(y) else "No step was taken.")
        return
    axes.scale((1, max(len(record.losses), 2)), (float(good.min()), float(good.max())))
    axes.sheet.line(axes.x(x), axes.y(y), axes.colour, width=2)


def _draw_epochs(axes: _Axes, record: Record, rows: list[EpochRecord]) -> None:
    sheet, colour = axes.sheet, axes.colour
    epochs = np.array([row.epoch for row in rows])
    means = {
        name: np.array([row.metrics.get(name, math.nan) for row in rows])
        for name in ("loss", "val_loss")
    }
    every = np.concatenate([*means.values()])
    every = every[np.isfinite(every)]
    if not len(every):
        axes.say("No epoch has a finite loss." if rows else "No epoch has ended.")
        return
    spread = np.array([record.spread(row) for row in rows[:MOST_BANDS]])
    edges = spread[np.isfinite(spread)]
    low, high = min([*every, *edges]), max([*every, *edges])
    known = np.isfinite(spread).all(1)
    banded = known.sum() > 1 and len(rows) <= MOST_BANDS
    ends = (1, max(int(epochs[-1]), 2)), (float(low), float(high))
    axes.scale(*ends)
    if banded:
        x, edge = axes.x(epochs[known]), axes.y(spread[known].T)
        around = np.concatenate([x, x[::-1]]), np.concatenate([edge[0], edge[1][::-1]])
        sheet.polygon(*around, axes.band)
        axes.grid()
    sheet.line(axes.x(epochs), axes.y(means["loss"]), colour, width=3)
    sheet.line(axes.x(epochs), axes.y(means["val_loss"]), colour, width=3, dash=11)
    validated = bool(np.isfinite(means["val_loss"]).any())
    of = means["val_loss"] if validated else means["loss"]
    best = int(np.nanargmin(np.where(np.isfinite(of), of, np.nan)))
    at = float(axes.x(epochs[best])), float(axes.y(of[best]))
    sheet.polygon(*star(*at, 17), WHITE)
    sheet.polygon(*star(*at, 13), colour)
    _name_lines(axes, means)
    _explain(axes, f"lowest {of[best]:.4g}, epoch {epochs[best]:,}", banded=banded)


def _name_lines(axes: _Axes, means: dict[str, NDArray[np.float64]]) -> None:
    """The lines' names at their ends, one below the other where the ends are close."""
    names = {"loss": "training", "val_loss": "validation"}
    last = {name: values[np.isfinite(values)][-1:] for name, values in means.items()}
    places = sorted((float(axes.y(one)[0]), names[name]) for name, one in last.items() if len(one))
    if len(places) == 2 and places[1][0] - places[0][0] < 28:
        middle = min((places[0][0] + places[1][0]) / 2, axes.bottom - 14)
        places = [(middle - 14, places[0][1]), (middle + 14, places[1][1])]
    for y, name in places:
        axes.sheet.text(NAMES, y, name, axes.colour)


def _explain(axes: _Axes, best: str, *, banded: bool) -> None:
    """What the star and the band mean, at the right above the chart."""
    sheet, y = axes.sheet, axes.top - 28
    sheet.text(RIGHT, y, best, FAINT, size=SMALL, align="right")
    left = RIGHT - text_width(best, SMALL) - 18
    sheet.polygon(*star(left, y, 11), axes.colour)
    if banded:
        words = "10th to 90th percentile of steps"
        sheet.text(left - 34, y, words, FAINT, size=SMALL, align="right")
        right = int(left - 34 - text_width(words, SMALL) - 10)
        sheet.rectangle(right - 28, y - 8, right, y + 8, axes.band)


def _numbers(record: Record, rows: list[EpochRecord]) -> str:
    steps = len(record.losses)
    parts = [f"{len(rows):,} of {record.epochs:,} epochs, {steps:,} steps"]
    last = record.losses.read(steps - 1)
    if len(last):
        parts.append(f"last loss {last[0]:.4g}, least {record.losses.best:.4g}")
    if rows:
        means = rows[-1].metrics
        parts += [f"{name} {means[name]:.4g}" for name in ("loss", "val_loss") if name in means]
    return "; ".join(parts)


def _cut(text: str, size: int) -> str:
    """One line that fits; the alternative text has all of it."""
    text, room = " ".join(text.split()), WIDTH - LEFT - 24
    if text_width(text, size) <= room:
        return text
    while text_width(text + "...", size) > room:
        text = text[: len(text) * 9 // 10]
    return text + "..."


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most about `most` round numbers between two ends."""
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * one for one in (1, 2, 5, 10) if size * one >= raw)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step) + 1)]
