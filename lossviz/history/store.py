"""Reading and writing the runs of all kernels."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError, number, unknown_name
from lossviz.history import owner
from lossviz.history.database import FILE, connect, transaction

BLOCK_STEPS = 16_384
"""Steps in a block of losses; the last block of a run is written anew until it is full."""

ALIVE = frozenset({"queued", "running", "paused"})
CHECKPOINTS = "checkpoints"


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """What is stored of a run beside its numbers; the columns of the table `runs`."""

    id: str
    name: str
    number: int
    status: str
    task: str
    loss: str
    config: dict[str, Any]
    program: str
    device: str
    versions: dict[str, str]
    seed: int | None
    epochs: int
    steps_per_epoch: int | None
    steps: int
    created: float
    written: float = 0.0
    ended: float | None = None
    owner: str = ""
    error: str = ""
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class Update:
    """What is new of a run since it was last written.

    Attributes:
        row: its state now.
        first_step: where `losses` begin.
        losses: float32, the steps since.
        epochs: (epoch, first step, steps, metrics) of epochs that have ended since.
        first_event: how many events were written before.
        events: (kind, step, time, text) of what happened since.
        tracks: by name the knots of what goes along with the steps, whole: float64 [2, n].
    """

    row: RunRow
    first_step: int = 0
    losses: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    epochs: Sequence[tuple[int, int, int, dict[str, float]]] = ()
    first_event: int = 0
    events: Sequence[tuple[str, int, float, str]] = ()
    tracks: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


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

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    # -- write --------------------------------------------------------------------------------

    def write(self, updates: Sequence[Update]) -> None:
        """Store what is new of some runs, all or nothing.

        Raises:
            sqlite3.Error: when the file is locked for long, the disk is full or the file damaged.
        """
        with self._lock, transaction(self._connection) as connection:
            for update in updates:
                _write_row(connection, update.row)
                _write_losses(connection, update.row.id, update.first_step, update.losses)
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

    def cut(self, run: str, steps: int, epochs: int) -> None:
        """Forget what a run recorded after so many steps and epochs; it is to be done again."""
        kept = self.losses(run, steps - steps % BLOCK_STEPS, steps)
        with self._lock, transaction(self._connection) as connection:
            connection.execute(
                "DELETE FROM losses WHERE run = ? AND block >= ?", (run, steps // BLOCK_STEPS)
            )
            _write_losses(connection, run, steps - len(kept), kept)
            connection.execute("DELETE FROM epochs WHERE run = ? AND epoch > ?", (run, epochs))
            connection.execute("UPDATE runs SET steps = ? WHERE id = ?", (steps, run))

    def rename(self, run: str, name: str) -> None:
        """Give a run another name.

        Raises:
            ArgumentError: when there is no such run, or the name is empty.
        """
        if not str(name).strip():
            raise ArgumentError("name", "name: got nothing; a run needs a name.")
        self.run(run)
        with self._lock, transaction(self._connection) as connection:
            connection.execute("UPDATE runs SET name = ? WHERE id = ?", (str(name), run))

    def delete(self, run: str) -> None:
        """Delete a run with its losses and checkpoints.

        Raises:
            ArgumentError: when there is no such run, or it still trains.
        """
        if self.run(run).status in ALIVE:
            raise ArgumentError("id", f"id: {run!r} still trains; stop it first.")
        with self._lock, transaction(self._connection) as connection:
            connection.execute("DELETE FROM runs WHERE id = ?", (run,))
        shutil.rmtree(self.folder / CHECKPOINTS / run, ignore_errors=True)
        with self._lock, contextlib.suppress(sqlite3.Error):
            # Gives the space back to the disk.
            self._connection.execute("PRAGMA incremental_vacuum").fetchall()

    def prune(self, *, days: float | None = None, megabytes: float | None = None) -> list[str]:
        """Delete runs that have ended, oldest first; gives their ids.

        Args:
            days: delete those that ended longer ago than this.
            megabytes: then delete until all runs and checkpoints take no more than this.

        Raises:
            ArgumentError: for a negative number.
        """
        deleted = []
        ended = [row for row in reversed(self.runs()) if row.status not in ALIVE]
        if days is not None:
            oldest = time.time() - 86_400 * number("days", days, minimum=0)
            for row in [row for row in ended if (row.ended or row.written) < oldest]:
                self.delete(row.id)
                deleted.append(row.id)
        if megabytes is not None:
            most = 1e6 * number("megabytes", megabytes, minimum=0)
            for row in [row for row in ended if row.id not in deleted]:
                if self.size() <= most:
                    break
                self.delete(row.id)
                deleted.append(row.id)
        return deleted

    # -- read ---------------------------------------------------------------------------------

    def runs(self) -> list[RunRow]:
        """All runs, newest first. One whose process is gone is marked as interrupted."""
        return [self._row(row) for row in self._all("SELECT * FROM runs ORDER BY created DESC")]

    def run(self, run: str) -> RunRow:
        """The run of this id.

        Raises:
            ArgumentError: when there is none; the message gives the nearest ids.
        """
        found = self._all("SELECT * FROM runs WHERE id = ?", str(run))
        if not found:
            raise unknown_name("id", run, [row["id"] for row in self._all("SELECT id FROM runs")])
        return self._row(found[0])

    def losses(self, run: str, start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
        """The losses of the steps from `start` to `stop`, float32."""
        last = 2**62 if stop is None else max(stop - 1, 0) // BLOCK_STEPS
        blocks = self._all(
            "SELECT block, data FROM losses WHERE run = ? AND block BETWEEN ? AND ? ORDER BY block",
            run, start // BLOCK_STEPS, last,
        )  # fmt: skip
        parts = [_unpacked(block["data"]) for block in blocks]
        whole = np.concatenate(parts) if parts else np.empty(0, np.float32)
        first = start - start % BLOCK_STEPS
        return whole[start - first : None if stop is None else max(stop - first, 0)]

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

    def tracks(self, run: str) -> dict[str, NDArray[np.float64]]:
        """By name what goes along with the steps; nothing of runs from before this was kept."""
        rows = self._all("SELECT name, knots FROM tracks WHERE run = ?", run)
        return {row["name"]: np.frombuffer(row["knots"], "<f8").reshape(2, -1) for row in rows}

    def size(self) -> int:
        """Bytes on disk, checkpoints included."""
        files = [path for path in self.folder.glob(f"{FILE}*") if path.is_file()]
        files += [path for path in (self.folder / CHECKPOINTS).rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files)

    def _all(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            cursor = self._connection.cursor()
            cursor.row_factory = sqlite3.Row
            return list(cursor.execute(query, values).fetchall())

    def _row(self, stored: sqlite3.Row) -> RunRow:
        values = dict(stored)
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
            return self.run(row.id)
        return row


def _write_row(connection: sqlite3.Connection, row: RunRow) -> None:
    values = vars(row) | {
        "config": json.dumps(row.config),
        "versions": json.dumps(row.versions),
        "written": time.time(),
        "owner": owner.own(),
    }
    columns = list(values)
    # A run's name may have been changed by somebody else: it is written only once.
    changed = ", ".join(f"{one} = excluded.{one}" for one in columns if one not in {"id", "name"})
    connection.execute(
        f"INSERT INTO runs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {changed}",
        list(values.values()),
    )


def _write_losses(
    connection: sqlite3.Connection, run: str, start: int, losses: NDArray[np.float32]
) -> None:
    """Append losses to the blocks; the first of them is the step `start`."""
    while len(losses):
        block, filled = divmod(start, BLOCK_STEPS)
        taken = losses[: BLOCK_STEPS - filled]
        whole = taken
        if filled:
            before = connection.execute(
                "SELECT data FROM losses WHERE run = ? AND block = ?", (run, block)
            ).fetchone()
            kept = np.empty(0, np.float32) if before is None else _unpacked(before[0])[:filled]
            if len(kept) < filled:
                raise ValueError(f"run {run} lacks losses before step {start}")
            whole = np.concatenate([kept, taken])
        connection.execute(
            "INSERT OR REPLACE INTO losses VALUES (?, ?, ?)", (run, block, _packed(whole))
        )
        start, losses = start + len(taken), losses[len(taken) :]


def _packed(losses: NDArray[np.float32]) -> bytes:
    """Compressed; the first bytes of all numbers stand together, since they are alike."""
    plain = np.ascontiguousarray(losses, "<f4").view(np.uint8).reshape(-1, 4)
    return zlib.compress(plain.T.tobytes(), 1)


def _unpacked(data: bytes) -> NDArray[np.float32]:
    turned = np.frombuffer(zlib.decompress(data), np.uint8).reshape(4, -1)
    return np.ascontiguousarray(turned.T).view("<f4").ravel().astype(np.float32, copy=False)
