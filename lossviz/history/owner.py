"""Which process a live run belongs to, and whether that process is still there."""

from __future__ import annotations

import json
import os
import socket
import time
from functools import lru_cache

from lossviz.history.processes import look

SILENCE = 30.0
"""On another machine a run counts as alive for so many seconds after its last sign of life."""


@lru_cache(maxsize=1)
def own() -> str:
    """Name the process that asks, as it stands in the history."""
    return json.dumps(
        {"host": socket.gethostname(), "pid": os.getpid(), "start": look(os.getpid()).start}
    )


def is_alive(owner: str, last_sign: float) -> bool:
    """Whether the process that wrote `owner` still runs.

    Args:
        owner: what `own` gave there.
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
