"""The runs of this kernel: which there are, who hears of them, and what starts the next one."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from lossviz.training.run import Run

END_SECONDS = 2.0
"""Seconds that a kernel's end waits for all runs together."""

Hear = Callable[[Run], None]


@dataclass(frozen=True)
class Origin:
    """What starts runs now, in this thread or cell.

    Attributes:
        config: what it says, for the runs' records; empty where no lab's program starts them.
        program: its text.
        resume: the id of the run that the next one should resume, where it does not say so
            itself; None for none.
    """

    config: dict[str, Any] = field(default_factory=dict)
    program: str = ""
    resume: str | None = None


class Runs:
    """The registry of all runs of a kernel.

    A run is *live* from `begin` until its record has ended, whether a variable holds it or not: a
    paused one can be resumed or stopped from here. An *ended* one is found as long as something
    holds it; the history knows it for good. Several parts of one run, which was resumed, have one
    id: the last of them counts.

    Labs and the history are listeners; training needs none of them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: weakref.WeakValueDictionary[str, Run] = weakref.WeakValueDictionary()
        self._live: dict[str, tuple[Run, threading.Thread | None]] = {}
        self._listeners: list[tuple[Hear | None, Hear | None]] = []
        self._origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039

    # -- who hears of runs --------------------------------------------------------------------

    def listen(self, *, begun: Hear | None = None, ended: Hear | None = None) -> Callable[[], None]:
        """Hear of runs from now on. What a listener raises becomes a warning of the run.

        Args:
            begun: called with every new run, on the thread that starts it, before its first step.
            ended: called with every run that has ended, on the thread that has trained it.

        Returns:
            Ends the listening.
        """
        both = (begun, ended)
        with self._lock:
            self._listeners.append(both)

        def stop() -> None:
            with self._lock:
                self._listeners.remove(both)

        return stop

    def _tell(self, run: Run, event: int) -> None:
        with self._lock:
            listeners = [one[event] for one in self._listeners]
        for hear in listeners:
            try:
                if hear is not None:
                    hear(run)
            except Exception as error:  # noqa: BLE001 - who listens must not end a training
                run.record.warn(f"A listener of this run failed: {error!r}. Training continues.")

    # -- the runs -----------------------------------------------------------------------------

    def begin(self, run: Run, thread: threading.Thread | None = None) -> None:
        """Make a new run known.

        Args:
            run: the run, before its first step. One resumed under the id of an earlier part
                takes that one's place.
            thread: the thread that trains it, for which a kernel's end waits; None where the user's
                own code does.
        """
        with self._lock:
            self._known[run.id] = run
            self._live[run.id] = (run, thread)
        self._tell(run, 0)
        run.record.at_end.append(lambda: self._end(run))

    def find(self, run: str) -> Run | None:
        """The run of this id that this kernel holds: of several that were resumed the last one."""
        return self._known.get(run)

    def live(self) -> list[Run]:
        """The runs that have not ended, in the order in which they were started."""
        with self._lock:
            return [run for run, _ in self._live.values() if not run.record.ended]

    def stop_all(self) -> None:
        """End all runs, as at the end of the interpreter, where a training thread would crash."""
        with self._lock:
            living = list(self._live.values())
        for run, _ in living:
            run.stop()
        deadline = time.monotonic() + END_SECONDS
        for _, thread in living:
            if thread is not None:
                thread.join(max(0.0, deadline - time.monotonic()))

    def _end(self, run: Run) -> None:
        """`run` has ended. Its thread may still be at its last lines."""
        with self._lock:
            if self._live.get(run.id, (None, None))[0] is run:
                del self._live[run.id]
        self._tell(run, 1)

    # -- what starts them ---------------------------------------------------------------------

    def describe(
        self,
        config: Mapping[str, Any] | None = None,
        program: str = "",
        *,
        resume: str | None = None,
    ) -> None:
        """Say what starts runs from now on in this thread or cell; nothing: no lab's program.

        Args:
            config: what the program says, for the runs' records.
            program: its text.
            resume: the id of the run that the next one should resume.
        """
        self._origin.set(Origin(dict(config or {}), program, resume))

    def origin(self) -> Origin:
        """What starts runs now. A run to resume is handed out once, to the first caller."""
        found = self._origin.get()
        if found.resume is not None:
            self._origin.set(Origin(found.config, found.program))
        return found


kernel_runs = Runs()
"""The registry of this process."""


def live_runs() -> list[Run]:
    """The runs of this kernel that have not ended, in the order in which they were started.

    A run stays here until its end also when no variable holds it any more: a paused one can be
    resumed or stopped from here.

    Example:
        >>> import lossviz
        >>> [run.status for run in lossviz.live_runs()]
        []
    """
    return kernel_runs.live()


atexit.register(kernel_runs.stop_all)
