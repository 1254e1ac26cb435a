"""What happens to a rule that fails: training continues without it, and the log says why."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def tolerated(what: str) -> Iterator[None]:
    """Log what goes wrong within, at level DEBUG, and carry on behind it.

    An odd set-up must not be kept from training by the part that looks for mistakes.

    Args:
        what: what fails, for the log.
    """
    try:
        yield
    except Exception:  # noqa: BLE001 - a rule asks a user's objects, which may raise anything
        _log.debug("%s could not check this run", what, exc_info=True)
