"""Whether a process of this machine runs, and when it began, on each system in its own way."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from ctypes import wintypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QUERY, SYNCHRONIZE = 0x1000, 0x0010_0000
ACCESS_DENIED = 5
WAIT_TIMEOUT = 0x102
PS_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """What is known of a process.

    Attributes:
        alive: whether it runs; one that has ended and was not yet collected does not.
        start: when it began, in the system's own terms; None where that cannot be read.
    """

    alive: bool
    start: str | None = None


GONE = Process(alive=False)


def look(pid: int) -> Process:
    """The process of this number."""
    if sys.platform == "win32":
        return on_windows(
            pid, ctypes.WinDLL("kernel32", use_last_error=True), ctypes.get_last_error
        )
    if Path("/proc/self/stat").exists():
        return with_proc(pid)
    return with_ps(pid)


def with_proc(pid: int) -> Process:
    """As the kernel's own files tell; the start is in its ticks."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _by_signal(pid)  # /proc may hide the processes of others
    # The name in brackets may hold spaces; what follows it does not.
    fields = stat.rpartition(")")[2].split()
    return GONE if fields[0] in "ZX" else Process(alive=True, start=fields[19])


def with_ps(pid: int) -> Process:
    """As `ps` tells, on macOS and the BSDs."""
    found = _by_signal(pid)
    if not found.alive:
        return found
    try:
        output = subprocess.run(  # noqa: S603 - a number is all that varies
            ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)],  # noqa: S607 - differs by system
            check=False, capture_output=True, text=True, timeout=PS_SECONDS,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        ).stdout  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return found
    state, _, start = output.strip().partition(" ")
    if state.startswith("Z"):
        return GONE
    return Process(alive=True, start=" ".join(start.split()) or None)


def on_windows(pid: int, kernel32: Any, last_error: Any) -> Process:
    """As Windows tells. There `os.kill(pid, 0)` is no question: it ends the process.

    Args:
        pid: the process's number.
        kernel32: the system's library of that name.
        last_error: returns the number of the last call's error.
    """
    kernel32.OpenProcess.restype = wintypes.HANDLE
    handle = kernel32.OpenProcess(QUERY | SYNCHRONIZE, False, pid)
    if not handle:
        # One that belongs to another user is there, but not to be opened.
        return Process(alive=last_error() == ACCESS_DENIED)
    handle = wintypes.HANDLE(handle)
    try:
        # An ended process keeps its number for as long as anybody holds a handle.
        if kernel32.WaitForSingleObject(handle, 0) != WAIT_TIMEOUT:
            return GONE
        created, *others = (wintypes.FILETIME() for _ in range(4))
        if not kernel32.GetProcessTimes(handle, *map(ctypes.byref, (created, *others))):
            return Process(alive=True)
        return Process(True, str(created.dwHighDateTime << 32 | created.dwLowDateTime))
    finally:
        kernel32.CloseHandle(handle)


def _by_signal(pid: int) -> Process:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return GONE
    except OSError:
        return Process(alive=True)  # there, and another user's
    return Process(alive=True)
