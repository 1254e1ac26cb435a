"""The one thread that writes runs into the history while they train."""

from __future__ import annotations

import atexit
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lossviz.history.faults import FAULTS, StoreError
from lossviz.history.home import home
from lossviz.history.rows import ALIVE, Command, Update
from lossviz.history.space import is_disk_full

if TYPE_CHECKING:
    from lossviz.history.store import History

PERIOD = 0.8
"""Seconds between two writes. With the time that a write takes, a killed kernel loses less than the
last second."""


TICK = 0.4
"""Seconds between two looks for commands: a command takes effect within a second."""

MOST_UNSAVED = 100
"""Finished runs that wait in memory while the history cannot be written."""


class Recorded(Protocol):
    """A run that can be written to the history."""

    @property
    def id(self) -> str:
        """The run's id."""

    def obey(self, command: Command) -> str:
        """Carry out what another process asks; returns why it is refused, or ""."""

    def beat(self) -> None:
        """About a second has passed; called by the recorder's own thread."""

    def update(self) -> Update:
        """What is new since the last `written`; with nothing new still a sign of life."""

    def written(self, update: Update) -> bool:
        """`update` is on disk; True when that was the last of the run."""

    def warn(self, text: str) -> None:
        """Tell the user what went wrong; training continues."""


class Recorder:
    """Writes all live runs once a second from one background thread.

    Nothing here raises: a full disk or a damaged file is reported to the runs, and retried.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._runs: list[Recorded] = []
        self._warned: set[str] = set()
        self._history: History | None = None
        self._news = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, run: Recorded) -> None:
        """Write this run until its end."""
        with self._lock:
            self._runs.append(run)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._work, name="lossviz history", daemon=True
                )
                self._thread.start()
        # A problem with the file is reported while the run can still show it.
        try:
            self.history()
        except FAULTS as error:
            self._warn([run], _not_saved(error))

    def wake(self) -> None:
        """Write soon; for ends of runs, which somebody may be waiting to read."""
        self._news.set()

    def flush(self) -> None:
        """Write what is new now."""
        with self._writing:
            with self._lock:
                runs = list(self._runs)
            updates = [(run, run.update()) for run in runs]
            written = self._write(updates) if updates else []
            ended = [run for run, update in written if run.written(update)]
            unsaved = [one for one in updates if one not in written and _has_ended(one[1])]
            given_up = [run for run, _ in unsaved[:-MOST_UNSAVED]]
            with self._lock:
                self._runs = [run for run in self._runs if run not in ended + given_up]
                left = list(self._runs)
        if given_up:
            self._warn(
                left,
                f"The run history cannot be written. Until it can, only the last {MOST_UNSAVED} "
                "finished runs are kept in memory; older ones will not be saved.",
            )

    def history(self) -> History:
        """The history, opened where that has not been done.

        Raises:
            sqlite3.Error, OSError, NewerSchemaError: when it cannot be opened.
        """
        with self._lock:
            folder = home()
            if self._history is not None and self._history.folder != folder:
                self._history.close()
                self._history = None
            if self._history is None:
                self._history = _opened(folder)
                aside = self._history.set_aside
                if aside is not None:
                    self._warn(
                        self._runs,
                        f"The run history was damaged. It was moved to {aside}, and a new "
                        "one was created.",
                    )
            return self._history

    def _write(self, updates: list[tuple[Recorded, Update]]) -> list[tuple[Recorded, Update]]:
        """Write all of them together; returns those that were written."""
        try:
            self.history().write([update for _, update in updates])
        except FAULTS as error:
            if isinstance(error, ValueError) and len(updates) > 1:
                # What does not go together with one run's history must not keep the others out.
                return [done for one in updates for done in self._write([one])]
            self._warn([run for run, _ in updates], _not_saved(error))
            if isinstance(error, StoreError):
                # Reopened, a damaged file is noticed and set aside.
                with self._lock:
                    if self._history is not None:
                        self._history.close()
                    self._history = None
            return []
        self._warned.clear()
        return updates

    def _warn(self, runs: list[Recorded], text: str) -> None:
        """Say it to every live run, once until it is well again."""
        if text not in self._warned:
            self._warned.add(text)
            for run in runs:
                run.warn(text)

    def _work(self) -> None:
        due = 0.0
        while True:
            wake = self._news.wait(TICK)
            self._news.clear()
            with self._lock:
                runs = list(self._runs)
            obeyed = self._obey(runs)
            if not wake and time.monotonic() < due:
                continue
            # What was asked for shows at the next look.
            due = time.monotonic() + (TICK if obeyed else PERIOD) - TICK / 2
            for run in runs:
                run.beat()
            self.flush()
            with self._lock:
                if not self._runs:
                    # The next run starts another one.
                    self._thread = None
                    return

    def _obey(self, runs: list[Recorded]) -> bool:
        """Carry out what other processes ask of these runs; whether there was anything."""
        known = {run.id: run for run in runs}
        with self._lock:
            history = self._history
        if history is None:
            return False  # the next write opens it
        try:
            found = history.commands.take(list(known))
            if found:
                history.commands.confirm([(one, known[one.run].obey(one)) for one in found])
        except FAULTS:
            return False  # the next write says what is wrong with the file
        return bool(found)


def _has_ended(update: Update) -> bool:
    return update.row.status not in ALIVE


def _opened(folder: Path) -> History:
    try:
        from lossviz.history.store import History
    except ImportError as error:
        if not (error.name or "").endswith("sqlite3"):
            raise
        raise RuntimeError(
            "this Python was built without sqlite3, so runs can be neither saved nor listed"
        ) from error
    return History(folder)


def _not_saved(error: Exception) -> str:
    return f"This run is not being saved: {_reason(error)} Training continues."


def _reason(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    if is_disk_full(error):
        return "the disk is full."
    if "locked" in text:
        return "another program has locked the run history."
    return f"{text[:1].lower()}{text[1:]}."


recorder = Recorder()
atexit.register(recorder.flush)
