"""What a record is made of besides its series: epochs, events, and where a run is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class EpochRecord:
    """The means of one finished epoch.

    Attributes:
        epoch: counted from 1.
        first_step: index of its first step in the run's series.
        steps: how many steps it took.
        metrics: by Keras' names: loss, val_loss, accuracy, val_accuracy, ... Means over samples:
            a short last batch counts only as much as it holds.
    """

    epoch: int
    first_step: int
    steps: int
    metrics: dict[str, float]


def best_epoch(rows: Sequence[EpochRecord]) -> tuple[EpochRecord, str] | None:
    """The epoch with the lowest validation loss, or else training loss, and that loss's name.

    None where no such loss is finite.
    """
    name = "val_loss" if any("val_loss" in row.metrics for row in rows) else "loss"
    finite = [row for row in rows if math.isfinite(row.metrics.get(name, math.nan))]
    return (min(finite, key=lambda row: row.metrics[name]), name) if finite else None


@dataclass(frozen=True)
class Event:
    """Something that happened to a run.

    Attributes:
        kind: started, paused, resumed, learning_rate, nan, warning, or the status that it ended
            with.
        step: how many steps had been taken.
        time: seconds since 1970.
        text: a description.
    """

    kind: str
    step: int
    time: float
    text: str


@dataclass(frozen=True)
class Progress:
    """Where a run is, at one moment.

    Attributes:
        step: steps taken.
        epoch: the current epoch, from 1; 0 before the first step.
        epoch_start: index of the current epoch's first step.
        phase: waiting, compiling, training, validating, or "" after the end.
        rate: steps per second lately, 0 while unknown.
        left: seconds to the end, None while unknown.
        seconds: when the latest step was taken, counted as in `Record.times`.
        learning_rate: that of the latest steps, None while unknown.
    """

    step: int
    epoch: int
    epoch_start: int
    phase: str
    rate: float
    left: float | None
    seconds: float
    learning_rate: float | None
