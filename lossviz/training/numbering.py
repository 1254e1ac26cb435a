"""What a new run is called by the machine: its id, and its number in this process."""

from __future__ import annotations

import itertools
import secrets
import time

_numbers = itertools.count(1)


def next_number() -> int:
    """The number of a new run, from 1; its colour, and its name where it was given none."""
    return next(_numbers)


def new_id() -> str:
    """An id that no other run has, and that sorts by time.

    >>> len(new_id()), new_id() == new_id()
    (24, False)
    """
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
