"""Which runs of a history to list, in which order, and what a table shows of them.

SQLite sorts and filters: of 10,000 runs only those in sight are ever read, over connections that
keep nobody waiting who writes.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lossviz.history.database import FILE, journal_mode
from lossviz.history.owner import own
from lossviz.history.summaries import small_is_good
from lossviz.history.table import CONFIG, METRIC, Query, RunSummary, flat

MAPPED_BYTES = 1 << 30
"""Bytes of the file that are read without copying them; not over a network."""

MOST_VARIABLES = 500
"""Ids in one query: SQLite limits them."""

# A lab's program calls its loss otherwise; the config tells.
LOSS = "coalesce(json_extract(r.config, '$.loss'), nullif(r.loss, '')) COLLATE NOCASE"
GUARDED = "CASE WHEN json_valid(r.config) THEN r.config END"

# What a column is sorted by. Names that end in numbers are sorted by these: run 2, run 10.
PLAIN = {
    "name": ("rtrim(r.name, '0123456789') COLLATE NOCASE", "length(r.name)", "r.name"),
    "status": ("r.status",),
    "task": ("nullif(r.task, '') COLLATE NOCASE",),
    "loss": (LOSS,),
    "metric": ("r.best",),
    "epochs": ("coalesce(r.epoch, 0)", "r.epochs"),
    "steps": ("r.steps",),
    "started": ("r.created",),
    "duration": ("r.seconds",),
    "device": ("r.device COLLATE NOCASE",),
    "seed": ("r.seed",),
    "note": ("nullif(r.note, '') COLLATE NOCASE",),
}
SHOWN = (
    "id, name, number, status, task, loss, config, program, device, seed, epochs, steps, created, "
    "ended, seconds, error, note, coalesce(epoch, 0) AS epoch, coalesce(metric, '') AS metric"
)
TEXTS = ("name", "loss", "task", "status", "note", "config")
"""Where a filter looks."""


class Listing:
    """Reads a history's table of runs; any thread may use it."""

    def __init__(self, folder: Path) -> None:
        """Read the file in `folder`, which is there."""
        self._address = f"{(folder / FILE).resolve().as_uri()}?mode=ro"
        self._lock = threading.Lock()
        # What has read the file once has it in memory.
        self._idle: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        if (idle := self._keep(None)) is not None:
            idle.close()

    def ids(self, query: Query) -> list[str]:
        """The ids of the runs that a table is to show, in order."""
        where, values = _where(query)
        values["path"] = _path(query.sort)
        join, order = _order(query)
        with self._connection() as connection:
            try:
                found = _ids(connection, join, where, order, values)
            except sqlite3.OperationalError:
                # A config that Python reads and SQLite does not. To look at each takes twice the
                # time.
                order = order.replace("json_extract(r.config", f"json_extract({GUARDED}")
                found = _ids(connection, join, where, order, values)
        return found

    def rows(self, ids: Sequence[str]) -> list[RunSummary]:
        """What a table shows of these runs, in this order, without those that are gone."""
        found: dict[str, RunSummary] = {}
        with self._connection() as connection:
            for some in _parts(ids):
                marks = ", ".join("?" * len(some))
                metrics: dict[str, dict[str, Any]] = {}
                for run, name, *values in connection.execute(
                    f"SELECT run, name, last, low, high FROM metrics WHERE run IN ({marks})",  # noqa: S608
                    some,
                ):
                    metrics.setdefault(run, {})[name] = tuple(values)
                cursor = connection.execute(
                    f"SELECT {SHOWN} FROM runs WHERE id IN ({marks})",  # noqa: S608
                    some,
                )
                names = [name for name, *_ in cursor.description]
                for values in cursor:
                    row = dict(zip(names, values, strict=True))
                    row["config"] = json.loads(row["config"])
                    found[row["id"]] = RunSummary(**row, metrics=metrics.get(row["id"], {}))
        return [found[run] for run in ids if run in found]

    def columns(self) -> tuple[list[str], list[str]]:
        """The names of all hyperparameters and of all metrics that any run has."""
        with self._connection() as connection:
            texts = connection.execute("SELECT DISTINCT config FROM runs")
            config = {name for (text,) in texts for name in flat(json.loads(text))}
            metrics = connection.execute("SELECT DISTINCT name FROM metrics")
            return sorted(config), sorted(name for (name,) in metrics)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = self._keep(None) or self._open()
        try:
            # One state of the file for all that is read of it.
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        if (spare := self._keep(connection)) is not None:
            spare.close()

    def _keep(self, connection: sqlite3.Connection | None) -> sqlite3.Connection | None:
        with self._lock:
            before, self._idle = self._idle, connection
        return before

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._address, uri=True, isolation_level=None, check_same_thread=False
        )
        if journal_mode(connection) == "wal":
            connection.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
        return connection


