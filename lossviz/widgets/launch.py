"""Starting a lab's program: in its notebook cell, or from the lab's own text."""

from __future__ import annotations

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
from lossviz.widgets.loading import loading
from lossviz.widgets.own_objects import OwnObjects, check_fit
from lossviz.widgets.status import Notice

PATIENCE = 20.0
"""Seconds in which a page must run the cell that it was asked to run, while nothing else runs."""


class Launch:
    """The runs of one lab, and the program that is about to start one.

    Attributes:
        runs: all runs, oldest first.
        preparing: whether a program is on its way to start a run.
        was_reset: whether the charts are to be empty until the next run.
        data: what predictions are made of, as the latest program left it.
    """

    def __init__(
        self,
        own: OwnObjects,
        lock: threading.RLock,
        say: Callable[[Notice | None, ArgumentError | None], None],
    ) -> None:
        """Call `say` after every change, with what there is to say and an argument's error."""
        self._own, self._lock, self._say = own, lock, say
        self.runs: list[Run] = []
        self.preparing = False
        self.was_reset = False
        self.data: Any = None
        self._configs: dict[str, TrainingConfig] = {}
        self._asked = 0.0
        self._started = 0
        self._stop_asked = False

    # -- what there is ------------------------------------------------------------------------

    @property
    def run(self) -> Run | None:
        """The run that trains, or the latest; those behind it wait for their turn."""
        live = [run for run in self.runs if not run.record.ended]
        if live:
            return live[0]
        return self.runs[-1] if self.runs else None

    @property
    def training(self) -> bool:
        """Whether a run trains or waits for its turn."""
        run = self.run
        return run is not None and not run.record.ended

    @property
    def waiting(self) -> int:
        """How many runs come after the one that trains."""
        live = sum(not run.record.ended for run in self.runs)
        return max(0, live - 1) + (self.preparing and live > 0)

    @property
    def config(self) -> TrainingConfig | None:
        """The config of `run`."""
        run = self.run
        return None if run is None else self._configs.get(run.id)

    def set_learning_rate(self, rate: float) -> None:
        """Let the run that trains use another learning rate."""
        run, config = self.run, self.config
        if run is not None:
            run.set_learning_rate(rate)
            if config is not None:
                self._configs[run.id] = config.with_changes(learning_rate=rate)

    def describe(self) -> Notice | None:
        """What to say while a program is on its way."""
        if not self.preparing or self.training:
            return None
        if self._asked and cell_runs.running:
            return Notice("Waits for the cell that runs now.")
        return Notice("Preparing data and model...")

    # -- what a person does -------------------------------------------------------------------

    def begin(
        self, text: str, config: TrainingConfig, fits: bool, ask: Callable[[], None] | None
    ) -> None:
        """Start the program.

        Args:
            text: the program.
            config: what it says.
            fits: whether the user's model and data are the program's, to be compared first.
            ask: asks a page to run the cell that holds the text; None runs the text from here.
        """
        self.preparing, self._stop_asked, self.was_reset = True, False, False
        self._started = 0
        loading.start(lambda: self._say(None, None))
        threading.Thread(
            target=self._work, args=(text, config, fits, ask), name="lossviz start", daemon=True
        ).start()

    @property
    def asked(self) -> bool:
        """Whether a page was asked to run the cell and it has not begun."""
        return self.preparing and self._asked > 0

    def stop(self) -> None:
        """End the run that trains, or the one that is about to start."""
        if self.training and self.run is not None:
            self.run.stop()
        else:
            self._stop_asked = True

    def replace(self) -> None:
        """End the run that trains; of several that wait the last is what is wanted now."""
        live = [run for run in self.runs if not run.record.ended]
        for run in live if self.preparing else live[:-1]:
            run.stop()

    def not_run(self) -> None:
        """The page could not run the cell."""
        if self.preparing and self._asked:
            self._end(Notice("The notebook did not run the cell: is its kernel ready?", "error"))

    # -- the cell -----------------------------------------------------------------------------

    def cell_begins(self, text: str, config: TrainingConfig, namespace: dict[str, Any]) -> None:
        """The cell that holds the program begins to run."""
        if not self._asked:
            self._stop_asked = False
        self.preparing, self.was_reset, self._asked = True, False, 0.0
        self._started = 0
        for name, value in self._own.namespace.items():
            # A name that the user has given away since means what the user says.
            namespace.setdefault(name, value)
        kernel_runs.describe(config.as_dict(), text)
        self._say(None, None)

    def cell_ends(self, error: BaseException | None, namespace: dict[str, Any]) -> None:
        """The cell has run."""
        kernel_runs.describe()
        self.data = namespace.get("validation", namespace.get("data"))
        refused = error if isinstance(error, ArgumentError) else None
        if error is not None:
            self._end(_failed(error, started=self._started > 0), refused)
        elif not self._started:
            self._end(Notice("The cell has run, but it started no training.", "warning"))
        else:
            self._end(None)

    def adopt(self, run: Run) -> None:
        """The program has started a run."""
        with self._lock:
            self.runs.append(run)
            self._started += 1
            self.preparing = False
            config = _config_of(run)
            if config is not None:
                self._configs[run.id] = config
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
            kernel_runs.describe(config.as_dict(), text)
            with cell_runs.adopting(self.adopt):
                program.execute(text, namespace)
        except ArgumentError as error:
            refused, notice = error, _failed(error, started=self._started > 0)
        except BaseException as error:  # noqa: BLE001 - shown in the lab, whatever it is
            # A program may well call its run otherwise, or nothing.
            if not (self._started and isinstance(error, KeyError) and error.args == ("run",)):
                notice = _failed(error, started=self._started > 0)
        with self._lock:
            self.data = namespace.get("validation", namespace.get("data"))
        self._end(notice, refused)

    def _hand_over(self, ask: Callable[[], None]) -> None:
        with self._lock:
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
        self._end(Notice("No page has run the cell. Press Train again.", "error"))

    def _end(self, notice: Notice | None, refused: ArgumentError | None = None) -> None:
        with self._lock:
            self.preparing, self._asked = False, 0.0
        self._say(notice, refused)


def _config_of(run: Run) -> TrainingConfig | None:
    """The config of the program that has started a run; None where no lab's program has.

    The run's own record tells it: another program may be on its way by now.
    """
    record = run.record
    if not record.program:
        return None
    names = TrainingConfig().as_dict()
    return TrainingConfig(**{name: record.config[name] for name in names if name in record.config})


def _failed(error: BaseException, *, started: bool) -> Notice:
    """What a lab says of a program that failed, with its line and the traceback behind."""
    what = "The code failed after it had started a run" if started else "Training did not start"
    first = str(error).strip().partition("\n")[0].removesuffix(".")
    line = _line_of(error)
    where = f" (line {line} of the code)" if line and "of the code" not in first else ""
    if isinstance(error, SyntaxError):
        first, where = f"the code has a syntax error in line {error.lineno}", ""
    elif isinstance(error, KeyboardInterrupt):
        first = "it was interrupted"
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
