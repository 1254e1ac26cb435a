"""Memory of ended runs, freed and handed back to the system."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import itertools

RUNS = 8
"""Ended runs that may wait to be freed. Their graphs are reference cycles, which Python's own
collection finds late; looking for them costs about a tenth of a second."""

_started = itertools.count(1)


def release_memory() -> None:
    """Free what ended runs have left, once every few calls. Called before a run compiles, when a
    tenth of a second is not felt.

    A compiled step is many small blocks from several threads. glibc keeps those for later, in such
    small pieces that hundreds of runs in one kernel look like a leak; on other platforms that
    part does nothing.
    """
    if next(_started) % RUNS:
        return
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
