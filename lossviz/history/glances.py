"""What other processes see of a run at a glance: latest figures, and its loss as a sparkline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossviz.history.rows import Glance, Update

if TYPE_CHECKING:
    import sqlite3


def write(connection: sqlite3.Connection, update: Update) -> None:
    """Store the glance of an update whose row is written."""
    if (glance := update.glance) is not None:
        connection.execute(
            "INSERT OR REPLACE INTO glances VALUES (?, ?, ?, ?, ?, ?)",
            (
                update.row.id, glance.loss, glance.best_loss, glance.rate, glance.seconds_left,
                np.ascontiguousarray(glance.sparkline, "<f4").tobytes(),
            ),
        )  # fmt: skip


def read(connection: sqlite3.Connection, runs: Sequence[str]) -> dict[str, Glance]:
    """By id the glances of these runs."""
    found = connection.execute(
        "SELECT run, loss, best_loss, rate, seconds_left, sparkline FROM glances "
        "WHERE run IN (SELECT value FROM json_each(?))",
        (json.dumps(list(runs)),),
    )
    return {
        run: Glance(
            loss=loss,
            best_loss=best,
            rate=rate,
            seconds_left=left,
            sparkline=np.frombuffer(line, "<f4").reshape(2, -1),
        )
        for run, loss, best, rate, left, line in found
    }
