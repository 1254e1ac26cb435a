"""How much room the runs take, giving room back to the disk, and where there is none."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from lossviz.history.faults import StoreError

if TYPE_CHECKING:
    import sqlite3

WAIT_MILLISECONDS = 200
"""So long giving room back waits for other kernels that read; the next time does it, too."""

_FULL = ("No space left on device", "disk is full", "Disk quota exceeded")


def is_disk_full(error: BaseException) -> bool:
    """Whether there was no room to write, in the words of Python, TensorFlow or SQLite."""
    full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    return full or any(words in str(error) for words in _FULL)


def pages_in_use(connection: sqlite3.Connection) -> int:
    """Bytes that rows and indices take.

    The file may be larger: what was deleted leaves free pages, and the write-ahead log holds copies
    of what is in the file as well.
    """
    size, pages, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count")
    )
    return int(size * (pages - free))


def by_folder(parent: Path) -> dict[str, int]:
    """Bytes of the files in each folder of `parent`, by the folder's name: one pass over all."""
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        return {
            entry.name: _bytes(entry.path)
            for entry in entries
            if entry.is_dir(follow_symlinks=False)
        }
    return {}


def shrink(connection: sqlite3.Connection) -> None:
    """Cut free pages and the write-ahead log off; not where another kernel is in the way."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout={WAIT_MILLISECONDS}")
    try:
        with contextlib.suppress(StoreError):
            # As a script: `execute` takes the step that frees the first page for the last one.
            connection.executescript("PRAGMA incremental_vacuum")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout={before}")


def _bytes(folder: str) -> int:
    total = 0
    for at, _, files in os.walk(folder):
        for file in files:
            # A checkpoint may be replaced by the next one meanwhile.
            with contextlib.suppress(OSError):
                total += (Path(at) / file).lstat().st_size
    return total
