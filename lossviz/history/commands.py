"""Commands to live runs, from any process: asked here, carried out by the run's own recorder."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import threading
import time
from collections.abc import Sequence
from typing import Any

from lossviz._arguments import ArgumentError, number, unknown_name
from lossviz.history.database import transaction
from lossviz.history.owner import own
from lossviz.history.rows import ALIVE_IN_SQL, COMMANDS, ENDED, Command, RunRow

COLUMNS = tuple(field.name for field in dataclasses.fields(Command))
SELECTED = f"SELECT {', '.join(COLUMNS)}"


class Commands:
    """The table of commands of a history. Any thread may use it.

    A command belongs to the process that trained the run when it was asked for: one that dies takes
    its open commands with it, so that a run that is resumed later never meets them.
    """

    def __init__(self, connection: sqlite3.Connection, lock: threading.Lock) -> None:
        """Use this connection, and hold the lock while it is used."""
        self._connection = connection
        self._lock = lock

    def ask(self, run: RunRow, kind: str, value: float | None = None) -> Command:
        """Ask something of a live run.

        Args:
            run: as the history has just read it.
            kind: "pause", "resume", "stop" or "learning_rate".
            value: the learning rate, greater than 0; None for the others.

        Returns:
            The command; `find(command.number)` tells when it has been carried out.

        Raises:
            ArgumentError: when the run has ended, or for another kind or value.
        """
        if kind not in COMMANDS:
            raise unknown_name("kind", kind, COMMANDS)
        if kind == "learning_rate":
            value = number("value", value, above=0)
        elif value is not None:
            raise ArgumentError("value", f"value: got {value!r}; {kind!r} takes none.")
        asked = time.time()
        with self._lock, transaction(self._connection) as connection:
            # It may have ended, or have been resumed elsewhere, since it was read.
            cursor = connection.execute(
                "INSERT INTO commands (run, owner, kind, value, asked) "  # noqa: S608
                f"SELECT id, owner, ?, ?, ? FROM runs WHERE id = ? AND status IN ({ALIVE_IN_SQL})",
                (kind, value, asked, run.id),
            )
            if not cursor.rowcount:
                raise ArgumentError("run", f"run: {run.name!r} has ended, so it cannot {kind}.")
            placed = cursor.lastrowid
        return self.find(placed or 0)

    def find(self, command: int) -> Command:
        """The command of this number, as it is now.

        Raises:
            ArgumentError: when there is none, or its run has been deleted.
        """
        with self._lock:
            found = self._connection.execute(
                f"{SELECTED} FROM commands WHERE number = ?", (command,)
            ).fetchone()
        if found is None:
            raise ArgumentError("command", f"command: got {command!r}; there is none.")
        return _command(found)

    def take(self, runs: Sequence[str]) -> list[Command]:
        """The open commands to these runs of this process, in order; each is handed out once."""
        open_ones = (
            "FROM commands WHERE taken IS NULL AND done IS NULL AND owner = :owner "
            "AND run IN (SELECT value FROM json_each(:runs))"
        )
        values = {"owner": own(), "runs": json.dumps(list(runs)), "now": time.time()}
        with self._lock:
            # Nearly always there are none, and nobody is kept from writing.
            if self._connection.execute(f"SELECT 1 {open_ones} LIMIT 1", values).fetchone() is None:
                return []
            with transaction(self._connection) as connection:
                rows = connection.execute(f"{SELECTED} {open_ones} ORDER BY number", values)
                found = [_command(row) for row in rows]
                connection.executemany(
                    "UPDATE commands SET taken = ? WHERE number = ?",
                    [(values["now"], one.number) for one in found],
                )
        return found

    def confirm(self, outcomes: Sequence[tuple[Command, str]]) -> None:
        """Note of taken commands that they are carried out, or why they are not."""
        with self._lock, transaction(self._connection) as connection:
            connection.executemany(
                "UPDATE commands SET done = ?, refused = ? WHERE number = ? AND done IS NULL",
                [(time.time(), refused, command.number) for command, refused in outcomes],
            )


def _command(stored: Sequence[Any]) -> Command:
    return Command(**dict(zip(COLUMNS, stored, strict=True)))


def close(connection: sqlite3.Connection, run: str) -> None:
    """Refuse what is still open of a run that has ended; within a transaction."""
    connection.execute(
        "UPDATE commands SET done = ?, refused = ? WHERE run = ? AND done IS NULL",
        (time.time(), ENDED, run),
    )
