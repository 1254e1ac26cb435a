"""The one thread that speaks to pages.

Training threads and message handlers only change locked state; what follows from it is sent from
here, some twenty times a second while anything is alive, and not at all while nothing is.
"""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from typing import Protocol

from lossviz.training.registry import kernel_runs
from lossviz.wire.parent_request import forget_parent

PERIOD = 0.04
"""Seconds between two messages of a live run: with the way to the page and its frame, a step is
seen within 70 ms. A chunk of steps takes about as long, so a message's envelope still weighs little
besides its numbers."""

END_SECONDS = 2.0
"""Seconds that a kernel's end waits for the message that is being sent."""

_log = logging.getLogger(__name__)


class Outlet(Protocol):
    """Something that has news for pages, such as a lab."""

    def publish(self) -> bool:
        """Send what is new; True while more is to be expected soon."""


class Publisher:
    """Calls `publish` of its outlets from one background thread.

    Outlets are held weakly: a lab that nobody needs any more is not kept alive by its publisher.
    """

    def __init__(self) -> None:
        self._outlets: weakref.WeakSet[Outlet] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def register(self, outlet: Outlet) -> None:
        """Publish this outlet from now on."""
        with self._lock:
            self._outlets.add(outlet)
        self.wake()

    def wake(self) -> None:
        """Publish soon; call this after every change that a page should hear of."""
        with self._lock:
            if self._ended.is_set():
                return
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._work, name="lossviz publisher", daemon=True
                )
                self._thread.start()
        self._news.set()

    def end(self) -> None:
        """Send what is left to be said, then nothing any more; the thread has ended.

        At a kernel's end ipykernel stops its sending thread first, and from then on every thread
        writes to the socket itself: parts of two messages would mingle, and the page could not read
        either.
        """
        with self._lock:
            self._ended.set()
            thread = self._thread
        self._news.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(END_SECONDS)

    def _work(self) -> None:
        live = False
        forget_parent()
        ended = False
        while not ended:
            self._news.wait(PERIOD if live else None)
            self._news.clear()
            ended = self._ended.is_set()
            with self._lock:
                outlets = list(self._outlets)
            live = False
            for outlet in outlets:
                try:
                    live |= outlet.publish()
                except Exception:  # noqa: BLE001 - one broken comm must not silence the others
                    _log.exception("lossviz could not publish")
            # Without this the loop variables would keep a deleted lab alive until the next news.
            outlets = []
            outlet = None  # type: ignore[assignment]


publisher = Publisher()


@atexit.register
def _end() -> None:
    """Pages learn of the runs' ends."""
    kernel_runs.stop_all()
    publisher.end()
