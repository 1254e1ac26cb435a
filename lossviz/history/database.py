"""The one SQLite file of all runs: its schema, and what to do when it is damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from lossviz.history import summaries
from lossviz.history.drives import is_network
from lossviz.history.faults import NewerSchemaError

FILE = "runs.sqlite"
BUSY_SECONDS = 10.0
"""So long a write waits for another kernel's."""

OPEN_SECONDS = 1.0
"""So long opening waits: `lossviz.train` returns at once, and the recorder tries again."""

MADE_SECONDS = 3.0
"""So long it waits for a file that several kernels make at once, which takes moments."""

CHECKED_BYTES = 100_000_000
"""A larger file is not read through when it is opened: that would take seconds."""

MIGRATIONS = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        status TEXT NOT NULL,
        task TEXT NOT NULL,
        loss TEXT NOT NULL,
        config TEXT NOT NULL,      -- JSON
        program TEXT NOT NULL,
        device TEXT NOT NULL,
        versions TEXT NOT NULL,    -- JSON
        seed INTEGER,
        epochs INTEGER NOT NULL,
        steps_per_epoch INTEGER,
        steps INTEGER NOT NULL,
        created REAL NOT NULL,     -- seconds since 1970
        written REAL NOT NULL,     -- the last sign of life
        ended REAL,
        owner TEXT NOT NULL,       -- JSON: the process that trains it
        error TEXT NOT NULL,
        traceback TEXT NOT NULL
    );
    CREATE TABLE epochs (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        first_step INTEGER NOT NULL,
        steps INTEGER NOT NULL,
        metrics TEXT NOT NULL,     -- JSON
        PRIMARY KEY (run, epoch)
    ) WITHOUT ROWID;
    CREATE TABLE events (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        step INTEGER NOT NULL,
        time REAL NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (run, number)
    ) WITHOUT ROWID;
    CREATE TABLE losses (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        block INTEGER NOT NULL,    -- holds the steps from block * 16384 on
        data BLOB NOT NULL,
        PRIMARY KEY (run, block)
    );
    """,
    """
    CREATE TABLE tracks (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        knots BLOB NOT NULL,       -- float64 [2, n]: steps taken, and the values there
        PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    """,
    # The losses of older runs stay in `losses` until such a run is resumed.
    """
    CREATE TABLE series (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        number INTEGER NOT NULL,   -- their order
        kind TEXT NOT NULL,        -- step: a value for each step; logged, resource: at some
        unit TEXT NOT NULL,
        PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE TABLE blocks (
        run TEXT NOT NULL,
        name TEXT NOT NULL,
        start INTEGER NOT NULL,    -- index of the first value
        stop INTEGER NOT NULL,     -- behind the last one
        steps BLOB,                -- of which steps the values are; NULL: one for each
        data BLOB NOT NULL,
        PRIMARY KEY (run, name, start),
        FOREIGN KEY (run, name) REFERENCES series(run, name) ON DELETE CASCADE
    );
    """,
    # What a table of runs shows of their epochs, so that it need not read all of them: the last one
    # that has ended (NULL: an older version's, not summed up yet), seconds from the start to the
    # last step, and the metric that says how good the run is, with its best value.
    """
    ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN epoch INTEGER;
    ALTER TABLE runs ADD COLUMN seconds REAL;
    ALTER TABLE runs ADD COLUMN metric TEXT;
    ALTER TABLE runs ADD COLUMN best REAL;
    CREATE TABLE metrics (
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        last REAL,
        low REAL,                  -- the least and the greatest of all epochs
        high REAL,
        PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE INDEX runs_by_status ON runs(status);
    CREATE INDEX runs_by_start ON runs(created, id);
    """,
    # What other processes ask of a live run, and what they see of it at a glance.
    """
    CREATE TABLE commands (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        owner TEXT NOT NULL,       -- the process that trained it when this was asked for
        kind TEXT NOT NULL,        -- pause, resume, stop, learning_rate
        value REAL,
        asked REAL NOT NULL,       -- seconds since 1970, as the next two
        taken REAL,                -- by the owner: never taken twice
        done REAL,
        refused TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX commands_open ON commands(run) WHERE done IS NULL;
    CREATE TABLE glances (
        run TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
        loss REAL,                 -- of the last step
        best_loss REAL,            -- the least of all steps
        rate REAL,                 -- steps per second
        seconds_left REAL,
        sparkline BLOB NOT NULL    -- float32 [2, n]: least and greatest loss of n stretches
    ) WITHOUT ROWID;
    """,
)
"""Each brings the schema one version further; `PRAGMA user_version` counts them."""


def connect(folder: Path) -> tuple[sqlite3.Connection, Path | None]:
    """Open the history in `folder`, made or migrated where that is needed.

    Returns:
        The connection, and the path under which a damaged file was set aside, or None.

    Raises:
        NewerSchemaError: when a newer lossviz wrote the file; it is left as it is.
        sqlite3.Error, OSError: when it cannot be opened or made.
    """
    path = folder / FILE
    try:
        return _open(path), None
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise
    aside = _set_aside(path)
    return _open(path), aside


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing; waits for other kernels' writes before it begins."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _open(path: Path) -> sqlite3.Connection:
    # SQLite gives its side files the rights of the file that they belong to.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path, timeout=OPEN_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        # Before anything is changed in it.
        _check(connection, path)
        mode = _make(connection, path.parent)
        # With a WAL this loses at most the last second to a power cut, and never the file; a
        # rollback journal needs more.
        connection.execute(f"PRAGMA synchronous={'NORMAL' if mode == 'wal' else 'FULL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        _migrate(connection)
        connection.execute(f"PRAGMA busy_timeout={round(1000 * BUSY_SECONDS)}")
        summaries.register(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def journal_mode(connection: sqlite3.Connection) -> str:
    """How writes are kept safe: "wal", or "truncate" for a rollback journal."""
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _make(connection: sqlite3.Connection, folder: Path) -> str:
    """Set the file's format, and return its journal mode; another kernel may do the same."""
    wanted = "wal"
    # A file that is in use and has no WAL was taken off it where the drive is a network's. This
    # machine may be the one whose drive that is.
    used = connection.execute("PRAGMA user_version").fetchone()[0] > 0
    if is_network(folder) or (used and journal_mode(connection) != "wal"):
        wanted = "truncate"
    deadline = time.monotonic() + MADE_SECONDS
    while (mode := journal_mode(connection)) != wanted:
        try:
            # It must come before the first table.
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute(f"PRAGMA journal_mode={wanted}")
        except sqlite3.OperationalError as error:
            # Where two want the file to themselves, SQLite refuses one of them without waiting.
            if "locked" not in str(error):
                raise
            if time.monotonic() > deadline:
                if used:
                    return mode  # as the others have it who use it now
                raise
            time.sleep(0.02)
    return wanted


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise when the file is damaged or too new."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise NewerSchemaError(
            f"A newer lossviz wrote {path} (schema {version}; this version supports up to "
            f"{len(MIGRATIONS)}). Install that version, or set LOSSVIZ_HOME to another folder."
        )
    if path.stat().st_size < CHECKED_BYTES:
        damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise sqlite3.DatabaseError(f"malformed: {damage}")


def _migrate(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
        return
    with transaction(connection):
        # Another kernel may have been quicker.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for number in range(version, len(MIGRATIONS)):
            for statement in MIGRATIONS[number].split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number + 1}")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    text = str(error)
    return "malformed" in text or "not a database" in text or "file is encrypted" in text


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{ending}").replace(f"{aside}{ending}")
    return aside
