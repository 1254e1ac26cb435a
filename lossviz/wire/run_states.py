"""A run's record as pages get it: typed, rounded and bounded in size."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from lossviz.training import EpochRecord, Event, Record
from lossviz.wire.run_types import EarlierRun, EpochRow, EventMark, Progress, RunState

MOST_ROWS = 2000
"""The most epochs in a snapshot; a chart has no room to show more of them apart."""

MOST_EVENTS = 50
"""The most events of each kind: a callback that changes the learning rate after every epoch must
not push out a pause."""

LEAST_ROWS = 16
"""The least for each metric, to keep its curve's shape: eight stretches, two extremes each."""

TOLD_ELSEWHERE = frozenset({"started", "completed", "stopped"})


def rows(record: Record, epochs: Sequence[EpochRecord]) -> list[EpochRow]:
    """The epochs' means, the range of most of their steps' losses, and when they ended."""
    ends = np.array([one.first_step + one.steps for one in epochs], np.float64)
    seconds = record.times.at(ends)
    rates = record.learning_rates.at(ends - 1, later=True)
    return [_row(record, *one) for one in zip(epochs, seconds, rates, strict=True)]


def _row(record: Record, epoch: EpochRecord, seconds: float, rate: float) -> EpochRow:
    low, high = record.spread(epoch)
    return {
        "epoch": epoch.epoch,
        "first_step": epoch.first_step,
        "steps": epoch.steps,
        "metrics": {name: finite(value) for name, value in epoch.metrics.items()},
        "low": finite(low),
        "high": finite(high),
        "seconds": finite(seconds),
        "learning_rate": finite(rate),
    }


def finite(value: float) -> float | None:
    """Rounded to the seven digits of a float32; None for what JSON cannot hold."""
    return float(f"{value:.7g}") if math.isfinite(value) else None


def some(epochs: Sequence[EpochRecord], most: int = MOST_ROWS) -> list[EpochRecord]:
    """At most about `most` of the epochs: of each stretch the least and the greatest value of the
    loss and of the other metrics, as far as there is room, and the first and the last epoch.
    """
    if len(epochs) <= most:
        return list(epochs)
    names = list({name: None for one in (epochs[0], epochs[-1]) for name in one.metrics})
    names = sorted(names, key=lambda name: name != "loss")[: max(most // LEAST_ROWS, 1)]
    kept = {0, len(epochs) - 1}
    stretches = np.array_split(np.arange(len(epochs)), max(most // (2 * max(len(names), 1)), 1))
    for name in names:
        values = np.array([one.metrics.get(name, math.nan) for one in epochs], float)
        finite = np.isfinite(values)
        low, high = np.where(finite, values, np.inf), np.where(finite, values, -np.inf)
        for stretch in stretches:
            kept |= {int(stretch[low[stretch].argmin()]), int(stretch[high[stretch].argmax()])}
    return [epochs[index] for index in sorted(kept)]


def earlier(record: Record, most: int = MOST_ROWS // 4) -> EarlierRun:
    """A run beside the one that is followed."""
    last = record.losses.read(len(record.losses) - 1)
    return {
        "run": state(record),
        "progress": progress(record),
        "rows": rows(record, some(record.rows, most)),
        "last": finite(float(last[0])) if len(last) else None,
        "best": finite(record.losses.best),
    }


def progress(record: Record) -> Progress:
    """Where a run is now."""
    now = record.progress()
    return {
        "step": now.step,
        "epoch": now.epoch,
        "epoch_start": now.epoch_start,
        "phase": now.phase,
        "rate": round(now.rate, 1),
        "left": None if now.left is None else round(now.left, 1),
        "seconds": round(now.seconds, 2),
    }


def state(record: Record) -> RunState:
    """Everything a page shows of a run except its series."""
    error = None
    if record.error is not None:
        error = {
            "message": record.error_message,
            "traceback": record.error_traceback,
            "step": len(record.losses),
        }
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "epochs": record.epochs,
        "steps_per_epoch": record.steps_per_epoch,
        "device": record.device,
        "colour": record.number - 1,
        "loss": record.loss,
        "events": _latest(record.events),
        "checkpoints": record.checkpoints,
        "error": error,  # type: ignore[typeddict-item]
        "series": [
            {"name": one.name, "kind": one.kind, "unit": one.unit}
            for one in record.series.describe()
        ],
    }


def _latest(events: Sequence[Event]) -> list[EventMark]:
    """The latest events of each kind, in order."""
    kept: list[EventMark] = []
    kinds: Counter[str] = Counter()
    for one in reversed(events):
        kinds[one.kind] += 1
        if one.kind not in TOLD_ELSEWHERE and kinds[one.kind] <= MOST_EVENTS:
            kept.append(EventMark(kind=one.kind, step=one.step, text=one.text))
    return kept[::-1]
