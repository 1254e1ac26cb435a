"""A small picture of a run's losses: what a saved notebook shows where nothing can run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.training.canvas import Canvas, Colour, letters
from lossviz.training.milestones import EpochRecord
from lossviz.training.record import Record

WIDTH, HEIGHT = 1280, 860
"""Pixels; shown at half of that, so that it is sharp on dense screens."""

LEFT, RIGHT = 130, 1250
STEPS, EPOCHS = (96, 390), (506, 740)
"""Top and bottom of the two charts."""

TEXT: Colour = (51, 51, 51)
FAINT: Colour = (102, 102, 102)
GRID: Colour = (221, 221, 221)
BLUE: Colour = (0, 114, 178)
"""The first of the lab's run colours; readable on white, in grey, and by colour-blind people."""

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
    """Draw the losses of all steps and the means of all epochs; the extremes of both are there.

    Takes about a tenth of a second for a million steps.
    """
    rows = record.rows
    # A lab's program names its loss function loss_fn; which one that is stands in the config.
    loss = record.config.get("loss") or record.loss
    title = f"{record.name} - {record.status} - {loss}"
    numbers = _numbers(record, rows)
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.text(LEFT, 24, _cut(title), TEXT)
    canvas.text(LEFT, HEIGHT - 22, _cut(numbers), FAINT)
    _draw_steps(canvas, record)
    _draw_epochs(canvas, record, rows)
    return Picture(canvas.png(), f"{title}\n{numbers}")


def empty_picture() -> Picture:
    """The picture of a lab that has not trained yet."""
    text = "A loss lab without a run yet: run the cell, then press Train."
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.text(LEFT, 24, text, FAINT)
    for heading, unit, place in (
        ("Loss of every step", "step", STEPS), ("Loss over all epochs", "epoch", EPOCHS),
    ):  # fmt: skip
        _say(_Axes(canvas, heading, unit, place), "No run yet")
    return Picture(canvas.png(), text)


class _Axes:
    """A chart's frame; turns values into pixels."""

    def __init__(self, canvas: Canvas, heading: str, unit: str, place: tuple[int, int]) -> None:
        self.canvas = canvas
        self.top, self.bottom = place
        canvas.text(LEFT, self.top - 22, heading, TEXT)
        canvas.rectangle(LEFT, self.bottom, RIGHT, self.bottom + 1, GRID)
        canvas.text((LEFT + RIGHT) / 2, self.bottom + 48, unit, FAINT, align="middle")

    def scale(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Set the ends of both axes, and draw grid and numbers."""
        self._x = x if x[1] > x[0] else (x[0] - 0.5, x[1] + 0.5)
        room = 0.04 * (y[1] - y[0]) or abs(y[0]) * 0.1 or 1.0
        self._y = (y[0] - room, y[1] + room)
        for value in ticks(*self._y, 5):
            at = round(float(self.y(np.array([value]))[0]))
            self.canvas.rectangle(LEFT, at, RIGHT, at + 1, GRID)
            self.canvas.text(LEFT - 12, at, f"{value:.4g}", FAINT, align="right")
        for value in ticks(*self._x, 8):
            if value == int(value):
                number = f"{int(value):,}"
                half = letters(number).shape[1] / 2
                at = min(float(self.x(np.array([value]))[0]), WIDTH - 4 - half)
                self.canvas.text(at, self.bottom + 18, number, FAINT, align="middle")

    def x(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Where these values lie, in pixels from the left."""
        low, high = self._x
        return LEFT + (np.asarray(values, np.float64) - low) / (high - low) * (RIGHT - LEFT - 1)

    def y(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Where these values lie, in pixels from the top."""
        low, high = self._y
        share = (np.asarray(values, np.float64) - low) / (high - low)
        return self.bottom - share * (self.bottom - self.top)

    def line(self, x: NDArray[Any], y: NDArray[Any], *, width: float, dash: int = 0) -> None:
        """Draw values."""
        self.canvas.line(
            self.x(x), self.y(y), BLUE, top=self.top, bottom=self.bottom, width=width, dash=dash
        )


def _draw_steps(canvas: Canvas, record: Record) -> None:
    axes = _Axes(canvas, "Loss of every step", "step", STEPS)
    window = record.losses.window(points=POINTS)
    middle = window.start + (np.arange(len(window.minimum)) + 0.5) * window.width
    # Both extremes of a bucket stand at its middle: one vertical stroke.
    x = np.concatenate([np.repeat(middle, 2), window.raw_start + np.arange(len(window.raw))]) + 1
    extremes = np.column_stack([window.minimum, window.maximum]).reshape(-1)
    y = np.concatenate([extremes, window.raw]).astype(np.float64)
    good = y[np.isfinite(y)]
    if not len(good):
        _say(axes, "No step has a finite loss." if len(y) else "No step was taken.")
        return
    axes.scale((1, max(len(record.losses), 2)), (float(good.min()), float(good.max())))
    axes.line(x, y, width=2)


def _draw_epochs(canvas: Canvas, record: Record, rows: list[EpochRecord]) -> None:
    axes = _Axes(canvas, "Loss over all epochs", "epoch", EPOCHS)
    epochs = np.array([row.epoch for row in rows])
    means = {
        name: np.array([row.metrics.get(name, math.nan) for row in rows])
        for name in ("loss", "val_loss")
    }
    every = np.concatenate([*means.values()])
    every = every[np.isfinite(every)]
    if not len(every):
        _say(axes, "No epoch has a finite loss." if rows else "No epoch has ended.")
        return
    spread = np.array([record.spread(row) for row in rows[:MOST_BANDS]])
    edges = spread[np.isfinite(spread)]
    low, high = min([*every, *edges]), max([*every, *edges])
    axes.scale((1, max(int(epochs[-1]), 2)), (float(low), float(high)))
    known = np.isfinite(spread).all(1)
    if known.sum() > 1 and len(rows) <= MOST_BANDS:
        canvas.band(
            axes.x(epochs[known]), axes.y(spread[known, 1]), axes.y(spread[known, 0]), BLUE, 0.15,
            top=axes.top, bottom=axes.bottom,
        )  # fmt: skip
    axes.line(epochs, means["loss"], width=3)
    axes.line(epochs, means["val_loss"], width=3, dash=8)
    held_out = bool(np.isfinite(means["val_loss"]).any())
    of = means["val_loss"] if held_out else means["loss"]
    best = int(np.nanargmin(np.where(np.isfinite(of), of, np.nan)))
    canvas.star(float(axes.x(epochs[best])), float(axes.y(of[best])), 13, BLUE)
    legend = "line: training" + ("   dashes: validation" if held_out else "")
    canvas.text(
        RIGHT, axes.top - 22, f"{legend}   star: best, {of[best]:.4g}", FAINT, align="right"
    )


def _say(axes: _Axes, words: str) -> None:
    axes.canvas.text(
        (LEFT + RIGHT) / 2, (axes.top + axes.bottom) / 2, words, FAINT, align="middle"
    )  # fmt: skip


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


def _cut(text: str) -> str:
    """One line that fits; the whole of it stands in the picture's words."""
    text = " ".join(text.split())
    if letters(text).shape[1] <= RIGHT - LEFT:
        return text
    while letters(text + "...").shape[1] > RIGHT - LEFT:
        text = text[:-1]
    return text + "..."


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most about `most` round numbers between two ends."""
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * one for one in (1, 2, 5, 10) if size * one >= raw)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step) + 1)]
