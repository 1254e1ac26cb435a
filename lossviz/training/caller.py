"""What Keras keeps for each thread, taken along from the thread that starts a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Caller:
    """The dtype policy and the random seed that `keras.utils.set_random_seed` has set here.

    Keras keeps them for each thread: without them layers that a model makes late would have another
    precision in the run's thread, and its draws without a seed would not be `fit`'s.
    """

    def __init__(self) -> None:
        """Take along what this thread has."""
        self._kept: dict[str, Any] = dict(vars(_tracker()))

    def run(self, work: Callable[[], None]) -> None:
        """Do `work` in this thread with what was taken along."""
        vars(_tracker()).update(self._kept)
        work()


def _tracker() -> Any:
    from keras.src.backend.common import global_state  # there is no public way

    return global_state.GLOBAL_STATE_TRACKER
