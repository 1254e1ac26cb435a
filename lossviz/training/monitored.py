"""A call of Keras' `fit` as a run: recorded, and obedient to the run's commands."""

from __future__ import annotations

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training import devices
from lossviz.training.caught_values import Caught, CaughtValues
from lossviz.training.control import Control
from lossviz.training.event_recorder import EventRecorder
from lossviz.training.faults import explain
from lossviz.training.fit_call import FitCall
from lossviz.training.numbering import new_id, next_number
from lossviz.training.record import Record
from lossviz.training.registry import kernel_runs
from lossviz.training.run import Run
from lossviz.training.run_config import of_optimizer, parameters_of

PERIOD = 0.1
"""Seconds after which the steps' values are taken from the device."""

PAUSE_PERIOD = 0.05
"""Seconds between two looks at the commands of a run that is paused. An interrupt of the cell must
get through meanwhile, on Windows, too."""

MEANS = (
    "The model trains on several devices: each step shows Keras' running mean over the "
    "epoch, not the loss of that step."
)


class MonitoredFit:
    """The run of one call of `fit`, from `on_train_begin` to its end, however it ends.

    While `fit` runs, the model's train function is one that records values and applies commands;
    after it the model has its own again.
    """

    def __init__(self, model: Any, params: Mapping[str, Any], name: str | None) -> None:
        """Begin; called from inside `fit` before its first step."""
        self._model = model
        self._control = Control()
        self._record = _record(model, params, name)
        self.run = Run(self._record, self._control, model)
        self._events = EventRecorder(self._record, optimizer_of(model))
        self._own: Any = None
        self._values: CaughtValues | _Means
        self._stopped = False
        self._logs: Mapping[str, Any] | None = None  # those of the epoch that has just ended
        self._calls = 0  # of the train function since losses were taken
        self._since: float | None = None
        self._test_began: float | None = None
        self._install()
        self._call = FitCall(model, self._left)
        kernel_runs.begin(self.run)

    @property
    def over(self) -> bool:
        """Whether `fit` has ended."""
        return self._record.ended

    def begin(self) -> None:
        """The first step may come."""
        self._record.set_status("running")
        self._record.set_phase("compiling")
        self._record.add_event("started", f"Training started on {self._record.device}.")

    # -- what `fit` tells ---------------------------------------------------------------------

    def epoch_begins(self, epoch: int) -> None:
        """An epoch begins, counted from 0 as Keras does."""
        self._end_epoch()
        if not len(self._record.losses):
            self._record.first_epoch = epoch + 1
        self._record.begin_epoch(epoch + 1)
        # Callbacks set it at the beginning and at the end of an epoch.
        self._events.learning_rate(tell=True)
        if len(self._record.losses):
            self._record.set_phase("training")
        self._since = None

    def epoch_ends(self, logs: Mapping[str, Any]) -> None:
        """It ends with these logs, to which callbacks after this one may still add."""
        self._take()
        self._logs = logs

    def validation_begins(self) -> None:
        """The model is evaluated on validation data."""
        self._take()
        self._record.set_phase("validating")
        self._test_began = time.perf_counter()

    def validation_ends(self) -> None:
        """It has been."""
        if self._test_began is not None:
            self._record.add_busy(time.perf_counter() - self._test_began)
            self._test_began = None

    def end(self) -> None:
        """`fit` has come to its end."""
        record = self._record
        self._take()
        self._end_epoch()
        if self._stopped:
            self._close(lambda: record.end("stopped", "Training stopped."))
            return
        rows = record.rows
        if rows and rows[-1].epoch < record.epochs:
            record.add_event("early_stop", "Training ended by a callback.")
        self._close(lambda: record.end("completed", "Training completed."))

    def fail(self, error: BaseException) -> None:
        """An error goes through `fit`."""
        if self.over:
            return
        # What has been recorded is worth keeping, whatever state the device is in.
        with contextlib.suppress(Exception):
            self._take()
            self._end_epoch()
        self._close(lambda: _end_with(self._record, error))

    def makes_this(self) -> bool:
        """Whether this is called from inside that `fit`."""
        return self._call.makes(sys._getframe(1))  # noqa: SLF001 - the only way to a frame

    def leave(self) -> None:
        """Another call of `fit` begins: this one is over, whether or not that was heard."""
        self._call.leave()

    def _left(self, error: BaseException | None) -> None:
        self.fail(error if error is not None else RuntimeError("fit ended before its last epoch."))

    def _close(self, end: Callable[[], None]) -> None:
        self._call.end()
        if self._model.train_function == self._train:
            self._model.train_function = self._own
        end()

    # -- steps --------------------------------------------------------------------------------

    def _install(self) -> None:
        """Replace the model's train function by this run's, and keep the model's own."""
        model = self._model
        self._own = model.train_function
        if model.distribute_strategy.num_replicas_in_sync > 1:
            self._values = _Means(model)
            self._record.warn(MEANS)
        else:
            self._values = CaughtValues.of(model)
        model.train_function = self._train

    def _train(self, iterator: Any) -> Any:
        """What `fit` calls for each step, or for several at once."""
        caller: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to a frame
        if not self._call.makes(caller):
            # That `fit` ended unnoticed, and another one without a Monitor has started.
            self._call.leave()
            return self._own(iterator)
        try:
            logs = self._values.function(iterator)
            self._stepped(logs)
        except (StopIteration, tf.errors.OutOfRangeError):
            # So an iterator says that the epoch's data have ended.
            raise
        except BaseException as error:
            self.fail(error)
            raise
        return logs

    def _stepped(self, logs: Any) -> None:
        self._calls += 1
        values, control = self._values, self._control
        values.note(logs)
        control.took(values.steps)
        now = time.perf_counter()
        full = (self._calls + 1) * values.steps > values.capacity
        if full or self._since is None or now - self._since > PERIOD:
            self._take(now)
        if control.pause_asked:
            self._take()
            self._pause()
        if control.stop_asked and not self._stopped:
            self._stopped = self._model.stop_training = True
        rate = control.take_learning_rate()
        if rate is not None:
            self._take()
            self._events.set_learning_rate(rate)

    def _pause(self) -> None:
        record, control = self._record, self._control
        record.set_status("paused")
        record.add_event("paused", "Training paused.")
        while control.pause_asked:
            time.sleep(PAUSE_PERIOD)
        if not control.stop_asked:
            record.set_status("running")
            record.add_event("resumed", "Training resumed.")
        self._since = None

    def _take(self, now: float | None = None) -> None:
        """Record the steps since the last time, which have taken until `now`."""
        if not self._calls:
            return
        self._calls = 0
        named = self._values.take()
        losses = named.pop("loss")
        now = time.perf_counter() if now is None else now
        # The first ones were compiled; after a pause or a validation the time says nothing.
        seconds = None if self._since is None else now - self._since
        self._since = now
        self._record.set_phase("training")
        self._record.add_steps(losses, seconds, named)
        self._events.losses(losses)
        self._events.learning_rate(tell=False)

    def _end_epoch(self) -> None:
        logs, self._logs = self._logs, None
        if logs is None:
            return
        record = self._record
        if record.steps_per_epoch is None:
            record.steps_per_epoch = len(record.losses) - record.epoch_start
        record.end_epoch({name: float(value) for name, value in logs.items() if _is_number(value)})


