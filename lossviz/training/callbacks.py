"""Keras callbacks, called when `model.fit` calls them and with what it passes to them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lossviz._arguments import ArgumentError, shown
from lossviz._tensorflow import tf
from lossviz.training.steps import Steps

EACH_BATCH = (
    "on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end",
)  # fmt: skip
EACH_TEST_BATCH = ("on_test_batch_begin", "on_test_batch_end")


class Callbacks:
    """A run's callbacks.

    Those that hear of every batch make every chunk as long as Keras' `steps_per_execution`, one
    step by default, which is several times slower; all others cost next to nothing.

    Attributes:
        each_batch: whether one of them wants to hear of every training batch.
        each_test_batch: whether one of them wants to hear of every validation batch.
    """

    def __init__(self, callbacks: Any, model: Any) -> None:
        """Take a list of callbacks, one, or a `keras.callbacks.CallbackList`.

        Raises:
            TypeError: for something that is not a `keras.callbacks.Callback`.
        """
        base = tf.keras.callbacks.Callback
        if callbacks is None:
            callbacks = []
        if isinstance(callbacks, tf.keras.callbacks.CallbackList):
            callbacks = callbacks.callbacks
        elif isinstance(callbacks, base):
            callbacks = [callbacks]
        found = tf.nest.flatten(list(callbacks))
        for callback in found:
            if not isinstance(callback, base):
                raise TypeError(
                    f"callbacks: got {shown(callback)}; each must be a keras.callbacks.Callback."
                )
            if getattr(callback, "watches_fit", False):
                raise ArgumentError(
                    "callbacks",
                    "callbacks: lossviz.Monitor is for model.fit; lossviz.train and "
                    "lossviz.fit monitor their runs already, so leave it out.",
                )
        self._own: list[Any] = found
        self._all: list[Any] = []
        self._model = model
        self.each_batch = _hears(found, EACH_BATCH)
        self.each_test_batch = _hears(found, EACH_TEST_BATCH)

    @contextlib.contextmanager
    def around(
        self, steps: Steps, *, epochs: int, steps_per_epoch: int | None, last: Mapping[str, float]
    ) -> Iterator[None]:
        """Around the whole training.

        Args:
            steps: the run's: its optimizer and metrics are the model's meanwhile.
            epochs: how many in all.
            steps_per_epoch: None while unknown.
            last: filled with the last epoch's logs by the end, for `on_train_end`.
        """
        model = self._model
        history = next(
            (one for one in self._own if isinstance(one, tf.keras.callbacks.History)), None
        )
        self._all = list(self._own)
        if history is None:
            history = tf.keras.callbacks.History()
            self._all.append(history)
        with self._optimizer_of_the_run(steps.optimizer), self._metrics_of_the_run(steps.metrics):
            for callback in self._all:
                callback.set_model(model)
                callback.set_params({"verbose": 0, "epochs": epochs, "steps": steps_per_epoch})
            model.history = history
            model.stop_training = False
            self._call("on_train_begin", {})
            try:
                yield
            finally:
                self._call("on_train_end", dict(last))

    @property
    def names(self) -> list[str]:
        """The classes of the user's callbacks."""
        return [type(one).__name__ for one in self._own]

    @property
    def stop_asked(self) -> bool:
        """Whether a callback has set `model.stop_training`."""
        return bool(self._all) and bool(getattr(self._model, "stop_training", False))

    @property
    def initial_epoch(self) -> int:
        """The epoch that `BackupAndRestore` has set at the start, counted from 0; else 0."""
        return int(getattr(self._model, "_initial_epoch", None) or 0)

    def epoch_begins(self, epoch: int) -> None:
        """Before the first step of an epoch, counted from 1; Keras counts from 0."""
        self._call("on_epoch_begin", epoch - 1, {})

    def epoch_ends(self, epoch: int, logs: dict[str, float]) -> str:
        """After an epoch; returns the name of the callback that ended the training, or "".

        Callbacks may add to `logs` (the learning rate, ...), which is recorded then.
        """
        stopped_by = ""
        before = self.stop_asked
        for callback in self._all:
            callback.on_epoch_end(epoch - 1, logs)
            if not stopped_by and not before and self.stop_asked:
                stopped_by = type(callback).__name__
        return stopped_by or ("a callback" if before else "")

    def batch_begins(self, batch: int, *, held_out: bool = False) -> None:
        """Before a chunk; of one step where a callback wants to hear of every batch."""
        if self.each_test_batch if held_out else self.each_batch:
            self._call("on_test_batch_begin" if held_out else "on_train_batch_begin", batch, {})

    def batch_ends(self, batch: int, logs: Mapping[str, float], *, held_out: bool = False) -> None:
        """After it."""
        if self.each_test_batch if held_out else self.each_batch:
            name = "on_test_batch_end" if held_out else "on_train_batch_end"
            self._call(name, batch, dict(logs))

    def validation_begins(self) -> None:
        """Before a validation."""
        self._call("on_test_begin", {})

    def validation_ends(self, logs: Mapping[str, float]) -> None:
        """After it, with its values without "val_"."""
        self._call("on_test_end", dict(logs))

    def _call(self, name: str, *arguments: Any) -> None:
        for callback in self._all:
            getattr(callback, name)(*arguments)

    @contextlib.contextmanager
    def _metrics_of_the_run(self, metrics: Sequence[Any]) -> Iterator[None]:
        """Callbacks look at the model's metrics for whether more is better (`mode="auto"`)."""
        known = {id(one) for one in self._model.metrics}
        tracked = self._model._metrics  # noqa: SLF001 - the list behind `metrics`
        new = [one for one in metrics if id(one) not in known]
        tracked.extend(new)
        try:
            yield
        finally:
            for metric in new:
                del tracked[next(i for i, one in enumerate(tracked) if one is metric)]

    @contextlib.contextmanager
    def _optimizer_of_the_run(self, optimizer: Any) -> Iterator[None]:
        """Callbacks look for the learning rate at the model's optimizer: it is the run's meanwhile.

        The model keeps the one that it was compiled with.
        """
        model = self._model
        own = getattr(model, "optimizer", None)
        if own is optimizer or optimizer is None:
            yield
            return
        model.optimizer = optimizer
        try:
            yield
        finally:
            if own is None:
                del model.optimizer
            else:
                model.optimizer = own


def _hears(callbacks: Sequence[Any], names: Sequence[str]) -> bool:
    """Whether a callback has a hook of its own under one of these names.

    `LambdaCallback` has its hooks as attributes of the object, not as methods of its class.
    """
    base = tf.keras.callbacks.Callback
    return any(
        getattr(getattr(callback, name), "__func__", None) is not getattr(base, name)
        for callback in callbacks
        for name in names
    )
