"""A lab's work behind its page: form and code in step, runs followed, commands answered."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

from lossviz._arguments import ArgumentError
from lossviz.program import TrainingConfig
from lossviz.training import Run
from lossviz.widgets.cell_runs import cell_runs, save_as_cell
from lossviz.widgets.chosen_runs import ChosenRuns
from lossviz.widgets.class_weights import WEIGHTS, count_later
from lossviz.widgets.lab_status import (
    commands,
    describe,
    question_to_clear,
    question_to_resume,
    why_no_training,
)
from lossviz.widgets.loading import loading
from lossviz.widgets.model_samples import show
from lossviz.widgets.program_binding import ProgramBinding, note_page
from lossviz.widgets.resume_offers import ResumeOffers, Saved, live_beside
from lossviz.widgets.resuming import continues
from lossviz.widgets.run_launcher import RunLauncher
from lossviz.widgets.status import Notice
from lossviz.widgets.user_objects import UserObjects
from lossviz.wire.lab_traits import Form, ProgramState, StatusLine
from lossviz.wire.messages import FromKernel

_numbers = itertools.count(1)


class Session:
    """The state of one lab. Every method may be called from any thread and returns at once.

    Attributes:
        own: the user's model and data.
        chosen: which runs are on the charts besides the one that is followed.
    """

    def __init__(
        self,
        config: TrainingConfig | None,
        own: UserObjects,
        changed: Callable[[], None],
        answer: Callable[[FromKernel], None],
    ) -> None:
        """Begin with `config`.

        Args:
            config: the settings to begin with.
            own: the user's model and data.
            changed: called after every change that pages should hear of.
            answer: sends a message to the pages, after the change that it belongs to.
        """
        self._lock = threading.RLock()
        self.own = own
        self.chosen = ChosenRuns()
        self._changed, self._answer = changed, answer
        self._binding = ProgramBinding(config, own, f"Loss lab {next(_numbers)}")
        self._launcher = RunLauncher(own, self._lock, self._hear)
        self._offers = ResumeOffers(own.model, changed)
        self._confirmed: Callable[[str, bool], None] | None = None
        said = " ".join(one for one in (own.named, own.found) if one)
        self._notice: Notice | None = Notice(said) if said else None
        self._edits: dict[str, int] = {}
        self._seen = False
        cell_runs.listen()

    # -- what pages see -----------------------------------------------------------------------

    @property
    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        return list(self._launcher.runs.all)

    @property
    def run(self) -> Run | None:
        """The run that trains, or the latest."""
        with self._lock:
            return self._launcher.runs.current

    @property
    def shown(self) -> Run | None:
        """The run on the charts; None before the first one and while the next is prepared."""
        with self._lock:
            runs = self._launcher.runs
            return runs.current if runs.training or not self._launcher.preparing else None

    @property
    def busy(self) -> bool:
        """Whether a run trains, waits or is on its way."""
        with self._lock:
            return self._launcher.runs.training or self._launcher.preparing

    def forget(self, runs: Sequence[str]) -> None:
        """Runs that have ended were deleted."""
        with self._lock:
            self._launcher.runs.forget(runs)
        self._changed()

    @property
    def config(self) -> TrainingConfig:
        """The config that form and code say.

        Raises:
            ArgumentError: while a field is bad.
        """
        with self._lock:
            return self._binding.config()

    def set_config(self, config: TrainingConfig) -> None:
        """Fill the form."""
        with self._lock:
            self._binding.set_config(config)
        self._changed()

    def code(self) -> str:
        """The text of the program that Train runs."""
        with self._lock:
            self._binding.write()
            return self._binding.code.text

    def see(self) -> None:
        """A page shows the lab: from now on the program is kept written."""
        self._seen = True
        self._offers.look()

    def close(self) -> None:
        """The lab is gone: what it was asked to start and has not does not start any more."""
        cell_runs.release(self)
        with self._lock:
            self._launcher.close()

    def view(self) -> tuple[Form, StatusLine, ProgramState]:
        """Form, status line and code of one moment, as pages show them."""
        with self._lock:
            if self._seen:
                self._binding.write()
            return self.form(), self.status(), self._binding.trait()

    def form(self) -> Form:
        """The form as pages show it."""
        with self._lock:
            config = self._launcher.runs.config if self.busy else None
            return {
                "fields": self._binding.form.fields(config),
                "commands": commands(self._launcher, self._binding),
                "edits": dict(self._edits),
            }

    def trait(self) -> ProgramState:
        """The code as pages show it."""
        with self._lock:
            return self._binding.trait()

    def status(self) -> StatusLine:
        """The status line as pages show it."""
        with self._lock:
            notice = self._notice or describe(self._launcher, self._binding, self._offers)
            return {
                "text": notice.text,
                "kind": notice.kind,  # type: ignore[typeddict-item]
                "details": notice.details,
                "tensorflow": loading.line,
                "actions": list(notice.actions),
                "preparing": self._launcher.preparing and not self._launcher.runs.training,
            }

    # -- user actions -------------------------------------------------------------------------

    def edit(self, name: str, text: str, *, page: str = "", number: int = 0) -> None:
        """A field was changed.

        Args:
            name: the field.
            text: what was typed or chosen.
            page, number: whose edit it is, and the page's count of its edits.
        """
        with self._lock:
            note_page(self._edits, page, number)
            self._notice = None
            # A field may have gone in the meantime, on another page.
            with contextlib.suppress(KeyError):
                question = self._binding.edit(name, text, page)
                self._notice = Notice(question, "warning") if question else None
        self._changed()

    def take_source(self, message: dict[str, Any]) -> None:
        """An editor on a page reports its text."""
        with self._lock:
            before = self._binding.code.revision
            self._binding.take(message)
            if message["cell"]:
                cell_runs.bind(self._binding.cell, self)
            if self._binding.code.revision != before:
                self._notice = None
        self._changed()

    def learn_losses(self, found: Any) -> None:
        """A page's notebook has these saved losses."""
        with self._lock:
            self._binding.learn(found)
        self._changed()

    def command(self, name: str, *, page: str = "", cell: bool = False) -> None:
        """A button was pressed. One that makes no sense now does nothing.

        Args:
            name: the command.
            page: where that was.
            cell: whether that page can run the program in a real cell.
        """
        with self._lock:
            launcher = self._launcher
            asked, self._confirmed = self._confirmed, None
            if asked is not None:
                self._notice = None
            if name == "train":
                self._train(page, cell)
            elif name == "confirm" and asked is not None:
                asked(page, cell)
            elif name == "dismiss":
                self._notice = None
            elif name == "reset" and not (launcher.runs.training or launcher.preparing):
                self._binding.reset()
                self._notice = Notice("Settings reset.")
            elif name == "not_run":
                launcher.not_run()
            elif name in {"replace_loss", "keep_loss"}:
                self._notice = None
                self._binding.answer(replace=name == "replace_loss", page=page)
            elif not self._run_command(name, page, cell):
                self._code_command(name, page)
        self._changed()

    def _run_command(self, name: str, page: str, cell: bool) -> bool:
        """Do what was asked of the lab's runs; False for another command."""
        launcher, run = self._launcher, self._launcher.runs.current
        if name == "resume" and not launcher.runs.training:
            self._resume(page, cell)
        elif name == "clear_runs":
            self._ask_to_clear()
        elif name == "follow":
            for other in live_beside(launcher.runs.all):
                launcher.runs.add(other)
            self._notice = None
        elif name == "first_weights" and not launcher.runs.training:
            self._notice = Notice(launcher.weights.restore())
        elif name in {"stop", "cancel_queued"}:
            {"stop": launcher.stop, "cancel_queued": launcher.cancel_queued}[name]()
        elif run is not None and name == "replace":
            launcher.runs.replace(by_one_to_come=launcher.preparing)
        elif run is not None and name in {"step", "pause", "resume"}:
            {"step": run.advance, "pause": run.pause, "resume": run.resume}[name]()
        elif run is not None and name == "apply_learning_rate":
            rate = self._binding.form.learning_rate()
            if rate is not None:
                launcher.runs.set_learning_rate(rate)
        else:
            return False
        return True

    def _code_command(self, name: str, page: str) -> None:
        binding = self._binding
        if name == "fill":
            settings = binding.form.config_of_data
            self._notice = count_later(self.own, settings, self._take_weights)
        elif name == "reset_loss":
            binding.reset_loss(page)
        elif name == "show_code":
            binding.write()
            self._answer(
                {"type": "program", "page": page, "run": False, "revision": binding.code.revision}
            )
        elif name == "compare":
            title, lines = binding.compare()
            self._answer({"type": "comparison", "page": page, "title": title, "lines": lines})
        elif name == "script":
            binding.write()
            text, message = binding.script()
            self._answer({"type": "script", "page": page, "text": text, "message": message})
        elif name == "save_cell":
            binding.write()
            self._notice = save_as_cell(binding.code.text)

    def predictions(self) -> tuple[str, str]:
        """The latest run's model's predictions for a few samples: a figure as JSON, or why not."""
        with self._lock:
            launcher = self._launcher
            run, config, data = launcher.runs.current, launcher.runs.config, launcher.data
            preparing = launcher.preparing and not launcher.runs.training
        return show(None if preparing else run, config, data)

    # -- the cell that holds the program, as `CellRuns` tells ------------------------------------

    def expects(self, text: str) -> bool:
        """Whether a page was asked to run this text in a cell that is not known yet."""
        return self._launcher.asked and text == self._binding.code.text

    def cell_begins(self, text: str, namespace: dict[str, Any]) -> None:
        """The cell begins to run; what it says counts, whatever the page has sent of it."""
        with self._lock:
            self._binding.write()
            self._binding.take_text(text)
            self._notice = None
            self._launcher.cell_begins(text, self._binding.code.config, namespace)

    def cell_ends(self, error: BaseException | None, namespace: dict[str, Any]) -> None:
        """The cell has run, or failed."""
        self._launcher.cell_ends(error, namespace)

    def adopt(self, run: Run) -> None:
        """The program has started a run."""
        self._launcher.adopt(run)

    def refresh(self) -> None:
        """Another cell begins or ends."""
        self._changed()

    # -----------------------------------------------------------------------------------------

    def _hear(self, notice: Notice | None, refused: ArgumentError | None) -> None:
        """The launcher has a message."""
        with self._lock:
            if notice is not None:
                self._notice = notice
            if refused is not None:
                self._binding.form.refuse(refused.argument, str(refused))
        self._changed()

    def _take_weights(self, weights: list[float] | None, notice: Notice) -> None:
        with self._lock:
            if weights is not None:
                self._binding.fill(WEIGHTS, weights)
            self._notice = notice
        self._changed()

    def _train(self, page: str, cell: bool, resume: str | None = None) -> None:
        binding = self._binding
        binding.write()
        self._notice = why_no_training(binding, self.own)
        if self._notice is not None:
            return
        if cell:
            binding.leave_names()
        config, custom = binding.code.config, binding.code.custom
        fits = config.model == self.own.model and config.train == self.own.train
        fits = fits and not {"data", "model", "loss_fn"} & set(custom)

        def ask() -> None:
            cell_runs.expect(self)
            self._answer(
                {"type": "program", "page": page, "run": True, "revision": binding.code.revision}
            )

        self._launcher.begin(binding.code.text, config, fits, ask if cell else None, resume)

    def resume(self, saved: Saved, page: str, cell: bool) -> None:
        """Resume this run, unless one trains. Arguments are those of `command`."""
        with self._lock:
            if not self._launcher.runs.training:
                self._resume(page, cell, saved)
        self._changed()

    def _resume(self, page: str, cell: bool, saved: Saved | None = None) -> None:
        """Resume a run with the code that it had: by default the one interrupted last."""
        found = saved or self._launcher.runs.broken_off or self._offers.saved
        if found is None or self._launcher.preparing:
            return
        binding = self._binding
        binding.write()

        def with_its_code(page: str, cell: bool) -> None:
            binding.replace_text(found.program)
            self._train(page, cell, found.id)

        if binding.untouched:
            with_its_code(page, cell)
        elif continues(binding.code.text, found.program):
            self._train(page, cell, found.id)
        else:
            self._confirmed = with_its_code
            self._notice = question_to_resume(found.name)

    def _ask_to_clear(self) -> None:
        runs = self._launcher.runs

        def clear(_page: str, _cell: bool) -> None:
            runs.clear()
            self.chosen.clear()

        self._confirmed = clear
        self._notice = question_to_clear(len(runs.all) - len(runs.live))
