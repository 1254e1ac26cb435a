"""Losses of a run in the database: blocks of so many steps, compressed."""

from __future__ import annotations

import sqlite3
import zlib

import numpy as np
from numpy.typing import NDArray

BLOCK_STEPS = 16_384
"""Steps in a block of losses; the last block of a run is written anew until it is full."""


def write_losses(
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
            kept = np.empty(0, np.float32) if before is None else unpacked(before[0])[:filled]
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


def unpacked(data: bytes) -> NDArray[np.float32]:
    """The losses of a block."""
    turned = np.frombuffer(zlib.decompress(data), np.uint8).reshape(4, -1)
    return np.ascontiguousarray(turned.T).view("<f4").ravel().astype(np.float32, copy=False)
