"""What the user requests of a run while it trains, and how the training thread learns of it."""

from __future__ import annotations

import threading


class Control:
    """The one object through which commands reach a run. Safe to use from any thread.

    Commands set what is wanted; the training thread looks between two chunks of steps. Nothing
    here waits for the training thread, so a handler of a button can never hang.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stop = False
        self._pause = False
        self._allowed = 0
        self._learning_rate: float | None = None

    def stop(self) -> None:
        """Ask for the end."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Ask to hold on after the current chunk."""
        with self._changed:
            self._pause = True
            self._allowed = 0

    def resume(self) -> None:
        """Ask to continue."""
        with self._changed:
            self._pause = False
            self._allowed = 0
            self._changed.notify_all()

    def advance(self, steps: int) -> None:
        """Ask to take a number of steps and pause again."""
        with self._changed:
            self._pause = True
            self._allowed += steps
            self._changed.notify_all()

    def set_learning_rate(self, value: float) -> None:
        """Ask for another learning rate from the next chunk on."""
        with self._changed:
            self._learning_rate = value

    @property
    def stop_asked(self) -> bool:
        """Whether the run is to end."""
        with self._changed:
            return self._stop

    @property
    def holding(self) -> bool:
        """Whether the run holds on, or will after the steps that it may still take."""
        with self._changed:
            return self._pause and not self._stop

    @property
    def pause_asked(self) -> bool:
        """Whether the run is to hold on."""
        with self._changed:
            return self._pause and not self._allowed and not self._stop

    def bounded(self, steps: int) -> int:
        """At most `steps`, and no more than may be taken before the next pause."""
        with self._changed:
            return min(steps, self._allowed) if self._pause and self._allowed else steps

    def took(self, steps: int) -> None:
        """Note that steps have been taken."""
        with self._changed:
            self._allowed = max(0, self._allowed - steps)

    def take_learning_rate(self) -> float | None:
        """The learning rate that was asked for since the last call, or None."""
        with self._changed:
            value, self._learning_rate = self._learning_rate, None
            return value

    def wait_while_paused(self) -> None:
        """Return when the run may continue or must end. Costs nothing while it waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._stop or not self._pause or self._allowed > 0)
