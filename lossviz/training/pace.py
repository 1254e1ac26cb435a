"""How many steps to take in one call."""

from __future__ import annotations

SECONDS = 0.05
"""The aim for one call: long enough that the call itself costs little next to the steps, short
enough that Stop takes effect visibly at once."""

MOST = 100_000


class Pace:
    """Learns how long a step takes and sizes the next call to `SECONDS`.

    The first call is one step and is not measured: TensorFlow optimises the graph in it.
    """

    def __init__(self) -> None:
        self._count = 1
        self._warm = False

    @property
    def count(self) -> int:
        """Steps to take next."""
        return self._count

    def took(self, steps: int, seconds: float) -> bool:
        """Learn from a call; False when its time tells nothing."""
        if not self._warm:
            self._warm = True
            return False
        wanted = SECONDS * steps / max(seconds, 1e-6)
        # At most eight times more at once: one lucky measurement must not make Stop wait.
        self._count = int(max(1, min(wanted, 8 * self._count, MOST)))
        return True
