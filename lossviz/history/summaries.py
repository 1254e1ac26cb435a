"""What a table of runs shows of their epochs, stored with them: reading all takes seconds."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lossviz.history.rows import ALIVE_IN_SQL, Update

if TYPE_CHECKING:
    import sqlite3

Summary = dict[str, tuple[float | None, float | None, float | None]]
"""By a metric's name its last, least and greatest value; None for what is not a finite number."""

AT_ONCE = 100
"""Runs of older versions that are summed up in one transaction: others can write in between."""

SMALL_IS_GOOD = ("loss", "error", "mae", "mse", "mape", "msle", "rmse", "crossentropy", "distance",
                 "poisson", "divergence", "hinge", "log_cosh")  # fmt: skip


def small_is_good(name: str) -> bool:
    """Whether the best value of the metric of this name is its least one."""
    return any(word in name.lower() for word in SMALL_IS_GOOD)


def register(connection: sqlite3.Connection) -> None:
    """Make `small_is_good` available in the SQL of a connection; once for each connection."""
    connection.create_function("small_is_good", 1, small_is_good, deterministic=True)


def headline(names: Iterable[str]) -> str | None:
    """The metric that says how good a run is: its first one that is not a loss, on validation data
    where there are some.
    """
    known = dict.fromkeys(names)
    first = next((name for name in known if "loss" not in name and name != "lr"), None)
    if first is None or first.startswith("val_"):
        return first
    return f"val_{first}" if f"val_{first}" in known else first


def of_epochs(epochs: Iterable[Mapping[str, float]]) -> Summary:
    """The summary of some epochs, in order."""
    found: Summary = {}
    for metrics in epochs:
        for name, value in metrics.items():
            last = value if isinstance(value, float | int) and math.isfinite(value) else None
            _, low, high = found.get(name, (None, None, None))
            if last is not None:
                low = last if low is None else min(low, last)
                high = last if high is None else max(high, last)
            found[name] = last, low, high
    return found


def add(connection: sqlite3.Connection, update: Update) -> None:
    """Sum up what is new of a run; its row and its epochs are written."""
    run = update.row.id
    known, metric = connection.execute(
        "SELECT epoch, metric FROM runs WHERE id = ?", (run,)
    ).fetchone()
    times = update.tracks.get("times")
    if times is not None and times.shape[1]:
        connection.execute("UPDATE runs SET seconds = ? WHERE id = ?", (float(times[1, -1]), run))
    if known is None:
        refill(connection, run)
        return
    if update.epochs:
        found = of_epochs(metrics for _, _, _, metrics in update.epochs)
        connection.executemany(
            "INSERT INTO metrics VALUES (?, ?, ?, ?, ?) ON CONFLICT (run, name) DO UPDATE SET "
            "last = excluded.last, "
            "low = min(coalesce(low, excluded.low), coalesce(excluded.low, low)), "
            "high = max(coalesce(high, excluded.high), coalesce(excluded.high, high))",
            [(run, name, *values) for name, values in found.items()],
        )
        connection.execute(
            "UPDATE runs SET epoch = ?, metric = ? WHERE id = ?",
            (update.epochs[-1][0], metric or headline(found), run),
        )
        _set_best(connection, run)


def refill(connection: sqlite3.Connection, run: str) -> None:
    """Recompute a run's summary from all its epochs."""
    stored = connection.execute(
        "SELECT epoch, metrics FROM epochs WHERE run = ? ORDER BY epoch", (run,)
    ).fetchall()
    found = of_epochs(json.loads(metrics) for _, metrics in stored)
    connection.execute("DELETE FROM metrics WHERE run = ?", (run,))
    connection.executemany(
        "INSERT INTO metrics VALUES (?, ?, ?, ?, ?)",
        [(run, name, *values) for name, values in found.items()],
    )
    connection.execute(
        "UPDATE runs SET epoch = ?, metric = ?, seconds = coalesce(seconds, ?) WHERE id = ?",
        (stored[-1][0] if stored else 0, headline(found), _seconds(connection, run), run),
    )
    _set_best(connection, run)


def _set_best(connection: sqlite3.Connection, run: str) -> None:
    """Store the best value of the run's headline metric."""
    connection.execute(
        "UPDATE runs SET best = (SELECT CASE WHEN small_is_good(name) THEN low ELSE high END "
        "FROM metrics WHERE run = runs.id AND name = runs.metric) WHERE id = ?",
        (run,),
    )


def missing(connection: sqlite3.Connection) -> Sequence[str]:
    """Some runs that an older version has written and that have ended."""
    return [
        run
        for (run,) in connection.execute(
            "SELECT id FROM runs WHERE epoch IS NULL "  # noqa: S608
            f"AND status NOT IN ({ALIVE_IN_SQL}) LIMIT ?",
            (AT_ONCE,),
        )
    ]


def _seconds(connection: sqlite3.Connection, run: str) -> float | None:
    """The time of the last knot, which ends the track's bytes."""
    found = connection.execute(
        "SELECT substr(knots, -8) FROM tracks WHERE run = ? AND name = 'times'", (run,)
    ).fetchone()
    last = found[0] if found else None
    return float(struct.unpack("<d", last)[0]) if last else None
