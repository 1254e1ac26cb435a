"""A run as it stays in a notebook that is saved: a snapshot of bounded size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lossviz.series import LOSS, PiecewiseLinear
from lossviz.training import Record
from lossviz.wire import run_states
from lossviz.wire.messages import Saved
from lossviz.wire.run_types import EarlierRun
from lossviz.wire.series_parts import float64, part

POINTS = 1024
"""About as many values of the steps; as float32 in base64 some 11 KB."""

MOST_OTHERS, OTHER_POINTS = 4, 256
"""Other series, the gradient norm among them, and the points of each: some 3 KB a series."""

MOST_ROWS = 120
"""Most epochs, some 150 bytes each."""

MOST_KNOTS = 200
"""Most knots of the time per step, and of the learning rate."""

MOST_EARLIER, EARLIER_ROWS = 4, 30


def saved(record: Record, earlier: Sequence[Record]) -> Saved:
    """What a page without a kernel can show of this run and of the ones before it.

    Numbers and names alone: a traceback tells of the machine and stays in the kernel.
    """
    now = run_states.progress(record)
    steps = len(record.losses)
    # The steps of the last epoch, or of all epochs where those are few.
    start = 0 if steps <= POINTS else min(now["epoch_start"], steps)
    values = [part(LOSS, record.losses, start, steps, POINTS)]
    values += [part(name, record.series[name], 0, steps, OTHER_POINTS) for name in _others(record)]
    rows = run_states.some(record.rows, MOST_ROWS)
    state = run_states.state(record)
    if state["error"] is not None:
        state["error"]["traceback"] = ""
    return {
        "message": {
            "type": "snapshot",
            "page": "",
            "sequence": 0,
            "run": state,
            "progress": now,
            "series": [described for described, _ in values],
            "rows": run_states.rows(record, rows),
            "earlier": [_earlier(one) for one in earlier[-MOST_EARLIER:]],
        },
        "buffers": [
            *(_knots(track) for track in record.tracks.values()),
            *(one for _, buffers in values for one in buffers),
        ],
    }


def _others(record: Record) -> list[str]:
    """The series beside the loss that are kept: those first that a lab shows without asking."""
    first = ["gradient_norm", "learning_rate"]
    names = [name for name in record.series if name != LOSS]
    return sorted(names, key=lambda name: name not in first)[:MOST_OTHERS]


def _knots(track: PiecewiseLinear) -> bytes:
    knots = track.knots()
    kept = np.unique(np.linspace(0, knots.shape[1] - 1, MOST_KNOTS).astype(int))
    few = knots if knots.shape[1] <= MOST_KNOTS else knots[:, kept]
    return float64(few)


def _earlier(record: Record) -> EarlierRun:
    found = run_states.earlier(record, EARLIER_ROWS)
    if found["run"]["error"] is not None:
        found["run"]["error"]["traceback"] = ""
    return found
