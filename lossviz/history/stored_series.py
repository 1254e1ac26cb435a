"""The series of runs in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from lossviz.history.packing import BLOCK, Row, rows, unpack, unpack_steps
from lossviz.series import LOSS, Kind, Part

About = tuple[str, Kind, str]
"""Name, kind and unit of a series."""


def append(connection: sqlite3.Connection, run: str, part: Part, packed: Sequence[Row]) -> None:
    """Store a stretch of a series, replacing everything from its first value on.

    Args:
        connection: in a transaction.
        run: the run's id.
        part: the stretch.
        packed: the same as rows.

    Raises:
        ValueError: when values before it are missing.
    """
    connection.execute(
        "INSERT OR IGNORE INTO series VALUES "
        "(?1, ?2, (SELECT count(*) FROM series WHERE run = ?1), ?3, ?4)",
        (run, part.name, part.kind, part.unit),
    )
    _forget(connection, run, part.name, part.first)
    before = connection.execute(
        "SELECT max(stop) FROM blocks WHERE run = ? AND name = ?", (run, part.name)
    ).fetchone()[0]
    if (before or 0) != part.first:
        raise ValueError(
            f"run {run} is missing values of {part.name!r} before number {part.first:,}"
        )
    connection.executemany(
        "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)", [(run, part.name, *row) for row in packed]
    )


def cut(connection: sqlite3.Connection, run: str, steps: int) -> None:
    """Forget what belongs to steps after the first `steps`; an older run moves to the new tables.

    Args:
        connection: in a transaction.
        run: the run's id.
        steps: how many steps are kept.
    """
    for about in known(connection, run):
        name, kind, _ = about
        old = name == LOSS and _is_old(connection, run)
        # Of one value a step the last block tells; of others only their steps do.
        start = 0 if old or kind != "step" else steps - steps % BLOCK
        kept = read(connection, run, about, start).until(steps)
        _forget(connection, run, name, start)
        if old:
            connection.execute("DELETE FROM losses WHERE run = ?", (run,))
        if len(kept.values):
            append(connection, run, kept, list(rows(kept)))
        elif kind != "step":
            connection.execute("DELETE FROM series WHERE run = ? AND name = ?", (run, name))


def known(connection: sqlite3.Connection, run: str) -> list[About]:
    """The series of a run, "loss" first."""
    found: list[About] = connection.execute(
        "SELECT name, kind, unit FROM series WHERE run = ? ORDER BY number", (run,)
    ).fetchall()
    others = [about for about in found if about[0] != LOSS]
    return [(LOSS, "step", ""), *others]


def read(
    connection: sqlite3.Connection, run: str, about: About, start: int = 0, stop: int | None = None
) -> Part:
    """The values of a series from index `start` to `stop`, as far as they are there."""
    name, kind, unit = about
    last = 2**62 if stop is None else stop
    if name == LOSS and _is_old(connection, run):
        found = connection.execute(
            "SELECT block * ?1, NULL, data FROM losses "
            "WHERE run = ?2 AND block BETWEEN ?3 / ?1 AND ?4 / ?1 ORDER BY block",
            (BLOCK, run, start, last),
        ).fetchall()
    else:
        found = connection.execute(
            "SELECT start, steps, data FROM blocks "
            "WHERE run = ? AND name = ? AND stop > ? AND start < ? ORDER BY start",
            (run, name, start, last),
        ).fetchall()
    first = found[0][0] if found else start
    values = _joined([unpack(data) for _, _, data in found], np.float32)
    inside = slice(start - first, None if stop is None else max(stop - first, 0))
    steps = None
    if kind != "step":
        steps = _joined([unpack_steps(packed) for _, packed, _ in found], np.int64)[inside]
    return Part(name, kind, unit, start, values[inside], steps)


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _is_old(connection: sqlite3.Connection, run: str) -> bool:
    """Whether the losses of a run lie where versions before named series have put them.

    They stay there until the run is resumed: to move all of them would keep a large file locked for
    minutes, and a kernel that still runs such a version would find its table gone.
    """
    query = "SELECT EXISTS (SELECT 1 FROM losses WHERE run = ?)"
    return bool(connection.execute(query, (run,)).fetchone()[0])


def _forget(connection: sqlite3.Connection, run: str, name: str, first: int) -> None:
    connection.execute(
        "DELETE FROM blocks WHERE run = ? AND name = ? AND start >= ?", (run, name, first)
    )
