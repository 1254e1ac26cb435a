"""Keras callbacks of a user's own, called as Keras' `fit` calls them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lossviz._arguments import shown
from lossviz._tensorflow import tf

EACH_BATCH = (
    "on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end",
)  # fmt: skip


class Callbacks:
    """A run's callbacks.

    `on_train_begin` and `_end`, `on_epoch_begin` and `_end` cost next to nothing. The ones for each
    batch make every chunk one step long, which is several times slower; validation and prediction
    hooks are not called.

    Attributes:
        each_batch: whether one of them wants to hear of every batch.
    """

    def __init__(self, callbacks: Sequence[Any], model: Any, optimizer: Any) -> None:
        """Take these callbacks.

        Raises:
            TypeError: for something that is no `keras.callbacks.Callback`.
        """
        base = tf.keras.callbacks.Callback
        for callback in callbacks:
            if not isinstance(callback, base):
                raise TypeError(
                    f"callbacks: got {shown(callback)}; each must be a keras.callbacks.Callback."
                )
        self._callbacks = list(callbacks)
        self._model = model
        self._optimizer = optimizer
        self.each_batch = any(
            getattr(type(callback), name) is not getattr(base, name)
            for callback in callbacks
            for name in EACH_BATCH
        )

    @contextlib.contextmanager
    def around(self, epochs: int) -> Iterator[None]:
        """Around the whole training."""
        if not self._callbacks:
            yield
            return
        self._model.stop_training = False
        with self._optimizer_of_the_run():
            for callback in self._callbacks:
                callback.set_params({"epochs": epochs, "verbose": 0})
                callback.set_model(self._model)
            self._call("on_train_begin", {})
            try:
                yield
            finally:
                self._call("on_train_end", {})

    @contextlib.contextmanager
    def _optimizer_of_the_run(self) -> Iterator[None]:
        """Callbacks look for the learning rate at the model's optimizer: it is the run's meanwhile.

        The model keeps the one that it was compiled with.
        """
        own = getattr(self._model, "optimizer", None)
        self._model.optimizer = self._optimizer
        try:
            yield
        finally:
            if own is None:
                del self._model.optimizer
            else:
                self._model.optimizer = own

    def epoch_begins(self, epoch: int) -> None:
        """Before the first step of an epoch, counted from 1; Keras counts from 0."""
        self._call("on_epoch_begin", epoch - 1, {})

    def epoch_ends(self, epoch: int, metrics: Mapping[str, float]) -> str:
        """After an epoch; gives the name of the callback that ended the training, or ""."""
        stopped_by = ""
        for callback in self._callbacks:
            callback.on_epoch_end(epoch - 1, dict(metrics))
            if not stopped_by and getattr(self._model, "stop_training", False):
                stopped_by = type(callback).__name__
        return stopped_by

    def batch_begins(self, batch: int) -> None:
        """Before a chunk; of one step where a callback wants to hear of every batch."""
        if self.each_batch:
            self._call("on_train_batch_begin", batch, {})

    def batch_ends(self, batch: int, loss: float) -> None:
        """After it."""
        if self.each_batch:
            self._call("on_train_batch_end", batch, {"loss": loss})

    def _call(self, name: str, *arguments: Any) -> None:
        for callback in self._callbacks:
            getattr(callback, name)(*arguments)
