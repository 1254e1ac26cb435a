"""A lab's work behind its form: starting programs, following runs, answering commands."""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Callable
from typing import Any

from lossviz import losses, program, tasks
from lossviz._arguments import ArgumentError
from lossviz.program import TrainingConfig
from lossviz.training import Run, described
from lossviz.widgets.form_state import FormState
from lossviz.widgets.loading import loading
from lossviz.widgets.own_objects import OwnObjects, check_fit
from lossviz.widgets.status import Notice, said_of
from lossviz.wire.messages import Form, StatusLine

MOST_PAGES = 16
"""So many pages are told which of their edits have come through."""

WEIGHTS = "loss.weighted_cross_entropy.class_weights"


class Session:
    """The state of one lab. Every method may be called from any thread and returns at once."""

    def __init__(
        self, config: TrainingConfig | None, own: OwnObjects, changed: Callable[[], None]
    ) -> None:
        """Begin with `config`; call `changed` after every change that pages should hear of."""
        self._lock = threading.RLock()
        self._own = own
        self._changed = changed
        self._form = FormState(config, own)
        self._notice: Notice | None = None
        self._edits: dict[str, int] = {}
        self._preparing = False
        self._stop_asked = False
        self._was_reset = False
        self._running: TrainingConfig | None = None
        self._queue: list[TrainingConfig] = []
        self._data: Any = None
        self.runs: list[Run] = []

    # -- what pages see -----------------------------------------------------------------------

    @property
    def run(self) -> Run | None:
        """The latest run."""
        with self._lock:
            return self.runs[-1] if self.runs else None

    @property
    def shown(self) -> Run | None:
        """The run on the charts; None before the first one and while the next is prepared."""
        with self._lock:
            return None if self._preparing or self._was_reset else self.run

    @property
    def config(self) -> TrainingConfig:
        """The config that the form says.

        Raises:
            ArgumentError: while a field is bad.
        """
        with self._lock:
            return self._form.config()

    def set_config(self, config: TrainingConfig) -> None:
        """Fill the form."""
        with self._lock:
            self._form.set_config(config)
        self._changed()

    def code(self) -> str:
        """The text of the program that Train runs.

        Raises:
            ArgumentError: while a field is bad.
        """
        with self._lock:
            return program.render(self._form.config())

    def view(self) -> tuple[Form, StatusLine]:
        """Form and status line of one moment, as pages show them."""
        with self._lock:
            self.start_next()
            return self.form(), self.status()

    def form(self) -> Form:
        """The form as pages show it."""
        with self._lock:
            live = self._live()
            return {
                "fields": self._form.fields(self._running if live else None),
                "commands": self._commands(live),
                "edits": dict(self._edits),
            }

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
            # Only the pages of late are remembered: each reload makes another one.
            self._edits.pop(page, None)
            self._edits[page] = number
            while len(self._edits) > MOST_PAGES:
                self._edits.pop(next(iter(self._edits)))
            # A field may have gone in the meantime, on another page.
            with contextlib.suppress(KeyError):
                self._form.edit(name, text)
            self._notice = None
        self._changed()

    def command(self, name: str) -> None:
        """A button was pressed. One that makes no sense now does nothing."""
        with self._lock:
            run, live = self.run, self._live()
            if name == "train":
                self._train()
            elif name == "stop":
                self._stop_asked = True
                if run is not None:
                    run.stop()
            elif name == "replace" and run is not None and self._queue:
                run.stop()
                # Of several that wait the last one is what the person wants now.
                self._queue = self._queue[-1:]
            elif name == "step" and run is not None:
                run.advance()
            elif name == "pause" and run is not None:
                run.pause()
            elif name == "resume" and run is not None:
                run.resume()
            elif name == "reset" and not live:
                self._form.reset()
                self._was_reset = True
                self._notice = Notice("All settings are as they were at the start.")
            elif name == "fill":
                self._fill_weights()
            elif name == "apply_learning_rate" and run is not None:
                rate = self._form.learning_rate()
                if rate is not None:
                    run.set_learning_rate(rate)
                    if self._running is not None:
                        self._running = TrainingConfig(
                            **{**self._running.as_dict(), "learning_rate": rate}
                        )
        self._changed()

    def predictions(self) -> tuple[str, str]:
        """What the latest run's model says of a few held-out samples.

        Returns:
            A Plotly figure as JSON and "", or "" and why there is none.
        """
        with self._lock:
            run, config, data = self.run, self._running, self._data
        if run is None or config is None or self._preparing:
            return "", "Train a model first: then this shows what it says of data it has not seen."
        try:
            figure = tasks.get(config.task).show(run.model, data)
        except Exception as error:  # noqa: BLE001 - shown in the lab, whatever it is
            return "", str(error).strip().partition("\n")[0].removeprefix("data: ").capitalize()
        return str(figure.to_json()), ""

    def say_what_is_wrong(self, consequence: str) -> None:
        """Name every bad field in the status line, after what follows from it."""
        with self._lock:
            wrong = " ".join(f"{label}: {text}" for label, text in self._form.errors().items())
            self._notice = Notice(f"{consequence} {wrong}", "error")
        self._changed()

    def _fill_weights(self) -> None:
        """Class weights from the data's class frequencies; the data may take a while to load."""
        try:
            config = self._form.config_of_data()
        except ArgumentError as error:
            self._notice = Notice(f"No class weights. {error}", "error")
            return
        self._notice = Notice("Counting how often each class occurs...")
        threading.Thread(
            target=self._count_classes, args=(config,), name="lossviz weights", daemon=True
        ).start()

    def _count_classes(self, config: dict[str, Any]) -> None:
        weights: list[float] | None = None
        try:
            if self._own.train:
                data = eval(self._own.train, dict(self._own.namespace))  # noqa: S307 - names alone
            else:
                data = tasks.get(config["task"]).load(config["dataset"], seed=config["seed"])
            weights = tasks.class_weights(data)
            notice = Notice("Class weights are filled in: rare classes weigh more.")
        except Exception as error:  # noqa: BLE001 - shown in the lab, whatever it is
            notice = Notice(f"No class weights. {error}", "error", traceback.format_exc())
        with self._lock:
            if weights is not None:
                self._form.fill(WEIGHTS, weights)
            self._notice = notice
        self._changed()

    def _train(self) -> None:
        if self._own.data_error:
            self._notice = Notice(f"Nothing to train yet. {self._own.data_error}", "error")
            return
        try:
            config = self._form.config()
        except ArgumentError:
            self.say_what_is_wrong("Training did not start.")
            return
        loss = losses.get(config.loss)
        if not self._own.train and not losses.trains(loss, config.task):
            why = losses.why_not(loss, config.task)
            self._notice = Notice(f"Training did not start. {loss.title}: {why}", "error")
            return
        self._notice = None
        if self._live():
            self._queue.append(config)
        else:
            self._begin(config)

    def start_next(self) -> None:
        """Begin the run that waits, when the one before it has ended."""
        with self._lock:
            if self._queue and not self._live():
                self._begin(self._queue.pop(0))

    def _begin(self, config: TrainingConfig) -> None:
        self._preparing, self._stop_asked, self._was_reset = True, False, False
        self._running = config
        loading.start(self._changed)
        threading.Thread(
            target=self._start, args=(config,), name="lossviz start", daemon=True
        ).start()

    def _start(self, config: TrainingConfig) -> None:
        """Run the program's text; on its own thread, since imports and data take their time."""
        notice, run, refused = None, None, None
        try:
            check_fit(self._own, config)
            text = program.render(config)
            described.set((config.as_dict(), text))
            namespace = {"__name__": "__main__", **self._own.namespace}
            run = program.execute(text, namespace)
        except ArgumentError as error:
            refused = error
            notice = Notice(f"Training did not start. {error}", "error", traceback.format_exc())
        except BaseException as error:  # noqa: BLE001 - shown in the lab, whatever it is
            first = str(error).strip().partition("\n")[0]
            notice = Notice(
                f"Training did not start. {type(error).__name__}: {first}",
                "error",
                traceback.format_exc(),
            )
        with self._lock:
            self._preparing, self._notice = False, notice
            if refused is not None:
                self._form.refuse(refused.argument, str(refused))
            if run is not None:
                self.runs.append(run)
                # For predictions; the next run's take the place of these.
                self._data = namespace.get("validation", namespace.get("data"))
                if self._stop_asked:
                    run.stop()
        self._changed()

    # -- derived ------------------------------------------------------------------------------

    def _live(self) -> bool:
        return self._preparing or (self.run is not None and not self.run.record.ended)

    def _commands(self, live: bool) -> list[str]:
        commands = ["train", "show_code"]
        run = self.run
        if not live:
            return [*commands, "reset"]
        commands.append("stop")
        if run is not None and not self._preparing:
            paused = run.status == "paused"
            commands += ["resume", "step"] if paused else ["pause"]
            if self._queue:
                commands.append("replace")
            rate = self._form.learning_rate()
            if self._running is not None and rate not in {None, self._running.learning_rate}:
                commands.append("apply_learning_rate")
        return commands

    def _describe(self) -> Notice:
        if self._preparing:
            return Notice("Preparing data and model...")
        run = self.run
        if run is None:
            return Notice("Ready to train.")
        return said_of(run, first=len(self.runs) == 1, waiting=len(self._queue))