def _ids(
    connection: sqlite3.Connection, join: str, where: str, order: str, values: dict[str, Any]
) -> list[str]:
    query = f"SELECT r.id FROM runs r {join} WHERE {where} ORDER BY {order}"  # noqa: S608
    return [run for (run,) in connection.execute(query, values)]


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), MOST_VARIABLES):
        yield ids[start : start + MOST_VARIABLES]


def _where(query: Query) -> tuple[str, dict[str, Any]]:
    conditions, values = ["1"], {}
    if query.runs is not None:
        conditions.append("r.id IN (SELECT value FROM json_each(:runs))")
        values["runs"] = json.dumps(query.runs)
    if query.own:
        conditions.append("r.owner = :owner")
        values["owner"] = own()
    for number, word in enumerate(query.words):
        name, equals, value = word.partition("=")
        mark = f"word{number}"
        if equals and name:
            # As JSON has it: texts in quotes.
            values[mark] = f'%{_escaped(_in_json(name))}": {_escaped(_in_json(value))}%'
            values[f"{mark}q"] = f'%{_escaped(_in_json(name))}": "{_escaped(_in_json(value))}%'
            conditions.append(
                f"(r.config LIKE :{mark} ESCAPE '\\' OR r.config LIKE :{mark}q ESCAPE '\\')"
            )
            continue
        values[mark] = f"%{_escaped(word)}%"
        values[f"{mark}j"] = f"%{_escaped(_in_json(word))}%"
        looks = [
            f"r.{column} LIKE :{mark}{'j' if column == 'config' else ''} ESCAPE '\\'"
            for column in TEXTS
        ]
        conditions.append(f"({' OR '.join(looks)})")
    return " AND ".join(conditions), values


def _order(query: Query) -> tuple[str, str]:
    """The tables to join, and the expressions to sort by."""
    join, sort = "", query.sort
    if sort in PLAIN:
        by: tuple[str, ...] = PLAIN[sort]
    elif sort.startswith(CONFIG):
        by = ("json_extract(r.config, :path)",)
    else:
        name = "val_loss" if sort == "val_loss" else sort.removeprefix(METRIC)
        join = f"LEFT JOIN metrics m ON m.run = r.id AND m.name = {_text(name)}"
        by = ("m.low" if small_is_good(name) else "m.high",)
    way = " DESC" if query.descending else ""
    if sort == "started":
        return "", f"r.created{way}, r.id{way}"  # by an index
    last = "r.created DESC, r.id"
    return join, ", ".join([*(f"{one}{way} NULLS LAST" for one in by), last])


def _path(sort: str) -> str:
    parts = sort.removeprefix(CONFIG).split(".", 1)
    return "$" + "".join(f'."{part}"' for part in parts if '"' not in part)


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _in_json(word: str) -> str:
    return json.dumps(word)[1:-1]


def _escaped(word: str) -> str:
    """Escape the word so that LIKE takes it literally."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
