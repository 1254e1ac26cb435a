"""Which process a live run belongs to, and whether that process is still there."""

from __future__ import annotations

import json
import os
import socket
import time
from functools import lru_cache
from pathlib import Path

SILENCE = 30.0
"""On another machine a run counts as alive for so many seconds after its last sign of life."""


@lru_cache(maxsize=1)
def own() -> str:
    """Name the process that asks, as it stands in the history."""
    return json.dumps(
        {"host": socket.gethostname(), "pid": os.getpid(), "start": _start(os.getpid())}
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
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # there, and somebody else's
    # A number may have been given to another process since.
    return start is None or _start(pid) in {None, start}


def _start(pid: int) -> str | None:
    """When a process began, in the kernel's own ticks; None where that cannot be read."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in brackets may hold spaces; what follows it does not. A zombie runs no more.
    fields = stat.rpartition(")")[2].split()
    return "ended" if fields[0] == "Z" else fields[19]
