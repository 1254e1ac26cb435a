"""What pages see of one run: a snapshot on attach, then appends by sequence number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lossviz.series import StepSeries, Window
from lossviz.training import EpochRecord, Record
from lossviz.wire import run_states
from lossviz.wire.messages import (
    Append,
    EarlierRun,
    EpochRow,
    FromKernel,
    Range,
    RangeRequest,
    Snapshot,
)

SNAPSHOT_POINTS = 4096
"""About as many values as a snapshot holds at most, whatever the run's length."""

RANGE_POINTS = 1 << 18
"""So many values an answer to a page's question holds at most: a megabyte."""

MOST_EARLIER = 8
"""So many runs before the present one stay on the charts."""

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
        self._earlier: list[Record] = []
        self._waiting: list[str] = []
        self._asked: list[RangeRequest] = []
        self._attached = False
        self._pages: set[str] = set()
        self._had_pages = False
        self._ended: dict[str, EarlierRun] = {}
        self._begin(None)

    def follow(self, record: Record | None, earlier: Sequence[Record] = ()) -> None:
        """Show this run from now on; None shows an empty lab.

        Args:
            record: the run.
            earlier: runs before it that are shown beside it, oldest first.
        """
        with self._lock:
            self._record = record
            self._earlier = [one for one in earlier if one is not record][-MOST_EARLIER:]

    def attach(self, page: str) -> None:
        """A page wants a snapshot; the page "" stands for all pages."""
        with self._lock:
            self._waiting.append(page)
            self._pages.add(page)
            self._had_pages = True

    def detach(self, page: str) -> None:
        """A page is gone. After the last one nothing more is sent, until another page comes."""
        with self._lock:
            self._pages.discard(page)
            self._waiting = [one for one in self._waiting if one != page]
            self._attached = self._attached and bool(self._pages)

    def close(self) -> None:
        """There will be no page any more."""
        with self._lock:
            self._pages.clear()
            self._waiting.clear()
            self._attached, self._had_pages = False, True

    @property
    def left(self) -> bool:
        """Whether pages were there, and all of them have said that they are gone."""
        with self._lock:
            return self._had_pages and not self._pages

    def ask(self, request: RangeRequest) -> None:
        """A page wants steps of a run that it shows."""
        with self._lock:
            self._asked.append(request)

    def publish(self) -> bool:
        """Send what is new; True while the run is alive."""
        with self._lock:
            record, waiting, self._waiting = self._record, self._waiting, []
            asked, self._asked = self._asked, []
            known = {one.id: one for one in (*self._earlier, record) if one is not None}
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
        with self._lock:
            self._attached = bool(self._pages)
        for request in asked:
            # A run may have left the charts since the page asked.
            if request["run"] in known:
                self._answer(request, known[request["run"]])
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
        self._rows: dict[int, EpochRow] = {}

    def _publish_news(self, record: Record) -> None:
        version = record.version
        rows = record.rows
        progress = run_states.progress(record)
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
            message["rows"] = [self._row(record, one) for one in rows[self._rows_sent :]]
        if version != self._version:
            message["state"] = run_states.state(record)
        self._send(message, [_bytes(losses)])
        self._sent += len(losses)
        self._rows_sent = len(rows)
        self._version = version

    def _publish_snapshot(self, page: str, record: Record | None) -> None:
        series = record.series if record is not None else StepSeries()
        progress = run_states.progress(record) if record is not None else None
        start = min(progress["epoch_start"], self._sent) if progress else 0
        window = series.window(start, self._sent, points=SNAPSHOT_POINTS)
        rows = run_states.some(record.rows[: self._rows_sent]) if record is not None else []
        message: Snapshot = {
            "type": "snapshot",
            "page": page,
            "sequence": self._sequence,
            "run": run_states.state(record) if record is not None else None,
            "progress": progress,
            "start": window.start,
            "width": window.width,
            "buckets": len(window.minimum),
            "raw_start": window.raw_start,
            "rows": [self._row(record, one) for one in rows] if record is not None else [],
            "best": run_states.finite(series.best),
            "earlier": [self._describe(one) for one in self._earlier],
        }
        self._send(message, _buffers(window))

    def _answer(self, request: RangeRequest, record: Record) -> None:
        points = min(request["points"], RANGE_POINTS)
        window = record.series.window(request["start"], request["stop"], points=points)
        message: Range = {
            "type": "range",
            "page": request["page"],
            "number": request["number"],
            "run": record.id,
            "start": window.start,
            "width": window.width,
            "buckets": len(window.minimum),
            "raw_start": window.raw_start,
        }
        self._send(message, _buffers(window))

    def _row(self, record: Record, epoch: EpochRecord) -> EpochRow:
        """Each epoch's quantiles are computed once, also when many pages come."""
        if epoch.epoch not in self._rows:
            self._rows[epoch.epoch] = run_states.row(record, epoch)
        return self._rows[epoch.epoch]

    def _describe(self, record: Record) -> EarlierRun:
        if not record.ended:
            return run_states.earlier(record)
        if record.id not in self._ended:
            self._ended[record.id] = run_states.earlier(record)
        return self._ended[record.id]


def _buffers(window: Window) -> list[bytes]:
    return [_bytes(values) for values in (window.minimum, window.maximum, window.raw)]


def _bytes(values: Any) -> bytes:
    return np.ascontiguousarray(values, "<f4").tobytes()
