"""Reading and writing the runs of all kernels."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import json
import math
import shutil
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, number, shown
from lossviz.history import commands, glances, owner, packing, stored_series, summaries
from lossviz.history.database import connect, journal_mode, transaction
from lossviz.history.home import CHECKPOINTS
from lossviz.history.listing import Listing
from lossviz.history.rows import ALIVE, ALIVE_IN_SQL, Glance, RunRow, Update
from lossviz.history.space import by_folder, pages_in_use, shrink
from lossviz.series import LOSS, Part

COLUMNS = tuple(field.name for field in dataclasses.fields(RunRow))

MOST_NAMED = 5
"""Runs that an error names at most: there may be thousands."""


class History:
    """The runs in one folder. Any thread may use it; any number of kernels share the file."""

    def __init__(self, folder: Path) -> None:
        """Open the history in `folder`.

        Raises:
            sqlite3.Error, OSError, NewerSchemaError: when it cannot be opened.
        """
        self.folder = folder
        self._lock = threading.Lock()
        self._connection, self.set_aside = connect(folder)
        self.listing = Listing(folder)
        self.commands = commands.Commands(self._connection, self._lock)

    def close(self) -> None:
        """Let go of the file."""
        self.listing.close()
        with self._lock:
            self._connection.close()

    # -- write --------------------------------------------------------------------------------

    def write(self, updates: Sequence[Update]) -> None:
        """Store what is new of some runs, all or nothing.

        Raises:
            sqlite3.Error: when the file is locked for long, the disk is full or the file damaged.
        """
        packed = [
            (part, list(packing.rows(part, last=update.row.ended is not None)))
            for update in updates
            for part in update.parts
        ]
        with self._lock, transaction(self._connection) as connection:
            remaining = iter(packed)
            for update in updates:
                _write_row(connection, update.row)
                for part, rows in itertools.islice(remaining, len(update.parts)):
                    stored_series.append(connection, update.row.id, part, rows)
                connection.executemany(
                    "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)",
                    [
                        (update.row.id, epoch, first, steps, json.dumps(metrics))
                        for epoch, first, steps, metrics in update.epochs
                    ],
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (update.row.id, update.first_event + i, *event)
                        for i, event in enumerate(update.events)
                    ],
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO tracks VALUES (?, ?, ?)",
                    [
                        (update.row.id, name, np.ascontiguousarray(knots, "<f8").tobytes())
                        for name, knots in update.tracks.items()
                    ],
                )
                summaries.add(connection, update)
                glances.write(connection, update)
                if update.row.status not in ALIVE:
                    commands.close(connection, update.row.id)

    def cut(self, run: str, steps: int, epochs: int) -> None:
        """Delete what a run recorded after this step and epoch; it will be computed again."""
        with self._lock, transaction(self._connection) as connection:
            stored_series.cut(connection, run, steps)
            connection.execute("DELETE FROM epochs WHERE run = ? AND epoch > ?", (run, epochs))
            connection.execute("UPDATE runs SET steps = ? WHERE id = ?", (steps, run))
            summaries.refill(connection, run)

    def sum_up(self) -> bool:
        """Sum up some runs that an older version has written; whether there were any."""
        with self._lock, transaction(self._connection) as connection:
            found = summaries.missing(connection)
            for run in found:
                summaries.refill(connection, run)
        return bool(found)

    def rename(self, run: str, name: str) -> None:
        """Rename a run.

        Raises:
            TypeError: if the name is not a string.
            ArgumentError: when there is no such run, or the name is empty.
        """
        if not isinstance(name, str):
            raise TypeError(f"name: got {shown(name)}; it must be a string.")
        if not name.strip():
            raise ArgumentError("name", "name: got an empty string; a run needs a name.")
        self._set(run, "name", name)

    def note(self, run: str, text: str) -> None:
        """Set the note of a run; "" removes it.

        Raises:
            TypeError: when they are no text.
            ArgumentError: when there is no such run.
        """
        if not isinstance(text, str):
            raise TypeError(f"note: got {shown(text)}; it must be a string.")
        self._set(run, "note", text)

    def _set(self, run: str, column: Literal["name", "note"], text: str) -> None:
        self.run(run)
        with self._lock, transaction(self._connection) as connection:
            connection.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (text, run))  # noqa: S608

    def delete(self, *runs: str) -> None:
        """Delete runs with their losses and checkpoints.

        Raises:
            ArgumentError: when one of them is not there, or still trains; those before it are gone.
        """
        try:
            for run in runs:
                if self.run(run).status in ALIVE or not self._delete(run):
                    raise ArgumentError("id", f"id: {run!r} is still training; stop it first.")
        finally:
            with self._lock:
                shrink(self._connection)

    def prune(self, *, days: float | None = None, megabytes: float | None = None) -> list[str]:
        """Delete finished runs, those that ended first before others; returns their ids.

        Args:
            days: delete those that ended longer ago than this.
            megabytes: then delete until all runs and checkpoints take no more than this.

        Raises:
            ArgumentError: for a negative number; nothing has been deleted then.
        """
        oldest, most = -math.inf, math.inf
        if days is not None:
            oldest = time.time() - 86_400 * number("days", days, minimum=0)
        if megabytes is not None:
            most = 1e6 * number("megabytes", megabytes, minimum=0)
        rows = self.runs()
        folders = by_folder(self.folder / CHECKPOINTS)
        checkpoints = sum(folders.get(row.id, 0) for row in rows)
        deleted = []
        ended = [row for row in rows if row.status not in ALIVE]
        for row in sorted(ended, key=_end):
            fits = self._pages() + checkpoints <= most
            if _end(row) >= oldest and fits:
                break
            if self._delete(row.id):
                deleted.append(row.id)
                checkpoints -= folders.get(row.id, 0)
        if deleted:
            with self._lock:
                shrink(self._connection)
        return deleted

    def _delete(self, run: str) -> bool:
        """Delete a finished run; False when another kernel has resumed or deleted it.

        The room is not given back to the disk yet.
        """
        with self._lock, transaction(self._connection) as connection:
            gone = connection.execute(
                f"DELETE FROM runs WHERE id = ? AND status NOT IN ({ALIVE_IN_SQL})",  # noqa: S608
                (run,),
            ).rowcount
        if gone:
            shutil.rmtree(self.folder / CHECKPOINTS / run, ignore_errors=True)
        return bool(gone)

    # -- read ---------------------------------------------------------------------------------

    def runs(self) -> list[RunRow]:
        """All runs, newest first. One whose process is gone is marked as interrupted."""
        return [self._row(row) for row in self._all("SELECT * FROM runs ORDER BY created DESC")]

    def live(self) -> list[RunRow]:
        """The runs that have not ended. One whose process is gone is marked as interrupted."""
        found = self._all(f"SELECT * FROM runs WHERE status IN ({ALIVE_IN_SQL})")  # noqa: S608
        return [row for row in map(self._row, found) if row.status in ALIVE]

    def run(self, run: str) -> RunRow:
        """The run of this id.

        Raises:
            ArgumentError: when there is none; the message names the nearest ids.
        """
        found = self._all("SELECT * FROM runs WHERE id = ?", str(run))
        if not found:
            raise self._unknown("id", run, "id")
        return self._row(found[0])

    def find(self, run: str) -> RunRow:
        """The run of this id, or the one of exactly this name.

        Raises:
            TypeError: if `run` is not a string.
            ArgumentError: when there is none, or several have the name.
        """
        if not isinstance(run, str):
            raise TypeError(f"run: got {shown(run)}; it must be the id or the name of a run.")
        query = "SELECT * FROM runs WHERE id = ?1 OR name = ?1 ORDER BY id = ?1 DESC, created DESC"
        found = self._all(query, run)
        if not found:
            raise self._unknown("run", run, "id", "name")
        if found[0]["id"] != run and len(found) > 1:
            newest = ", ".join(repr(row["id"]) for row in found[:MOST_NAMED])
            raise ArgumentError(
                "run",
                f"run: {len(found):,} runs are named {shown(run)}; use an id instead. The "
                f"newest are {newest}.",
            )
        return self._row(found[0])

    def beginning(self, prefix: str) -> list[str]:
        """The ids that begin with these characters, newest run first."""
        query = "SELECT id FROM runs WHERE substr(id, 1, ?) = ? ORDER BY created DESC"
        return [row["id"] for row in self._all(query, len(prefix), prefix)]

    def _unknown(self, argument: str, given: str, *columns: str) -> ArgumentError:
        """The error for a run that is not there; of thousands of others it names the nearest."""
        rows = self._all(f"SELECT {', '.join(columns)} FROM runs ORDER BY created DESC")  # noqa: S608
        known = dict.fromkeys(str(row[column]) for column in columns for row in rows)
        near = difflib.get_close_matches(str(given), known, n=MOST_NAMED, cutoff=0.6)
        hint = f" Did you mean {' or '.join(map(shown, near))}?" if near else ""
        count = "There are no runs yet" if not rows else f"There are {len(rows):,} runs"
        return ArgumentError(
            argument,
            f"{argument}: got {shown(given)}, but no run has this {' or '.join(columns)}; it "
            f"may have been deleted.{hint} {count if len(rows) != 1 else 'There is 1 run'}; "
            "lossviz.runs() lists them.",
            f"An {' or '.join(columns)} listed by lossviz.runs().",
        )

    def series(self, run: str) -> list[stored_series.About]:
        """Name, kind and unit of what is recorded with the steps of a run, "loss" first."""
        with self._lock:
            return stored_series.known(self._connection, run)

    def part(self, run: str, name: str, start: int = 0, stop: int | None = None) -> Part:
        """The values of a series from index `start` to `stop`; none of one that is not there."""
        with self._lock:
            about = {one[0]: one for one in stored_series.known(self._connection, run)}
            if name not in about:
                return Part(name, "step", "", start, np.empty(0, np.float32))
            return stored_series.read(self._connection, run, about[name], start, stop)

    def losses(self, run: str, start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
        """The losses of the steps from `start` to `stop`, float32."""
        return self.part(run, LOSS, start, stop).values

    def epochs(self, run: str) -> list[tuple[int, int, int, dict[str, float]]]:
        """(epoch, first step, steps, metrics) of the epochs that have ended, in order."""
        rows = self._all("SELECT * FROM epochs WHERE run = ? ORDER BY epoch", run)
        return [
            (row["epoch"], row["first_step"], row["steps"], json.loads(row["metrics"]))
            for row in rows
        ]

    def events(self, run: str) -> list[tuple[str, int, float, str]]:
        """(kind, step, time, text) of what happened, in order."""
        rows = self._all("SELECT * FROM events WHERE run = ? ORDER BY number", run)
        return [(row["kind"], row["step"], row["time"], row["text"]) for row in rows]

    def glances(self, runs: Sequence[str]) -> dict[str, Glance]:
        """By id what is seen at a glance of these runs; older versions have written none."""
        with self._lock:
            return glances.read(self._connection, runs)

    def tracks(self, run: str) -> dict[str, NDArray[np.float64]]:
        """By name what goes along with the steps; nothing of runs from before this was kept."""
        rows = self._all("SELECT name, knots FROM tracks WHERE run = ?", run)
        return {row["name"]: np.frombuffer(row["knots"], "<f8").reshape(2, -1) for row in rows}

    def size(self) -> int:
        """Bytes that all runs take with their checkpoints.

        The files may be larger: they shrink when runs are deleted.
        """
        folders = by_folder(self.folder / CHECKPOINTS)
        known = [row["id"] for row in self._all("SELECT id FROM runs")]
        return self._pages() + sum(folders.get(run, 0) for run in known)

    @property
    def journal_mode(self) -> str:
        """How writes are kept safe: "wal"; "truncate" on a network's drive, which has no WAL."""
        with self._lock:
            return journal_mode(self._connection)

    def _pages(self) -> int:
        with self._lock:
            return pages_in_use(self._connection)

    def _all(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            cursor = self._connection.cursor()
            cursor.row_factory = sqlite3.Row
            return list(cursor.execute(query, values).fetchall())

    def _row(self, stored: sqlite3.Row) -> RunRow:
        values = {name: stored[name] for name in COLUMNS}
        values["config"] = json.loads(values["config"])
        values["versions"] = json.loads(values["versions"])
        row = RunRow(**values)
        if row.status in ALIVE and not owner.is_alive(row.owner, row.written):
            with self._lock, transaction(self._connection) as connection:
                connection.execute(
                    "UPDATE runs SET status = 'interrupted', ended = written "
                    "WHERE id = ? AND status = ? AND owner = ?",
                    (row.id, row.status, row.owner),
                )
                commands.close(connection, row.id)
            return self.run(row.id)
        return row


def _end(row: RunRow) -> float:
    return row.ended or row.written


def _write_row(connection: sqlite3.Connection, row: RunRow) -> None:
    values = vars(row) | {
        "config": json.dumps(row.config),
        "versions": json.dumps(row.versions),
        "written": time.time(),
        "owner": owner.own(),
    }
    columns = list(values)
    # What somebody else may have changed is written only once.
    kept = {"id", "name", "note"}
    changed = ", ".join(f"{one} = excluded.{one}" for one in columns if one not in kept)
    connection.execute(
        f"INSERT INTO runs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {changed}",
        list(values.values()),
    )
