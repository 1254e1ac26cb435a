"""What of a run's series has been sent to pages, and what is new."""

from __future__ import annotations

from collections.abc import Callable

from lossviz.series import StepSeries
from lossviz.training import Record
from lossviz.wire import series_parts
from lossviz.wire.run_types import SeriesNews, SeriesPart

WINDOW_POINTS = 1024
"""About as many values as steps take the place of which there are too many to be sent: about two
pixels of a wide chart for each bucket."""


class SeriesBacklog:
    """The series of one run that pages have asked for. Used by the publisher's thread only.

    What was recorded before a series was asked for goes into snapshots; later values, into appends.
    """

    def __init__(self, record: Record | None) -> None:
        """Follow the series of `record`."""
        self._record = record
        self._sent: dict[str, int] = {}

    def want(self, names: frozenset[str]) -> None:
        """Send what is new of these from now on, and of no others."""
        # A series that does not exist yet has no length, and is sent from its beginning.
        self._sent = {
            name: self._sent[name] if name in self._sent else self._length(name)
            for name in sorted(names)
        }

    @property
    def has_news(self) -> bool:
        """Whether there are values that have not been sent."""
        return any(self._length(name) > sent for name, sent in self._sent.items())

    def take(
        self, epoch_start: int, allows: Callable[[int], bool]
    ) -> tuple[list[SeriesNews], list[bytes]] | None:
        """What is new, which then has been sent; None where it has to wait.

        Args:
            epoch_start: where the current epoch begins, for a range that replaces too many steps.
            allows: whether this number of bytes may be sent now.
        """
        record = self._record
        assert record is not None
        # In one moment: page and kernel must agree on how many steps there are.
        new = {
            name: (sent, stop) for name, sent in self._sent.items()
            if (stop := self._length(name)) > sent
        }  # fmt: skip
        size = sum(
            series_parts.size(record.series[name], stop - sent)
            for name, (sent, stop) in new.items()
        )
        raw = allows(size)
        if not raw and not allows(min(size, 12 * WINDOW_POINTS * len(new))):
            return None
        messages: list[SeriesNews] = []
        buffers: list[bytes] = []
        for name, (sent, stop) in new.items():
            series = record.series[name]
            if raw or not isinstance(series, StepSeries):
                news, found = series_parts.news(name, series, sent, stop)
            else:
                part, found = series_parts.part(
                    name, series, min(epoch_start, stop), stop, WINDOW_POINTS
                )
                news = {"name": name, "start": sent, "part": part}
            messages.append(news)
            buffers += found
            self._sent[name] = stop
        return messages, buffers

    def snapshot(
        self, names: frozenset[str], start: int, points: int
    ) -> tuple[list[SeriesPart], list[bytes]]:
        """What has been sent of these series, from the step `start` on, in bounded size."""
        parts: list[SeriesPart] = []
        buffers: list[bytes] = []
        record = self._record
        for name in sorted(names):
            if record is None or name not in record.series:
                continue
            series, sent = record.series[name], self._sent.get(name, 0)
            if isinstance(series, StepSeries):
                part, found = series_parts.part(name, series, min(start, sent), sent, points)
            else:
                window = series.head(sent, points=points)
                part, found = series_parts.of_sparse_window(name, 0, window)
            parts.append(part)
            buffers += found
        return parts, buffers

    def _length(self, name: str) -> int:
        record = self._record
        if record is None or name not in record.series:
            return 0
        series = record.series[name]
        # Others are longer for the moment in which a chunk is added.
        return len(record.losses) if isinstance(series, StepSeries) else len(series)
