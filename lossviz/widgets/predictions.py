"""What a lab's model says of a few held-out samples: one worker, however often it is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable

Drawn = tuple[str, str]
"""A Plotly figure as JSON and "", or "" and why there is none."""


class Predictions:
    """Answers pages from one thread at a time. Any thread may ask; that returns at once."""

    def __init__(self, draw: Callable[[], Drawn], answer: Callable[[str, Drawn], None]) -> None:
        """Answer with `answer(page, drawn)` each page that asked before `draw` was begun."""
        self._draw, self._answer = draw, answer
        self._lock = threading.Lock()
        self._waiting: dict[str, None] = {}
        self._working = False

    def ask(self, page: str) -> None:
        """Answer a page with them as they are now."""
        with self._lock:
            self._waiting[page] = None
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name="lossviz predict", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                pages, self._waiting = self._waiting, {}
                if not pages:
                    self._working = False
                    return
            drawn = self._draw()
            for page in pages:
                self._answer(page, drawn)
