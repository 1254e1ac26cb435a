"""The runs of this kernel: which are there, which train, and who wants to hear of new ones."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable

from lossviz.training import recording
from lossviz.training.run import Run

END_SECONDS = 2.0
"""Seconds that a kernel's end waits for all runs together."""

at_start: list[Callable[[Run], None]] = [recording.follow]
"""Each is called with every new run, on the thread that starts it, before its first step."""

_lock = threading.Lock()
_newest: weakref.WeakValueDictionary[str, Run] = weakref.WeakValueDictionary()
_alive: dict[str, tuple[Run, threading.Thread | None]] = {}


def register(run: Run, thread: threading.Thread | None = None) -> None:
    """Make a new run known: to the history, to labs, and to `live_runs` until it has ended.

    Args:
        run: the run, before its first step. One that goes on under the id of an earlier part takes
            that one's place.
        thread: the thread that trains it, for which a kernel's end waits; None where the user's own
            code does.
    """
    record = run.record
    with _lock:
        _newest[run.id] = run
        _alive[run.id] = (run, thread)
    record.at_end.append(lambda: _forget(run))
    for hear in at_start:
        hear(run)


def find(run: str) -> Run | None:
    """The run of this id that this kernel holds: of several that were resumed the last one."""
    return _newest.get(run)


def live_runs() -> list[Run]:
    """The runs of this kernel that have not ended, in the order in which they were started.

    A run stays here until its end also when no variable holds it any more: a paused one can be
    resumed or stopped from here.

    Example:
        >>> import lossviz
        >>> [run.status for run in lossviz.live_runs()]
        []
    """
    with _lock:
        return [run for run, _ in _alive.values() if not run.record.ended]


def stop_all() -> None:
    """End all runs, as at the end of the interpreter, where a training thread would crash."""
    with _lock:
        living = list(_alive.values())
    for run, _ in living:
        run.stop()
    deadline = time.monotonic() + END_SECONDS
    for _, thread in living:
        if thread is not None:
            thread.join(max(0.0, deadline - time.monotonic()))


def _forget(run: Run) -> None:
    """`run` has ended. Its thread may still be at its last lines."""
    with _lock:
        if _alive.get(run.id, (None, None))[0] is run:
            del _alive[run.id]


atexit.register(stop_all)
