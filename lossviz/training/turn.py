"""One run trains at a time; the others wait in the order in which they were started."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

_changed = threading.Condition()
_waiting: deque[object] = deque()


def take_turn(token: object, still_wanted: Callable[[], bool]) -> bool:
    """Wait until all before `token` have left.

    Gives True when it is its turn, and False as soon as it is no longer wanted; call `look_again`
    when that may have changed. Either way, `leave` is due afterwards.
    """
    with _changed:
        _waiting.append(token)
        _changed.wait_for(lambda: _waiting[0] is token or not still_wanted())
        return still_wanted()


def leave(token: object) -> None:
    """Let the next one in; harmless when `token` has left before."""
    with _changed:
        if token in _waiting:
            _waiting.remove(token)
            _changed.notify_all()


def look_again() -> None:
    """Let waiting runs ask again whether they are wanted."""
    with _changed:
        _changed.notify_all()
