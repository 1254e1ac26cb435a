"""How much may be sent to pages now: a bound on bytes, and on what nobody takes."""

from __future__ import annotations

import threading
from collections.abc import Callable

BYTES_PER_SECOND = 100_000
"""Bytes of a run's steps sent per second at most, over more than a few seconds."""

BURST = 100_000
"""Bytes sent at once after a quiet moment."""

PATIENCE = 10.0
"""A page that is awake answers appends within three seconds. After this many seconds without any
answer nobody is there: what is sent now would only pile up, in the server or in a sleeping page."""

SLOW = 2.0
"""Seconds between two messages to pages that cannot answer: where comms are answered by the main
thread, a running cell keeps the kernel from hearing them."""


class RateLimiter:
    """Decides what a stream may send. `answered` may be called from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take the time, in seconds, from `clock`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._bytes = float(BURST)
        self._filled = clock()
        self._unanswered: float | None = None
        self._sent = -SLOW
        self._hears = True
        self._unheard = False

    def presume_page(self) -> None:
        """A cell that runs has put a page up, which the kernel may not hear before its end."""
        with self._lock:
            self._unheard = True

    def answered(self, *, by_main_thread: bool) -> None:
        """A page has said something; `by_main_thread` when that one hears pages."""
        with self._lock:
            self._unanswered = None
            self._unheard = False
            self._hears = not by_main_thread

    @property
    def unheard(self) -> bool:
        """Whether a page must be there that has said nothing yet."""
        with self._lock:
            return self._unheard

    @property
    def deserted(self) -> bool:
        """Whether nobody takes what is sent, so that nothing should be."""
        with self._lock:
            if self._unheard:
                return self._clock() - self._sent < SLOW
            if self._unanswered is None or self._sent - self._unanswered <= PATIENCE:
                return False
            return self._hears or self._clock() - self._sent < SLOW

    def allows(self, size: int) -> bool:
        """Whether this number of bytes may be sent now."""
        with self._lock:
            now = self._clock()
            self._bytes = min(BURST, self._bytes + BYTES_PER_SECOND * (now - self._filled))
            self._filled = now
            return size <= self._bytes

    def sent(self, size: int) -> None:
        """Note that bytes have been sent, and that a page should answer."""
        with self._lock:
            self._bytes -= size
            before, self._sent = self._sent, self._clock()
            # After a pause of the run a page has to answer again.
            if self._unanswered is None or self._sent - before > PATIENCE:
                self._unanswered = self._sent
