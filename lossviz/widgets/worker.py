"""One thread for what takes too long to be done where a page is heard."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable

_log = logging.getLogger(__name__)


class Worker:
    """Does one thing after the other on a thread of its own, which ends when nothing is left.

    Any thread may put work; that returns at once.
    """

    def __init__(self, name: str) -> None:
        """Call the thread "lossviz `name`"."""
        self._name = f"lossviz {name}"
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._working = False

    def put(self, key: Hashable, work: Callable[[], None]) -> None:
        """Do `work` when its turn comes, replacing what waits under the same key."""
        with self._lock:
            self._waiting[key] = work
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                key = next(iter(self._waiting), None)
                work = self._waiting.pop(key, None)
                if work is None:
                    self._working = False
                    return
            try:
                work()
            except Exception:  # noqa: BLE001 - later work is independent of it
                _log.exception("%s has failed", self._name)
