"""A run, as `lossviz.train` returns it: to read its results and to control it."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import number, whole_number
from lossviz.training.control import Control
from lossviz.training.frames import frame
from lossviz.training.milestones import Event
from lossviz.training.readings import log, series, series_names
from lossviz.training.record import Record
from lossviz.training.run_queue import run_queue

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lossviz.training.figure import Comparable
    from lossviz.training.trainer import Trainer


class Run:
    """A training run in the background.

    Everything can be read at any time, from any thread; results are copies.
    Commands return at once and take effect between two chunks of steps (about 50 ms); after the
    end they do nothing.

    Example:
        >>> import numpy as np, keras, lossviz
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> run = lossviz.train(model, (x, 2 * x), loss="quadratic", epochs=2)
        >>> run.wait(), run.status, run.step
        (True, 'completed', 4)
    """

    def __init__(
        self, record: Record, control: Control, model: Any, trainer: Trainer | None = None
    ) -> None:
        self._trainer = trainer
        self._record = record
        self._control = control
        self._model = model

    @property
    def record(self) -> Record:
        """Everything recorded; internal to lossviz."""
        return self._record

    @property
    def id(self) -> str:
        """The run's id, unique among all runs."""
        return self._record.id

    @property
    def name(self) -> str:
        """The display name."""
        return self._record.name

    @property
    def status(self) -> str:
        """queued, running, paused, completed, stopped, failed or interrupted."""
        return self._record.status

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the run, or None."""
        return self._record.error

    @property
    def step(self) -> int:
        """The number of steps taken so far."""
        return len(self._record.losses)

    @property
    def epoch(self) -> int:
        """The current epoch, counted from 1; 0 before the first step."""
        return self._record.progress().epoch

    @property
    def model(self) -> Any:
        """The model in training: the object that was passed in."""
        return self._model

    @property
    def step_loss(self) -> NDArray[np.float32]:
        """The loss of every step taken, float32 [steps]."""
        return self._record.losses.read()

    def series_names(self) -> list[str]:
        """The names of all series recorded with the steps, "loss" first.

        `loss`, `learning_rate`, `gradient_norm` (of all gradients, before clipping), metrics that
        are means over samples, `<output>_loss` of several outputs, the dict returned by a
        `train_step`, values passed to `log`, and the resources in use: `process_memory`,
        `process_cpu`, `gpu_memory`, `gpu_utilisation`.

        Example:
            >>> import numpy as np, keras, lossviz
            >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            >>> x = np.linspace(-1, 1, 64)[:, None]
            >>> run = lossviz.train(model, (x, 2 * x), loss="quadratic", epochs=2).result()
            >>> run.series_names()[:3]
            ['loss', 'gradient_norm', 'learning_rate']
        """
        return series_names(self._record)

    def series(self, name: str) -> NDArray[np.float32]:
        """One value for each step taken, float32 [steps]; NaN where a step has none.

        Args:
            name: one of `series_names()`. `series("loss")` is `step_loss`. Of values logged
                several times at one step it is the last value.

        Raises:
            ArgumentError: for an unknown name; the message names the nearest ones.

        Example:
            >>> import numpy as np, keras, lossviz
            >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            >>> x = np.linspace(-1, 1, 64)[:, None]
            >>> run = lossviz.train(model, (x, 2 * x), loss="quadratic", epochs=2).result()
            >>> run.series("learning_rate").tolist() == [np.float32(0.01)] * run.step
            True
        """
        return series(self._record, name)

    def log(self, name: str, value: float) -> None:
        """Record a number of your own with the latest step, from callbacks or any other code.

        It is stored as float32, in the order of the calls, and is drawn, saved and resumed like the
        loss. For values computed in the graph, return a dict from `train_step` instead:
        `{"loss": loss, "kl": kl}`.

        Args:
            name: under which `series` returns it.
            value: a single number, which may be NaN or infinite.

        Raises:
            TypeError: if `name` is not a string, or `value` not a single number.
            ArgumentError: for a name that the run itself records, such as "loss", and after the
                end of the run.

        Example:
            >>> import numpy as np, keras, lossviz
            >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            >>> x = np.linspace(-1, 1, 64)[:, None]
            >>> class Weights(keras.callbacks.Callback):
            ...     def on_epoch_end(self, epoch, logs=None):
            ...         [run] = lossviz.live_runs()
            ...         run.log("weight", self.model.get_weights()[0][0, 0])
            >>> run = lossviz.train(
            ...     model, (x, 2 * x), loss="quadratic", epochs=2, callbacks=[Weights()]
            ... ).result()
            >>> np.isfinite(run.series("weight")).tolist()
            [False, True, False, True]
        """
        log(self._record, name, value)

    @property
    def history(self) -> dict[str, NDArray[np.float64]]:
        """Epoch averages under Keras' names: loss, val_loss, accuracy, ...

        float64 arrays with one value per finished epoch, weighted by the samples in each batch.
        """
        return self._record.history()

    @property
    def config(self) -> dict[str, Any]:
        """Every argument and hyperparameter of the run, JSON-serializable.

        `model`, `loss`, `loss_params`, `from_logits`, `optimizer`, `optimizer_params`,
        `learning_rate`, `epochs`, `batch_size`, `seed`, ...; for a lab's run also its form.
        """
        return copy.deepcopy(self._record.config)

    @property
    def program(self) -> str:
        """The text of the program that a lab ran, or ""."""
        return self._record.program

    @property
    def duration(self) -> float | None:
        """Seconds from the start to the latest step, pauses included; None before the first."""
        return self._record.times.last

    @property
    def events(self) -> list[Event]:
        """What happened when: pauses, learning-rate changes, warnings, the end."""
        return self._record.events

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run has finished.

        Args:
            timeout: the longest time to wait, in seconds; None waits indefinitely.

        Returns:
            True if the run has finished, successfully or not; never raises the run's error.
        """
        return self._record.wait(timeout)

    def result(self, timeout: float | None = None) -> Run:
        """Wait until the run has finished, and raise its error if it failed.

        Args:
            timeout: the longest time to wait, in seconds; None waits indefinitely.

        Returns:
            The run itself, as in `lossviz.fit(...).result().history`. A stopped run counts as
            finished, not as failed.

        Raises:
            TimeoutError: when it has not finished by then; it continues.
            Exception: the run's `error`, if it failed.
        """
        if not self.wait(timeout):
            raise TimeoutError(
                f"run {self.name!r} has not finished after {timeout:g} seconds; it is "
                f"{self.status}."
            )
        if self.error is not None:
            raise self.error
        return self

    def to_frame(self, kind: str = "epochs") -> pd.DataFrame:
        """The run's values as a pandas DataFrame.

        Args:
            kind: `"epochs"`, a row per finished epoch, or `"steps"`, a row per step.

        Raises:
            ArgumentError: for another kind.
            ImportError: where pandas is not installed.
        """
        return frame(self._record, kind)

    @property
    def holding(self) -> bool:
        """Whether the run is paused, or will be after its remaining steps."""
        return self._control.holding and not self._record.ended

    def pause(self) -> None:
        """Pause after the current chunk."""
        self._control.pause()

    def resume(self) -> None:
        """Continue after a pause."""
        self._control.resume()

    def advance(self, steps: int = 1) -> None:
        """Take `steps` steps, then pause (again).

        Raises:
            ArgumentError: unless `steps` is a whole number of at least 1.
        """
        self._control.advance(whole_number("steps", steps))

    def stop(self) -> None:
        """Stop the run after the current chunk; weights and records are kept."""
        self._control.stop()
        run_queue.wake()
        if self._trainer is not None and not self._record.ended:
            threading.Thread(target=self._give_up, name="lossviz stop", daemon=True).start()

    def _give_up(self) -> None:
        trainer = self._trainer
        if trainer is not None and not self._record.wait(trainer.patience):
            trainer.abandon()

    def set_learning_rate(self, value: float) -> None:
        """Change the learning rate from the next chunk on.

        Raises:
            ArgumentError: unless `value` is a number greater than 0.
        """
        self._control.set_learning_rate(number("learning_rate", value, above=0))

    def figure(self, compare: Comparable | Iterable[Comparable] = ()) -> go.Figure:
        """The charts of the lab as a Plotly figure: epochs, metrics, and the loss of every step.

        Args:
            compare: other runs to draw behind this one, live or recorded, as the lab does: each in
                its colour and named at the end of its line, training solid, validation dashed.

        Raises:
            TypeError: if `compare` contains something other than runs.

        Example:
            >>> import lossviz
            >>> newest, *others = lossviz.runs() or [None]
            >>> drawn = newest and newest.figure(compare=others[:3])
        """
        from lossviz.training.figure import figure

        return figure(self._record, compare)

    def drawn(self) -> Record:
        """What a figure shows of it; internal to lossviz."""
        return self._record

    def __repr__(self) -> str:
        progress = self._record.progress()
        where = f"epoch {progress.epoch} of {self._record.epochs}, step {progress.step:,}"
        reason = f": {self._record.error_message}" if self._record.error_message else ""
        if self.status == "queued":
            waits = [event.text for event in self.events if event.kind == "queued"]
            reason = f". {waits[-1]}" if waits else ""
        return f"<lossviz.Run {self.name!r}: {self.status}, {where}{reason}>"
