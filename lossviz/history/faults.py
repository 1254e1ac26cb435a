"""What can go wrong with the run history; training continues all the same."""

from __future__ import annotations

try:
    import sqlite3
except ImportError:  # a Python that was built without SQLite
    StoreError: type[Exception] = OSError
else:
    StoreError = sqlite3.Error


class NewerSchemaError(RuntimeError):
    """The file was written by a newer lossviz, which knows things that this one does not."""


FAULTS = (StoreError, OSError, RuntimeError, ValueError)
