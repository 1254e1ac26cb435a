"""What pages see of one run: a snapshot on attach, then appends by sequence number."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from lossviz.series import StepSeries
from lossviz.training import EpochRecord, Record
from lossviz.wire.messages import (
    Append,
    EpochRow,
    FromKernel,
    Progress,
    RunState,
    Snapshot,
)

SNAPSHOT_POINTS = 4096
"""About as many values as a snapshot holds at most, whatever the run's length."""

Send = Callable[[FromKernel, list[bytes]], None]


class Feed:
    """Follows one run after another and sends their numbers to all pages of one channel.

    `follow` and `attach` may be called from any thread; `publish` from the publisher's only.
    """

    def __init__(self, send: Send) -> None:
        """Send through `send(message, buffers)`."""
        self._send = send
        self._lock = threading.Lock()
        self._record: Record | None = None
        self._waiting: list[str] = []
        self._attached = False
        self._begin(None)

    def follow(self, record: Record | None) -> None:
        """Show this run from now on; None shows an empty lab."""
        with self._lock:
            self._record = record

    def attach(self, page: str) -> None:
        """A page wants a snapshot; the page "" stands for all pages."""
        with self._lock:
            self._waiting.append(page)

    def publish(self) -> bool:
        """Send what is new; True while the run is alive."""
        with self._lock:
            record, waiting, self._waiting = self._record, self._waiting, []
        if record is not self._shown or not self._attached:
            self._begin(record)
            if record is None and self._attached:
                # No append will ever tell the pages that the lab is empty again.
                waiting = waiting or [""]
        # Read before the numbers: what is read after the end is all there is.
        live = record is not None and not record.ended
        if record is not None and self._attached:
            self._publish_news(record)
        for page in waiting:
            self._publish_snapshot(page, record)
        self._attached = self._attached or bool(waiting)
        return live

    def _begin(self, record: Record | None) -> None:
        """Start over with this run. What it has recorded so far is for snapshots: a page that sees
        an append for a run it does not know asks for one.
        """
        self._shown = record
        self._sequence = 0
        self._sent = len(record.series) if record else 0
        self._rows_sent = len(record.rows) if record else 0
        self._version = -1

    def _publish_news(self, record: Record) -> None:
        version = record.version
        rows = record.rows
        progress = _progress(record)
        losses = record.series.read(self._sent)
        if not len(losses) and len(rows) == self._rows_sent and version == self._version:
            return
        self._sequence += 1
        message: Append = {
            "type": "append",
            "run": record.id,
            "sequence": self._sequence,
            "start": self._sent,
            "progress": progress,
        }
        if len(rows) > self._rows_sent:
            message["rows"] = [_row(row) for row in rows[self._rows_sent :]]
        if version != self._version:
            message["state"] = _state(record)
        self._send(message, [_bytes(losses)])
        self._sent += len(losses)
        self._rows_sent = len(rows)
        self._version = version

    def _publish_snapshot(self, page: str, record: Record | None) -> None:
        series = record.series if record is not None else StepSeries()
        progress = _progress(record) if record is not None else None
        start = min(progress["epoch_start"], self._sent) if progress else 0
        window = series.window(start, self._sent, points=SNAPSHOT_POINTS)
        message: Snapshot = {
            "type": "snapshot",
            "page": page,
            "sequence": self._sequence,
            "run": _state(record) if record is not None else None,
            "progress": progress,
            "start": window.start,
            "width": window.width,
            "buckets": len(window.minimum),
            "raw_start": window.raw_start,
            "rows": [_row(row) for row in record.rows[: self._rows_sent]] if record else [],
        }
        buffers = [window.minimum, window.maximum, window.raw]
        self._send(message, [_bytes(values) for values in buffers])


def _bytes(values: Any) -> bytes:
    return np.ascontiguousarray(values, "<f4").tobytes()


def _row(row: EpochRecord) -> EpochRow:
    return {
        "epoch": row.epoch,
        "first_step": row.first_step,
        "steps": row.steps,
        "metrics": {
            # Seven digits are what a float32 holds; JSON knows no NaN.
            name: float(f"{value:.7g}") if math.isfinite(value) else None
            for name, value in row.metrics.items()
        },
    }


def _progress(record: Record) -> Progress:
    progress = record.progress()
    return {
        "step": progress.step,
        "epoch": progress.epoch,
        "epoch_start": progress.epoch_start,
        "phase": progress.phase,
        "rate": round(progress.rate, 1),
        "left": None if progress.left is None else round(progress.left, 1),
    }


def _state(record: Record) -> RunState:
    error = None
    if record.error is not None:
        error = {
            "message": record.error_message,
            "traceback": record.error_traceback,
            "step": len(record.series),
        }
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "epochs": record.epochs,
        "steps_per_epoch": record.steps_per_epoch,
        "device": record.device,
        "colour": record.number - 1,
        "error": error,  # type: ignore[typeddict-item]
    }
