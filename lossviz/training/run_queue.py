"""One run trains at a time; the others wait in the order in which they were started."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class RunQueue:
    """The runs of this process that train or wait. Safe to use from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tokens: deque[object] = deque()

    def wait(self, token: object, still_wanted: Callable[[], bool]) -> bool:
        """Join the queue and wait until every token ahead of this one has left.

        Returns True when it is this token's turn, and False as soon as it is no longer wanted; call
        `wake` when that may have changed. Call `leave` afterwards in both cases.
        """
        with self._changed:
            self._tokens.append(token)
            self._changed.wait_for(lambda: self._tokens[0] is token or not still_wanted())
            return still_wanted()

    def leave(self, token: object) -> None:
        """Let the next one in; harmless when `token` has left before."""
        with self._changed:
            if token in self._tokens:
                self._tokens.remove(token)
                self._changed.notify_all()

    def wake(self) -> None:
        """Let waiting runs check again whether they are still wanted."""
        with self._changed:
            self._changed.notify_all()


run_queue = RunQueue()
