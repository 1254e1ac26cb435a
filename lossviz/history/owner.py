"""Which process a live run belongs to, and whether that process is still there."""

from __future__ import annotations

import json
import os
import socket
import time
from functools import lru_cache

from lossviz.history.processes import look

SILENCE = 30.0
"""Seconds after its last sign of life for which a run on another machine counts as alive."""


@lru_cache(maxsize=1)
def own() -> str:
    """The name of this process, as stored in the history."""
    return json.dumps(
        {"host": socket.gethostname(), "pid": os.getpid(), "start": look(os.getpid()).start}
    )


def is_alive(owner: str, last_sign: float) -> bool:
    """Whether the process that wrote `owner` still runs.

    Args:
        owner: what `own` returned there.
        last_sign: when it last wrote, in seconds since 1970; decides for other machines, whose
            processes cannot be seen.
    """
    try:
        known = json.loads(owner)
        host, pid, start = known["host"], int(known["pid"]), known["start"]
    except (ValueError, TypeError, KeyError):
        return False
    if host != socket.gethostname():
        return time.time() - last_sign < SILENCE
    found = look(pid)
    # A number may have been given to another process since.
    return found.alive and (start is None or found.start in {None, start})