class _Means:
    """Replaces `CaughtValues` for a model on several devices: Keras' own logs, nothing more."""

    capacity = 512

    def __init__(self, model: Any) -> None:
        self.function = model.train_function
        self.steps = int(model.steps_per_execution)
        self._values: list[Any] = []

    def note(self, logs: Mapping[str, Any]) -> None:
        self._values.append(logs.get("loss", next(iter(logs.values()))))

    def take(self) -> Caught:
        values, self._values = self._values, []
        return {"loss": tf.cast(tf.stack(values), tf.float32).numpy()}


def optimizer_of(model: Any) -> Any:
    """The optimizer that trains the model: of several that a model has, the first in use."""
    known = [one for one in vars(model).values() if isinstance(one, tf.keras.optimizers.Optimizer)]
    used = [one for one in known if one.built]
    return used[0] if used and model.optimizer not in used else model.optimizer


def _record(model: Any, params: Mapping[str, Any], name: str | None) -> Record:
    number = next_number()
    config = _config(model, params)
    return Record(
        id=new_id(),
        name=name or f"run {number}",
        number=number,
        loss=config["loss"],
        epochs=int(params.get("epochs") or 1),
        device=devices.names()[0],
        config=config,
        steps_per_epoch=params.get("steps"),
    )


def _config(model: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """What `fit` and `compile` were given, as far as a callback can know it."""
    loss = getattr(model, "loss", None)
    return {
        "model": str(model.name),
        "model_class": type(model).__name__,
        "parameters": int(model.count_params()) if model.built else None,
        "loss": _named(loss),
        "loss_params": _params(loss),
        **of_optimizer(optimizer_of(model)),
        "epochs": params.get("epochs"),
        "steps_per_epoch": params.get("steps"),
        "steps_per_execution": int(model.steps_per_execution),
        "jit_compile": bool(model.jit_compile),
    }


def _named(part: Any) -> str:
    """A loss or an optimizer by name; of several losses all names."""
    if isinstance(part, Mapping):
        return ", ".join(_named(one) for one in part.values())
    if isinstance(part, list | tuple):
        return ", ".join(_named(one) for one in part)
    if part is None:
        return "loss of the model"
    if isinstance(part, str):
        return part
    while isinstance(part, functools.partial):
        part = part.func
    name = getattr(part, "name", None) or getattr(part, "__name__", None)
    return str(name or type(part).__name__)


def _params(loss: Any) -> dict[str, Any]:
    config = parameters_of(loss) if hasattr(loss, "get_config") else {}
    config.pop("name", None)
    found: dict[str, Any] = config
    return found


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _end_with(record: Record, error: BaseException) -> None:
    if isinstance(error, KeyboardInterrupt):
        record.end("stopped", "Training interrupted.")
    else:
        record.end("failed", explain(error, len(record.losses)), error)
