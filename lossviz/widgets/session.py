"""A lab's work behind its page: form and code in step, runs followed, commands answered."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable
from typing import Any

from lossviz import losses, tasks
from lossviz._arguments import ArgumentError
from lossviz.program import TrainingConfig
from lossviz.training import Run
from lossviz.widgets.bond import Bond, note_page
from lossviz.widgets.cell_runs import cell_runs, save_as_cell
from lossviz.widgets.class_weights import WEIGHTS, counted
from lossviz.widgets.launch import Launch
from lossviz.widgets.loading import loading
from lossviz.widgets.own_objects import OwnObjects
from lossviz.widgets.status import Notice, said_of
from lossviz.wire.lab_traits import Code, Form, StatusLine
from lossviz.wire.messages import FromKernel

_numbers = itertools.count(1)


class Session:
    """The state of one lab. Every method may be called from any thread and returns at once."""

    def __init__(
        self,
        config: TrainingConfig | None,
        own: OwnObjects,
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
        self._own = own
        self._changed, self._answer = changed, answer
        self._bond = Bond(config, own, f"Loss lab {next(_numbers)}")
        self._launch = Launch(own, self._lock, self._hear)
        said = " ".join(one for one in (own.named, own.found) if one)
        self._notice: Notice | None = Notice(said) if said else None
        self._edits: dict[str, int] = {}
        self._seen = False
        cell_runs.listen()

    # -- what pages see -----------------------------------------------------------------------

    @property
    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        return self._launch.runs

    @property
    def run(self) -> Run | None:
        """The run that trains, or the latest."""
        with self._lock:
            return self._launch.run

    @property
    def shown(self) -> Run | None:
        """The run on the charts; None before the first one and while the next is prepared."""
        with self._lock:
            launch = self._launch
            if not launch.training and (launch.preparing or launch.was_reset):
                return None
            return launch.run

    @property
    def config(self) -> TrainingConfig:
        """The config that form and code say.

        Raises:
            ArgumentError: while a field is bad.
        """
        with self._lock:
            return self._bond.config()

    def set_config(self, config: TrainingConfig) -> None:
        """Fill the form."""
        with self._lock:
            self._bond.set_config(config)
        self._changed()

    def code(self) -> str:
        """The text of the program that Train runs."""
        with self._lock:
            self._bond.write()
            return self._bond.code.text

    def see(self) -> None:
        """A page shows the lab: from now on the program is kept written."""
        self._seen = True

    def view(self) -> tuple[Form, StatusLine, Code]:
        """Form, status line and code of one moment, as pages show them."""
        with self._lock:
            if self._seen:
                self._bond.write()
            return self.form(), self.status(), self._bond.trait()

    def form(self) -> Form:
        """The form as pages show it."""
        with self._lock:
            live = self._launch.training or self._launch.preparing
            return {
                "fields": self._bond.form.fields(self._launch.config if live else None),
                "commands": self._commands(live),
                "edits": dict(self._edits),
            }

    def trait(self) -> Code:
        """The code as pages show it."""
        with self._lock:
            return self._bond.trait()

    def status(self) -> StatusLine:
        """The status line as pages show it."""
        with self._lock:
            notice = self._notice or self._describe()
            return {
                "text": notice.text,
                "kind": notice.kind,  # type: ignore[typeddict-item]
                "details": notice.details,
                "tensorflow": loading.line,
            }

    # -- what a person does -------------------------------------------------------------------

    def edit(self, name: str, text: str, *, page: str = "", number: int = 0) -> None:
        """A field was changed.

        Args:
            name: the field.
            text: what was typed or chosen.
            page: the page on which that was, to be told that its edit has come through.
            number: the page's own count of its edits.
        """
        with self._lock:
            note_page(self._edits, page, number)
            self._notice = None
            # A field may have gone in the meantime, on another page.
            with contextlib.suppress(KeyError):
                question = self._bond.edit(name, text, page)
                self._notice = Notice(question, "warning") if question else None
        self._changed()

    def take_source(self, message: dict[str, Any]) -> None:
        """An editor on a page says what stands in it."""
        with self._lock:
            before = self._bond.code.revision
            self._bond.take(message)
            if message["cell"]:
                cell_runs.bind(self._bond.cell, self)
            if self._bond.code.revision != before:
                self._notice = None
        self._changed()

    def learn_losses(self, found: Any) -> None:
        """A page's notebook keeps these losses."""
        with self._lock:
            self._bond.learn(found)
        self._changed()

    def command(self, name: str, *, page: str = "", cell: bool = False) -> None:
        """A button was pressed. One that makes no sense now does nothing.

        Args:
            name: the command.
            page: where that was.
            cell: whether that page can run the program in a real cell.
        """
        with self._lock:
            run, launch = self._launch.run, self._launch
            if name == "train":
                self._train(page, cell)
            elif name == "stop":
                launch.stop()
            elif name == "replace":
                launch.replace()
            elif name == "step" and run is not None:
                run.advance()
            elif name == "pause" and run is not None:
                run.pause()
            elif name == "resume" and run is not None:
                run.resume()
            elif name == "reset" and not (launch.training or launch.preparing):
                self._bond.reset()
                launch.was_reset = True
                self._notice = Notice("All settings are as they were at the start.")
            elif name == "apply_learning_rate" and run is not None:
                rate = self._bond.form.learning_rate()
                if rate is not None:
                    launch.set_learning_rate(rate)
            elif name == "not_run":
                launch.not_run()
            elif name in {"replace_loss", "keep_loss"}:
                self._notice = None
                self._bond.answer(replace=name == "replace_loss", page=page)
            else:
                self._code_command(name, page)
        self._changed()

    def _code_command(self, name: str, page: str) -> None:
        bond = self._bond
        if name == "fill":
            self._fill_weights()
        elif name == "reset_loss":
            bond.reset_loss(page)
        elif name == "show_code":
            bond.write()
            self._answer(
                {"type": "program", "page": page, "run": False, "revision": bond.code.revision}
            )
        elif name == "compare":
            title, lines = bond.compare()
            self._answer({"type": "comparison", "page": page, "title": title, "lines": lines})
        elif name == "script":
            bond.write()
            text, message = bond.script()
            self._answer({"type": "script", "page": page, "text": text, "message": message})
        elif name == "save_cell":
            bond.write()
            self._notice = save_as_cell(bond.code.text)

    def predictions(self) -> tuple[str, str]:
        """What the latest run's model says of a few held-out samples.

        Returns:
            A Plotly figure as JSON and "", or "" and why there is none.
        """
        with self._lock:
            launch = self._launch
            run, config, data = launch.run, launch.config, launch.data
            preparing = launch.preparing and not launch.training
        if run is None or config is None or preparing:
            return "", "Train a model first: then this shows what it says of data it has not seen."
        try:
            figure = tasks.get(config.task).show(run.model, data)
        except Exception as error:  # noqa: BLE001 - shown in the lab, whatever it is
            return "", str(error).strip().partition("\n")[0].removeprefix("data: ").capitalize()
        return str(figure.to_json()), ""

    # -- the cell that holds the program, as `CellRuns` tells ------------------------------------

    def expects(self, text: str) -> bool:
        """Whether a page was asked to run this text in a cell that is not known yet."""
        return self._launch.asked and text == self._bond.code.text

    def cell_begins(self, text: str, namespace: dict[str, Any]) -> None:
        """The cell begins to run; what it says counts, whatever the page has sent of it."""
        with self._lock:
            self._bond.write()
            self._bond.take_text(text)
            self._notice = None
            self._launch.cell_begins(text, self._bond.code.config, namespace)

    def cell_ends(self, error: BaseException | None, namespace: dict[str, Any]) -> None:
        """The cell has run, or failed."""
        self._launch.cell_ends(error, namespace)

    def adopt(self, run: Run) -> None:
        """The program has started a run."""
        self._launch.adopt(run)

    def refresh(self) -> None:
        """Another cell begins or ends."""
        self._changed()

    # -----------------------------------------------------------------------------------------

    def _hear(self, notice: Notice | None, refused: ArgumentError | None) -> None:
        """The launch has something to say."""
        with self._lock:
            if notice is not None:
                self._notice = notice
            if refused is not None:
                self._bond.form.refuse(refused.argument, str(refused))
        self._changed()

    def _say_what_is_wrong(self) -> None:
        """Name every bad field in the status line."""
        errors = self._bond.form.errors()
        wrong = " ".join(f"{label}: {text}" for label, text in errors.items())
        self._notice = Notice(f"Training did not start. {wrong}", "error")

    def _fill_weights(self) -> None:
        """Class weights from the data's class frequencies; the data may take a while to load."""
        try:
            config = self._bond.form.config_of_data()
        except ArgumentError as error:
            self._notice = Notice(f"No class weights. {error}", "error")
            return
        self._notice = Notice("Counting how often each class occurs...")
        threading.Thread(
            target=self._count_classes, args=(config,), name="lossviz weights", daemon=True
        ).start()

    def _count_classes(self, config: dict[str, Any]) -> None:
        weights, notice = counted(self._own, config)
        with self._lock:
            if weights is not None:
                self._bond.fill(WEIGHTS, weights)
            self._notice = notice
        self._changed()

    def _train(self, page: str, cell: bool) -> None:
        bond = self._bond
        if self._own.data_error:
            self._notice = Notice(f"Nothing to train yet. {self._own.data_error}", "error")
            return
        bond.write()
        if bond.code.problem:
            problem = bond.problem[0].lower() + bond.problem[1:]
            self._notice = Notice(f"Training did not start: {problem}", "error")
            return
        if bond.form.errors():
            self._say_what_is_wrong()
            return
        config, custom = bond.code.config, bond.code.custom
        loss = losses.get(config.loss)
        own_data = self._own.train and config.train == self._own.train
        if not (own_data or "loss_fn" in custom or losses.trains(loss, config.task)):
            why = losses.why_not(loss, config.task)
            self._notice = Notice(f"Training did not start. {loss.title}: {why}", "error")
            return
        self._notice = None
        fits = config.model == self._own.model and config.train == self._own.train
        fits = fits and not {"data", "model", "loss_fn"} & set(custom)

        def ask() -> None:
            cell_runs.expect(self)
            self._answer(
                {"type": "program", "page": page, "run": True, "revision": bond.code.revision}
            )

        self._launch.begin(bond.code.text, config, fits, ask if cell else None)

    # -- derived ------------------------------------------------------------------------------

    def _commands(self, live: bool) -> list[str]:
        commands = ["train", "show_code"]
        run, launch = self._launch.run, self._launch
        if not live:
            return [*commands, "reset"]
        commands.append("stop")
        if run is not None and launch.training:
            paused = run.status == "paused"
            commands += ["resume", "step"] if paused else ["pause"]
            if launch.waiting:
                commands.append("replace")
            rate = self._bond.form.learning_rate()
            if launch.config is not None and rate not in {None, launch.config.learning_rate}:
                commands.append("apply_learning_rate")
        return commands

    def _describe(self) -> Notice:
        said = self._launch.describe()
        if said is not None:
            return said
        if self._bond.problem and not self._launch.training:
            waits = (
                " Changed settings wait until it can be read." if self._bond.code.pending else ""
            )
            return Notice(f"{self._bond.problem}{waits}", "warning")
        run = self._launch.run
        if run is None:
            return Notice("Ready to train.")
        earlier = self.runs[: self.runs.index(run)] if run in self.runs else []
        return said_of(
            run.record,
            first=len(self.runs) == 1,
            waiting=self._launch.waiting,
            taught=any(one.model is run.model for one in earlier),
        )
