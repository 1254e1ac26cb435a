"""Starting a lab's program: in its notebook cell, or from the lab's own text."""

from __future__ import annotations

import contextlib
import linecache
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from lossviz import program
from lossviz._arguments import ArgumentError
from lossviz.program import TrainingConfig
from lossviz.training import Run, kernel_runs
from lossviz.widgets.cell_runs import cell_runs, interactive_shell
from lossviz.widgets.first_weights import FirstWeights
from lossviz.widgets.lab_runs import LabRuns
from lossviz.widgets.loading import loading
from lossviz.widgets.notebook import NOTEBOOK, notebook_path
from lossviz.widgets.status import Notice
from lossviz.widgets.user_objects import UserObjects, check_fit

PATIENCE = 20.0
"""Seconds in which a page must run the cell that it was asked to run, while nothing else runs."""


class RunLauncher:
    """The runs of one lab, and the program that is about to start one.

    Attributes:
        runs: the runs.
        preparing: whether a program is on its way to start a run.
        data: what predictions are made of, as the latest program left it.
    """

    def __init__(
        self,
        own: UserObjects,
        lock: threading.RLock,
        say: Callable[[Notice | None, ArgumentError | None], None],
    ) -> None:
        """Call `say` after every change, with what there is to say and an argument's error."""
        self._own, self._lock, self._say = own, lock, say
        self.runs = LabRuns()
        self.weights = FirstWeights(own.namespace.get(own.model))
        self.preparing = False
        self.data: Any = None
        self._asked = 0.0
        self._resume: str | None = None
        self._text = ""
        self._started = 0
        self._stop_asked = self._dropped = self._closed = False

    # -- what there is ------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many runs come after the one that trains."""
        live = len(self.runs.live)
        return max(0, live - 1) + (self.preparing and live > 0)

    def describe(self) -> Notice | None:
        """What to say while a program is on its way."""
        if not self.preparing or self.runs.training:
            return None
        if self._asked and cell_runs.running:
            return Notice("Waiting for the running cell to finish.")
        return Notice("Preparing data and model...")

    # -- user actions -------------------------------------------------------------------------

    def begin(
        self,
        text: str,
        config: TrainingConfig,
        fits: bool,
        ask: Callable[[], None] | None,
        resume: str | None = None,
    ) -> None:
        """Start the program.

        Args:
            text: the program.
            config: what it says.
            fits: whether the user's model and data are the program's, to be compared first.
            ask: asks a page to run the cell that holds the text; None runs the text from here.
            resume: the id of the run to resume; None for a new one.
        """
        self.preparing, self._stop_asked, self._dropped = True, False, False
        self._started, self._resume = 0, resume
        loading.start(lambda: self._say(None, None))
        threading.Thread(
            target=self._work, args=(text, config, fits, ask), name="lossviz start", daemon=True
        ).start()

    @property
    def asked(self) -> bool:
        """Whether a page was asked to run the cell and has not started it."""
        return self.preparing and self._asked > 0

    def stop(self) -> None:
        """End the run that trains, what waits behind it, and what is about to start."""
        self.cancel_queued()
        self._stop_asked = self.preparing
        self.runs.stop()

    def cancel_queued(self) -> None:
        """Take back what waits behind the run that trains, also where it is still on its way."""
        if self.runs.training and self.preparing:
            self._stop_asked = self._dropped = True
        self.runs.cancel_queued()

    def close(self) -> None:
        """The lab is gone: what has not started yet does not start any more."""
        self._closed = True
        if self.preparing:
            self._stop_asked = self._dropped = True

    def not_run(self) -> None:
        """The page could not run the cell."""
        if self.preparing and self._asked:
            self._end(Notice("The notebook could not run the cell. Is its kernel ready?", "error"))

    # -- the cell -----------------------------------------------------------------------------

    def cell_begins(self, text: str, config: TrainingConfig, namespace: dict[str, Any]) -> None:
        """The cell that holds the program begins to run."""
        if not self._asked:
            # The user has run it: a new run, whatever was asked for before.
            self._stop_asked, self._dropped, self._resume = False, False, None
        self.preparing, self._asked = True, 0.0
        self._started = 0
        for name, value in self._own.namespace.items():
            # A name that the user has reassigned since means the user's object.
            namespace.setdefault(name, value)
        self._text = text
        self._describe_runs(text, config)
        self._say(None, None)

    def cell_ends(self, error: BaseException | None, namespace: dict[str, Any]) -> None:
        """The cell has run."""
        kernel_runs.describe()
        self._keep_data(self._text, namespace)
        refused = error if isinstance(error, ArgumentError) else None
        if error is not None:
            self._end(_failed(error, started=self._started > 0), refused)
        elif not self._started:
            self._end(Notice("The cell finished without starting a run.", "warning"))
        else:
            self._end(None)

    def adopt(self, run: Run) -> None:
        """The program has started a run."""
        with self._lock:
            self._started += 1
            self.preparing = False
            self.weights.see(run)
            if not self._dropped:
                self.runs.add(run)
            if self._stop_asked:
                run.stop()
        self._say(None, None)

    # -----------------------------------------------------------------------------------------

    def _work(
        self, text: str, config: TrainingConfig, fits: bool, ask: Callable[[], None] | None
    ) -> None:
        """Check and run the program; on its own thread, since imports and data take their time."""
        notice, refused = None, None
        shell = interactive_shell()
        known = {} if shell is None else shell.user_ns
        namespace = {**known, "__name__": "__main__", **self._own.namespace}
        try:
            # Two threads that import TensorFlow and Keras at once can each find half a module.
            loading.wait()
            if fits:
                check_fit(self._own, config)
            if ask is not None:
                self._hand_over(ask)
                return
            if self._closed or self._stop_asked:
                self._end(None)
                return
            self._describe_runs(text, config)
            with cell_runs.adopting(self.adopt):
                program.execute(text, namespace)
        except ArgumentError as error:
            refused, notice = error, _failed(error, started=self._started > 0)
        except BaseException as error:  # noqa: BLE001 - shown in the lab, whatever it is
            # A program may name its run differently, or not at all.
            if not (self._started and isinstance(error, KeyError) and error.args == ("run",)):
                notice = _failed(error, started=self._started > 0)
        with self._lock:
            self._keep_data(text, namespace)
        self._end(notice, refused)

    def _describe_runs(self, text: str, config: TrainingConfig) -> None:
        """What runs started in this context from now on record, and which run they resume."""
        about = config.as_dict() | {NOTEBOOK: notebook_path()}
        kernel_runs.describe(about, text, resume=self._resume)

    def _keep_data(self, text: str, namespace: dict[str, Any]) -> None:
        """Keep what predictions are made of: what the program holds out, or else its data."""
        with contextlib.suppress(ArgumentError):
            data, validation = program.data_names(text)
            self.data = namespace.get(validation, namespace.get(data))

    def _hand_over(self, ask: Callable[[], None]) -> None:
        with self._lock:
            if self._closed or self._stop_asked:
                self._end(None)
                return
            self._asked = time.monotonic()
            ask()
            self._watch()
        self._say(None, None)

    def _watch(self) -> None:
        timer = threading.Timer(PATIENCE, self._look_again, args=(self._asked,))
        timer.daemon = True
        timer.start()

    def _look_again(self, asked: float) -> None:
        with self._lock:
            if not self.preparing or self._asked != asked:
                return
            if cell_runs.running:
                self._watch()
                return
        self._end(Notice("No open page ran the cell. Press Train again.", "error"))

    def _end(self, notice: Notice | None, refused: ArgumentError | None = None) -> None:
        with self._lock:
            self.preparing, self._asked = False, 0.0
        self._say(notice, refused)


