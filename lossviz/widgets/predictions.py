"""A lab's model's predictions for a few validation samples: drawn once per state of the model."""

from __future__ import annotations

import threading
from typing import Any

from lossviz.widgets.room import Desk
from lossviz.widgets.worker import Worker


class Predictions:
    """Answers pages from one thread at a time. Any thread may ask; that returns at once."""

    def __init__(self, desk: Desk) -> None:
        """Draw what the desk's lab has trained."""
        self._desk = desk
        self._worker = Worker("predict")
        self._lock = threading.Lock()
        self._waiting: dict[str, None] = {}

    def take(self, kind: Any, message: dict[str, Any]) -> bool:
        """A page says something; whether it asks for predictions."""
        if (kind, message.get("command")) != ("command", "predict"):
            return False
        self.ask(str(message["page"]))
        return True

    def ask(self, page: str) -> None:
        """Answer a page with them as they are now."""
        with self._lock:
            self._waiting[page] = None
        self._worker.put("draw", self._draw)

    def _draw(self) -> None:
        with self._lock:
            pages, self._waiting = self._waiting, {}
        figure, text = self._desk.session.predictions()
        for page in pages:
            self._desk.answer({"type": "predictions", "page": page, "figure": figure, "text": text})
