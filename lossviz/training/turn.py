"""One run trains at a time; the others wait in the order in which they were started."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_changed = threading.Condition()
_waiting: deque[object] = deque()


@contextmanager
def turn(still_wanted: Callable[[], bool]) -> Iterator[bool]:
    """Wait until all runs before this one have ended.

    Gives True when it is this run's turn, and False as soon as it is no longer wanted; call
    `look_again` when that may have changed.
    """
    token = object()
    with _changed:
        _waiting.append(token)
        _changed.wait_for(lambda: _waiting[0] is token or not still_wanted())
        granted = still_wanted()
    try:
        yield granted
    finally:
        with _changed:
            _waiting.remove(token)
            _changed.notify_all()


def look_again() -> None:
    """Let waiting runs ask again whether they are wanted."""
    with _changed:
        _changed.notify_all()