def _failed(error: BaseException, *, started: bool) -> Notice:
    """The notice for a program that failed, with its line and the traceback."""
    what = "The code failed after starting a run" if started else "Training did not start"
    first = str(error).strip().partition("\n")[0].removesuffix(".")
    line = _line_of(error)
    where = f" (line {line} of the code)" if line and "of the code" not in first else ""
    if isinstance(error, SyntaxError):
        first, where = f"the code has a syntax error on line {error.lineno}", ""
    elif isinstance(error, KeyboardInterrupt):
        first = "interrupted"
    elif not isinstance(error, ArgumentError):
        first = f"{type(error).__name__}: {first}"
    details = "".join(traceback.format_exception(error))
    joint = ": " if isinstance(error, (SyntaxError, KeyboardInterrupt)) else ". "
    return Notice(f"{what}{joint}{first}{where}.", "error", details)


def _line_of(error: BaseException) -> int:
    """The line of the program at which it failed, or 0: the last one in the text that began it."""
    frames: list[tuple[str, int]] = []
    step: TracebackType | None = error.__traceback__
    while step is not None:
        frames.append((step.tb_frame.f_code.co_filename, step.tb_lineno))
        step = step.tb_next
    for name, _ in frames:
        if name.startswith("<lossviz program") or _is_cell(name):
            return [line for one, line in frames if one == name][-1]
    return 0


def _is_cell(name: str) -> bool:
    """Whether the code of a notebook's cell has this file name."""
    entry = linecache.cache.get(name)
    # IPython keeps the text of a cell there without a time of change, as nothing else does.
    cell = "ipykernel_" in name or name.startswith("<ipython-input")
    return cell and entry is not None
