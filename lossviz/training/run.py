"""A run: what `lossviz.train` returns, to read and to control a training."""

from __future__ import annotations

import copy
import threading
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

    from lossviz.training.trainer import Trainer


class Run:
    """A training run in the background.

    Everything can be read at any time, from any thread; what is returned is a copy.
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
        """All that is recorded; for lossviz' own use."""
        return self._record

    @property
    def id(self) -> str:
        """The run's own id, unique among all runs."""
        return self._record.id

    @property
    def name(self) -> str:
        """The name for people."""
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
        """How many steps have been taken."""
        return len(self._record.losses)

    @property
    def epoch(self) -> int:
        """The current epoch, counted from 1; 0 before the first step."""
        return self._record.progress().epoch

    @property
    def model(self) -> Any:
        """The model in training; the same object that was handed over."""
        return self._model

    @property
    def step_loss(self) -> NDArray[np.float32]:
        """The loss of every step taken, float32 [steps]."""
        return self._record.losses.read()

    def series_names(self) -> list[str]:
        """The names of all that is recorded with the steps, "loss" first.

        `loss`, `learning_rate`, `gradient_norm` (of all gradients, before clipping), metrics that
        are means over samples, `<output>_loss` of several outputs, what a `train_step` returns in a
        dict, what `log` was given, and what the process uses: `process_memory`, `process_cpu`,
        `gpu_memory`, `gpu_utilisation`.

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
            name: one of `series_names()`. `series("loss")` is `step_loss`. Of what was logged
                several times at one step it is the last value.

        Raises:
            ArgumentError: for another name; the message tells the nearest.

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

        It is kept as float32, in the order in which it came, and is drawn, stored and resumed as
        the loss is. What a `train_step` computes in the graph it returns in a dict instead:
        `{"loss": loss, "kl": kl}`.

        Args:
            name: under which `series` returns it.
            value: one number; NaN and infinity are numbers, too.

        Raises:
            TypeError: when `name` is no text, or `value` not one number.
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
        """The means of each finished epoch by Keras' names: loss, val_loss, accuracy, ...

        float64 arrays of one value an epoch, weighted by the samples in each batch.
        """
        return self._record.history()

    @property
    def config(self) -> dict[str, Any]:
        """Every argument and hyperparameter of the run, as JSON can hold it.

        `model`, `loss`, `loss_params`, `from_logits`, `optimizer`, `optimizer_params`,
        `learning_rate`, `epochs`, `batch_size`, `seed`, ...; of a lab's run its form, too.
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
        """Wait for the end of the run.

        Args:
            timeout: seconds to wait at most; None waits as long as it takes.

        Returns:
            True when the run has ended, however it ended; never raises the run's own error.
        """
        return self._record.wait(timeout)

    def result(self, timeout: float | None = None) -> Run:
        """Wait for the end, and raise what the run failed with.

        Args:
            timeout: seconds to wait at most; None waits as long as it takes.

        Returns:
            The run itself, so that `lossviz.fit(...).result().history` reads well. A run that was
            stopped counts as ended, not as failed.

        Raises:
            TimeoutError: when it has not finished by then; it continues.
            Exception: the run's own `error`, where it failed.
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
        """The run's numbers as a table of pandas.

        Args:
            kind: `"epochs"`, a row for each epoch that has ended, or `"steps"`, one for each step.

        Raises:
            ArgumentError: for another kind.
            ImportError: where pandas is not installed.
        """
        return frame(self._record, kind)

    @property
    def holding(self) -> bool:
        """Whether it is paused, or is going to be when it has taken the steps it may still take."""
        return self._control.holding and not self._record.ended

    def pause(self) -> None:
        """Hold on after the current chunk."""
        self._control.pause()

    def resume(self) -> None:
        """Continue after a pause."""
        self._control.resume()

    def advance(self, steps: int = 1) -> None:
        """Take `steps` steps, then pause (again).

        Raises:
            ArgumentError: when `steps` is no whole number of at least 1.
        """
        self._control.advance(whole_number("steps", steps))

    def stop(self) -> None:
        """End the run after the current chunk; what it has learnt and recorded stays."""
        self._control.stop()
        run_queue.wake()
        if self._trainer is not None and not self._record.ended:
            threading.Thread(target=self._give_up, name="lossviz stop", daemon=True).start()

    def _give_up(self) -> None:
        trainer = self._trainer
        if trainer is not None and not self._record.wait(trainer.patience):
            trainer.abandon()

    def set_learning_rate(self, value: float) -> None:
        """Use another learning rate from the next chunk on.

        Raises:
            ArgumentError: when `value` is no number greater than 0.
        """
        self._control.set_learning_rate(number("learning_rate", value, above=0))

    def figure(self) -> go.Figure:
        """Both charts as a Plotly figure: the loss of every step, and the means of each epoch."""
        from lossviz.training.figure import figure

        return figure(self._record)

    def __repr__(self) -> str:
        progress = self._record.progress()
        where = f"epoch {progress.epoch} of {self._record.epochs}, step {progress.step:,}"
        reason = f": {self._record.error_message}" if self._record.error_message else ""
        if self.status == "queued":
            waits = [event.text for event in self.events if event.kind == "queued"]
            reason = f". {waits[-1]}" if waits else ""
        return f"<lossviz.Run {self.name!r}: {self.status}, {where}{reason}>"
