"""The history that a command works on, and the run that it names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from lossviz._arguments import ArgumentError
from lossviz.history import RunRow, home
from lossviz.history.store import History

MOST_NAMED = 5


@contextlib.contextmanager
def history() -> Iterator[History]:
    """The history of this user, closed at the end."""
    opened = History(home())
    try:
        yield opened
    finally:
        opened.close()


def found(store: History, run: str) -> RunRow:
    """The run of this id or exact name, or the only one whose id begins so.

    Raises:
        ArgumentError: when there is none, or several.
    """
    try:
        return store.find(run)
    except ArgumentError:
        begins = store.beginning(run) if run else []
        if len(begins) > 1:
            some = ", ".join(begins[:MOST_NAMED])
            raise ArgumentError(
                "run", f"run: {len(begins):,} runs have ids that begin with {run!r}: {some}"
            ) from None
        if not begins:
            raise
        return store.run(begins[0])
