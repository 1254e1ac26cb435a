"""What pages see of one run: a snapshot on attach, then appends by sequence number."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from lossviz.series import LOSS
from lossviz.training import EpochRecord, Record
from lossviz.wire import run_states, series_parts
from lossviz.wire.messages import Append, FromKernel, Range, RangeRequest, Snapshot
from lossviz.wire.rate_limiter import RateLimiter
from lossviz.wire.run_types import EarlierRun, EpochRow
from lossviz.wire.series_backlog import SeriesBacklog

SNAPSHOT_POINTS = 4096
"""About the most values in a snapshot, whatever the run's length."""

RANGE_POINTS = 1 << 18
"""Most values in an answer to a page's question: a megabyte."""

MOST_NEW_ROWS = 50
"""Most epochs in one append; only tiny epochs bring more in a tenth of a second."""

MOST_EARLIER = 8
"""Most runs before the present one that stay on the charts."""

MOST_SERIES = 64
"""Most series one page may ask for."""

Send = Callable[[FromKernel, list[bytes]], None]


class RunStream:
    """Follows one run after another and sends their numbers to all pages of one channel.

    `follow` and `attach` may be called from any thread; `publish` from the publisher's only.
    """

    def __init__(self, send: Send, clock: Callable[[], float] = time.monotonic) -> None:
        """Send through `send(message, buffers)`; `clock` returns seconds."""
        self._send = send
        self._limiter = RateLimiter(clock)
        self._missed = False
        self._lock = threading.Lock()
        self._record: Record | None = None
        self._earlier: list[Record] = []
        self._announced: list[tuple[str, str, str]] = []
        self._waiting: list[str] = []
        self._asked: list[RangeRequest] = []
        self._attached = False
        self._pages: dict[str, frozenset[str]] = {}
        self._had_pages = False
        self._ended: dict[str, tuple[int, EarlierRun]] = {}
        self._names = frozenset({LOSS})
        self._begin(None)

    def follow(self, record: Record | None, earlier: Sequence[Record] = ()) -> None:
        """Show this run from now on; None shows an empty lab.

        Args:
            record: the run.
            earlier: runs before it that are shown with it, oldest first.
        """
        with self._lock:
            self._record = record
            self._earlier = [one for one in earlier if one is not record][-MOST_EARLIER:]
            before = self._announced
            self._announced = [(one.id, one.name, one.status) for one in self._earlier]
            if before != self._announced:
                # No append tells of them.
                self._waiting += [page for page in self._pages if page not in self._waiting]

    def attach(self, page: str, series: Sequence[str] = ()) -> None:
        """A page wants a snapshot; the page "" means all pages.

        Args:
            page: its name.
            series: which series it shows, besides "loss".
        """
        with self._lock:
            self._waiting = [*(one for one in self._waiting if one != page), page]
            self._pages.pop("", None)
            self._pages[page] = frozenset({LOSS, *series[:MOST_SERIES]})
            self._had_pages = True

    def presume_page(self) -> None:
        """A cell that runs puts up a page, which the kernel may not hear before the cell's end.

        Until a page is heard, all of them get a snapshot every few seconds.
        """
        with self._lock:
            if self._pages:
                return
            self._pages[""] = frozenset({LOSS})
            self._attached, self._missed = True, True
        self._limiter.presume_page()

    def detach(self, page: str) -> None:
        """A page is gone. After the last one nothing more is sent, until another page comes."""
        with self._lock:
            self._pages.pop(page, None)
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
        self._limiter.answered(by_main_thread=main)

    @property
    def unheard(self) -> bool:
        """Whether a page must be there that has said nothing yet."""
        return self._limiter.unheard

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
            pages = dict(self._pages)
        self._names = frozenset({LOSS}).union(*pages.values())
        self._backlog.want(self._names)
        if record is not self._shown or not self._attached:
            self._begin(record)
            if record is None and self._attached:
                # No append will ever tell the pages that the lab is empty again.
                waiting = waiting or [""]
        # Read before the numbers: what is read after the end is all there is.
        live = record is not None and not record.ended
        late = False
        if record is not None and self._attached:
            if self._limiter.deserted:
                self._missed |= self._has_news(record)
            elif self._missed:
                self._missed = False
                self._skip(record)
                waiting = [""]
                self._limiter.sent(0)
            else:
                late = not self._publish_news(record)
        for page in waiting:
            # One for all pages has to hold what any of them shows.
            wanted = pages.get(page, frozenset({LOSS})) if page else self._names
            self._publish_snapshot(page, wanted, record)
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
        self._backlog = SeriesBacklog(record)
        self._backlog.want(self._names)
        self._rows_sent = len(record.rows) if record else 0
        self._version = -1
        self._series_announced = 0
        self._rows: dict[int, EpochRow] = {}
        self._knots = (
            {name: track.since(0)[0] for name, track in record.tracks.items()} if record else {}
        )
        self._rate = record.learning_rates.last if record else None

    def _skip(self, record: Record) -> None:
        """Take all that there is as sent: a snapshot of it follows."""
        sequence, known, version, announced = (
            self._sequence, self._rows, record.version, len(record.series)
        )  # fmt: skip
        self._begin(record)
        self._sequence, self._rows, self._version = sequence, known, version
        self._series_announced = announced

    def _has_news(self, record: Record) -> bool:
        if (len(record.rows), record.version) != (self._rows_sent, self._version):
            return True
        return self._backlog.has_news or len(record.series) != self._series_announced

    def _publish_news(self, record: Record) -> bool:
        """Send an append; False when it has to wait for its bytes to be allowed."""
        if not self._has_news(record):
            return True
        version, announced = record.version, len(record.series)
        rows = record.rows
        progress = run_states.progress(record)
        found = self._backlog.take(progress["epoch_start"], self._limiter.allows)
        if found is None:
            return False
        series, buffers = found
        self._sequence += 1
        message: Append = {
            "type": "append",
            "run": record.id,
            "sequence": self._sequence,
            "progress": progress,
            "series": series,
        }
        if len(rows) > self._rows_sent:
            news = run_states.some(rows[self._rows_sent :], MOST_NEW_ROWS)
            message["rows"] = self._described_rows(record, news)
        self._add_tracks(message, record)
        if (version, announced) != (self._version, self._series_announced):
            message["state"] = run_states.state(record)
        self._send(message, buffers)
        self._limiter.sent(sum(map(len, buffers)))
        self._rows_sent = len(rows)
        self._version, self._series_announced = version, announced
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

    def _publish_snapshot(self, page: str, names: frozenset[str], record: Record | None) -> None:
        progress = run_states.progress(record) if record is not None else None
        start = progress["epoch_start"] if progress else 0
        series, buffers = self._backlog.snapshot(names, start, SNAPSHOT_POINTS)
        rows = run_states.some(record.rows[: self._rows_sent]) if record is not None else []
        message: Snapshot = {
            "type": "snapshot",
            "page": page,
            "sequence": self._sequence,
            "run": run_states.state(record) if record is not None else None,
            "progress": progress,
            "series": series,
            "rows": self._described_rows(record, rows) if record is not None else [],
            "earlier": [self._describe(one) for one in self._earlier],
        }
        knots = [series_parts.knots(record.tracks[name]) for name in self._knots] if record else []
        self._send(message, [*knots, *buffers])

    def _answer(self, request: RangeRequest, record: Record) -> None:
        name, points = request["series"], min(request["points"], RANGE_POINTS)
        start, stop = max(request["start"], 0), request["stop"]
        if name not in record.series:
            return  # of a run that does not have it, there is nothing to show
        series = record.series[name]
        if weight := request["smoothing"]:
            part, buffers = series_parts.smoothed_part(name, series, (start, stop), points, weight)
        else:
            part, buffers = series_parts.part(name, series, start, stop, points)
        message: Range = {
            "type": "range",
            "page": request["page"],
            "number": request["number"],
            "run": record.id,
            "part": part,
        }
        self._send(message, buffers)

    def _described_rows(self, record: Record, epochs: Sequence[EpochRecord]) -> list[EpochRow]:
        """Each epoch's quantiles are computed once, also when many pages come."""
        new = [one for one in epochs if one.epoch not in self._rows]
        for row in run_states.rows(record, new):
            self._rows[row["epoch"]] = row
        return [self._rows[one.epoch] for one in epochs]

    def _describe(self, record: Record) -> EarlierRun:
        if not record.ended:
            return run_states.earlier(record)
        # A resumed run that has ended again has more steps.
        steps, described = self._ended.get(record.id, (-1, None))
        if described is None or steps != len(record.losses):
            described = run_states.earlier(record)
            self._ended[record.id] = (len(record.losses), described)
        return described
