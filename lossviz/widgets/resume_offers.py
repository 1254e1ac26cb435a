"""What a lab can resume or follow: live runs, and the last run of its notebook.

A lab that is made again, after a reload without saving or after its kernel was restarted, knows
nothing of the lab before it. The kernel knows the runs that are still live, and the history knows
the notebook's last run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lossviz._arguments import ArgumentError
from lossviz.history import ALIVE, CHECKPOINTS, FAULTS, RunRow, RunSummary, home, recorder
from lossviz.training import Run, kernel_runs, live_runs
from lossviz.training.checkpoint import find
from lossviz.widgets.fields import action
from lossviz.widgets.lab_runs import BREAKS
from lossviz.widgets.notebook import NOTEBOOK, notebook_path
from lossviz.widgets.status import Notice
from lossviz.widgets.user_objects import UserObjects
from lossviz.wire import publisher


@dataclass(frozen=True)
class Saved:
    """A run that can be resumed from its last checkpoint.

    Attributes:
        row: what the history knows of it.
        epoch: how many epochs had ended at the checkpoint.
    """

    row: RunRow
    epoch: int

    @property
    def id(self) -> str:
        """The run's id."""
        return self.row.id

    @property
    def name(self) -> str:
        """Its display name."""
        return self.row.name

    @property
    def program(self) -> str:
        """The text of its program."""
        return self.row.program

    def notice(self) -> Notice:
        """The offer for a lab that has no run yet."""
        row = self.row
        where = f"The checkpoint of {row.name} is at epoch {self.epoch:,} of {row.epochs:,}."
        said = f"The kernel stopped. {where}" if row.status == "interrupted" else where
        return Notice(said, actions=(action("resume", f"Resume {row.name}"),))


class ResumeOffers:
    """What one lab can resume. Not locked; its lab is.

    Attributes:
        saved: the notebook's last run, where it was broken off.
    """

    def __init__(self, model: str, changed: Callable[[], None]) -> None:
        """Look for runs of labs with the same model of the user's own.

        Args:
            model: the expression of that model; "" for the task's.
            changed: called when something was found.
        """
        self.saved: Saved | None = None
        self._model, self._changed = model, changed
        self._looked = False

    def look(self) -> None:
        """Look once into the history, on a thread of its own: a network's drive may be slow."""
        notebook = notebook_path()
        if self._looked or not notebook:
            return
        self._looked = True
        threading.Thread(
            target=self._look, args=(notebook,), name="lossviz offers", daemon=True
        ).start()

    def notice(self, runs: Sequence[Run]) -> Notice | None:
        """The notice for a lab that has these runs; None where there is nothing to offer."""
        others = live_beside(runs)
        if others:
            first = others[0]
            queued = len(others) - 1
            more = f" and {queued} more {'is' if queued == 1 else 'are'} queued" if queued else ""
            does = "is training" if first.status == "running" else f"is {first.status}"
            label = "Show it" if len(others) == 1 else "Show them"
            return Notice(f"{first.name} {does}{more}.", actions=(action("follow", label),))
        return None if runs or self.saved is None else self.saved.notice()

    def _look(self, notebook: str) -> None:
        try:
            row = last_of(recorder.history().runs(), notebook, self._model)
            if row is None or row.status not in BREAKS:
                return
            self.saved = Saved(row, find(row.id).rows)
        except (*FAULTS, ArgumentError):
            return  # without a history, or without a checkpoint, there is nothing to resume
        self._changed()


def saved_run(run: str) -> Saved:
    """The run of this id, to be resumed.

    Raises:
        ArgumentError: when there is none, or it has no checkpoint.
        sqlite3.Error, OSError: when the history cannot be read.
    """
    return Saved(recorder.history().run(run), find(run).rows)


def why_not_resumed(run: RunSummary, own: UserObjects) -> str:
    """Why a lab cannot resume a recorded run; "" where it can.

    Args:
        run: what the history tells of it.
        own: the user's objects that the lab's programs may name.
    """
    if run.status in ALIVE:
        return "The run has not finished."
    if run.status not in BREAKS:
        return f"The run has {run.status}: there is nothing to resume."
    if not run.program:
        return "The run was started from code: resume it there, with resume_from."
    given = run.config.get("model", ""), run.config.get("train", "")
    if any(name and name not in {own.model, own.train} for name in given):
        return "The run used a model or data that this lab does not have."
    if not (home() / CHECKPOINTS / run.id).is_dir():
        return "The run ended before its first checkpoint."
    return ""


def live_beside(runs: Sequence[Run]) -> list[Run]:
    """The live runs of this kernel that are none of these."""
    known = {run.id for run in runs}
    return [run for run in live_runs() if run.id not in known]


def last_of(rows: Sequence[RunRow], notebook: str, model: str) -> RunRow | None:
    """The last run of a lab of this notebook, in this kernel or one before it; None for none.

    One that never took a step, such as a queued one that was cancelled, does not count.

    Args:
        rows: all runs, newest first.
        notebook: the path of the notebook.
        model: the expression of the user's own model in the lab; "" for the task's.
    """
    for row in rows:
        trained = bool(row.program and row.steps)
        found = row.config.get(NOTEBOOK), row.config.get("model", "")
        if trained and found == (notebook, model):
            return row
    return None


def _tell(_run: Run) -> None:
    """Labs that have nothing to do hear of a run that code has started."""
    publisher.wake()


kernel_runs.listen(begun=_tell)
