"""What pages see of one run: a snapshot on attach, then appends by sequence number."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lossviz.series import StepSeries, Track, Window, smoothed
from lossviz.training import EpochRecord, Record
from lossviz.wire import run_states
from lossviz.wire.allowance import Allowance
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

WINDOW_POINTS = 1024
"""About as many values as steps take the place of which there are too many to be sent: about two
pixels of a wide chart for each bucket."""

WINDOW_BYTES = 12 * WINDOW_POINTS

MOST_NEW_ROWS = 50
"""So many epochs travel in one append; more than that end in a tenth of a second in play only."""

MOST_EARLIER = 8
"""So many runs before the present one stay on the charts."""

Send = Callable[[FromKernel, list[bytes]], None]


class Feed:
    """Follows one run after another and sends their numbers to all pages of one channel.

    `follow` and `attach` may be called from any thread; `publish` from the publisher's only.
    """

    def __init__(self, send: Send, clock: Callable[[], float] = time.monotonic) -> None:
        """Send through `send(message, buffers)`; `clock` gives seconds."""
        self._send = send
        self._allowance = Allowance(clock)
        self._missed = False
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
            self._pages.discard("")
            self._pages.add(page)
            self._had_pages = True

    def presume_page(self) -> None:
        """A cell that runs puts up a page, which the kernel may not hear before the cell's end.

        Until a page is heard, all of them get a snapshot every few seconds.
        """
        with self._lock:
            if self._pages:
                return
            self._pages.add("")
            self._attached, self._missed = True, True
        self._allowance.presume_page()

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

    def answered(self) -> None:
        """A page has said something; call it on the thread that hears pages."""
        main = threading.current_thread() is threading.main_thread()
        self._allowance.answered(by_main_thread=main)

    @property
    def unheard(self) -> bool:
        """Whether a page must be there that has said nothing yet."""
        return self._allowance.unheard

    def ask(self, request: RangeRequest) -> None:
        """A page wants steps of a run that it shows."""
        with self._lock:
            self._asked.append(request)

    def publish(self) -> bool:
        """Send what is new; True while the run is alive, or there is more to send.

        Without a page that answers, nothing is sent; the first one that does gets all pages a
        snapshot.
        """
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
        late = False
        if record is not None and self._attached:
            if self._allowance.deserted:
                self._missed |= self._has_news(record)
            elif self._missed:
                self._missed = False
                self._skip(record)
                waiting = [""]
                self._allowance.sent(0)
            else:
                late = not self._publish_news(record)
        for page in waiting:
            self._publish_snapshot(page, record)
        with self._lock:
            self._attached = bool(self._pages)
        for request in asked:
            # A run may have left the charts since the page asked.
            if request["run"] in known:
                self._answer(request, known[request["run"]])
        return live or late or (self._missed and self.unheard)

    def _begin(self, record: Record | None) -> None:
        """Start over with this run. What it has recorded so far is for snapshots: a page that sees
        an append for a run it does not know asks for one.
        """
        self._shown = record
        self._sequence = 0
        self._sent = len(record.losses) if record else 0
        self._rows_sent = len(record.rows) if record else 0
        self._version = -1
        self._rows: dict[int, EpochRow] = {}
        self._knots = (
            {name: track.since(0)[0] for name, track in record.tracks.items()} if record else {}
        )
        self._rate = record.learning_rates.last if record else None

    def _skip(self, record: Record) -> None:
        """Take all that there is as sent: a snapshot of it follows."""
        sequence, known, version = self._sequence, self._rows, record.version
        self._begin(record)
        self._sequence, self._rows, self._version = sequence, known, version

    def _has_news(self, record: Record) -> bool:
        sent = (self._sent, self._rows_sent, self._version)
        return (len(record.losses), len(record.rows), record.version) != sent

    def _publish_news(self, record: Record) -> bool:
        """Send an append; False when it has to wait for its bytes to be allowed."""
        if not self._has_news(record):
            return True
        version = record.version
        rows = record.rows
        progress = run_states.progress(record)
        stop = len(record.losses)
        raw = self._allowance.allows(4 * (stop - self._sent))
        if not raw and not self._allowance.allows(WINDOW_BYTES):
            return False
        self._sequence += 1
        message: Append = {
            "type": "append",
            "run": record.id,
            "sequence": self._sequence,
            "start": self._sent,
            "progress": progress,
        }
        if len(rows) > self._rows_sent:
            news = run_states.some(rows[self._rows_sent :], MOST_NEW_ROWS)
            message["rows"] = self._described_rows(record, news)
        self._add_tracks(message, record)
        if raw:
            buffers = [_bytes(record.losses.read(self._sent, stop))]
        else:
            buffers = self._add_window(message, record, min(progress["epoch_start"], stop), stop)
        if version != self._version:
            message["state"] = run_states.state(record)
        self._send(message, buffers)
        self._allowance.sent(sum(map(len, buffers)))
        self._sent = stop
        self._rows_sent = len(rows)
        self._version = version
        return True

    def _add_tracks(self, message: Append, record: Record) -> None:
        self._knots["times"], times = record.times.since(self._knots["times"])
        if times:
            message["times"] = [[step, round(seconds, 3)] for step, seconds in times]
        number, rates = record.learning_rates.since(self._knots["learning_rates"])
        self._knots["learning_rates"] = number
        if rates:
            message["learning_rates"] = [[step, float(f"{rate:.7g}")] for step, rate in rates]
            self._rate = rates[-1][1]
        last = record.learning_rates.last
        if last is not None and last != self._rate:
            message["learning_rate"] = float(f"{last:.7g}")
            self._rate = last

    def _add_window(self, message: Append, record: Record, start: int, stop: int) -> list[bytes]:
        window = record.losses.window(start, stop, points=WINDOW_POINTS)
        message["window"] = {
            "start": window.start,
            "width": window.width,
            "buckets": len(window.minimum),
            "raw_start": window.raw_start,
            "best": run_states.finite(record.losses.best),
        }
        return _buffers(window)

    def _publish_snapshot(self, page: str, record: Record | None) -> None:
        series = record.losses if record is not None else StepSeries()
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
            "rows": self._described_rows(record, rows) if record is not None else [],
            "best": run_states.finite(series.best),
            "earlier": [self._describe(one) for one in self._earlier],
        }
        knots = [_knots(record.tracks[name]) for name in self._knots] if record else []
        self._send(message, [*_buffers(window), *knots])

    def _answer(self, request: RangeRequest, record: Record) -> None:
        points = min(request["points"], RANGE_POINTS)
        start, stop = max(request["start"], 0), request["stop"]
        series, first = record.losses, 0
        if request["smoothing"]:
            series, first = StepSeries(), start
            series.append(smoothed(record.losses.read(start, stop), request["smoothing"]))
        window = series.window(start - first, stop - first, points=points)
        message: Range = {
            "type": "range",
            "page": request["page"],
            "number": request["number"],
            "run": record.id,
            "start": first + window.start,
            "width": window.width,
            "buckets": len(window.minimum),
            "raw_start": first + window.raw_start,
        }
        self._send(message, _buffers(window))

    def _described_rows(self, record: Record, epochs: Sequence[EpochRecord]) -> list[EpochRow]:
        """Each epoch's quantiles are computed once, also when many pages come."""
        new = [one for one in epochs if one.epoch not in self._rows]
        for row in run_states.rows(record, new):
            self._rows[row["epoch"]] = row
        return [self._rows[one.epoch] for one in epochs]

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


def _knots(track: Track) -> bytes:
    return np.ascontiguousarray(track.knots(), "<f8").tobytes()
