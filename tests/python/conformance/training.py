"""Train a set-up by `fit` or by lossviz, and compare what came of it."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from conformance.catalogue import Setup

WAIT = 120.0
"""Seconds after which a run that does not end is told."""


@dataclass(frozen=True)
class Trained:
    """What a training left.

    Attributes:
        history: the values of each epoch by name; float64.
        weights: the model's weights in order.
        iterations: how many updates each optimizer of the model has made.
        steps: how many batches were trained on.
        seen: what callbacks noted.
        files: the names of the files that callbacks wrote.
        step_loss: the loss of each step; None by `fit`, which does not tell it.
        stopped: whether the model says that its training was stopped.
        seconds: how long it took.
    """

    history: dict[str, Any]
    weights: list[Any]
    iterations: list[int]
    steps: int
    seen: list[Any]
    files: list[str]
    step_loss: Any
    stopped: bool
    seconds: float


class Count(keras.callbacks.Callback):
    """Counts the batches that `fit` trains on."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = self._of_epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._of_epoch = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        # Of several steps at once the last may be fewer.
        self._of_epoch = min(batch + 1, self.params["steps"] or batch + 1)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.steps += self._of_epoch


def by_fit(setup: Setup, seed: int = 0) -> Trained:
    """Train by `model.fit`."""

    def train(model: Any, arguments: dict[str, Any]) -> tuple[dict[str, Any], int, Any]:
        count = Count()
        callbacks = [*arguments.pop("callbacks", ()), count]
        with warnings.catch_warnings():
            # Keras warns of datasets whose length nobody knows, and of its own use of NumPy.
            warnings.simplefilter("ignore")
            history = model.fit(**arguments, callbacks=callbacks).history
        return {name: np.array(values) for name, values in history.items()}, count.steps, None

    return _trained(setup, train, seed)


def by_lossviz(setup: Setup, seed: int = 0) -> Trained:
    """Train by `lossviz.fit` with exactly the same arguments."""
    import lossviz

    def train(model: Any, arguments: dict[str, Any]) -> tuple[dict[str, Any], int, Any]:
        run = lossviz.fit(model, **arguments).result(timeout=WAIT)
        return run.history, run.step, run.step_loss

    return _trained(setup, train, seed)


RENAMED = {"validation_data": "validation"}
LEFT_OUT = {"verbose"}


def by_words(setup: Setup, seed: int = 0) -> Trained:
    """Train by `lossviz.train`, in its own words."""
    import lossviz

    def train(model: Any, arguments: dict[str, Any]) -> tuple[dict[str, Any], int, Any]:
        x, y = arguments.pop("x"), arguments.pop("y", None)
        words = {RENAMED.get(name, name): value for name, value in arguments.items()}
        words = {name: value for name, value in words.items() if name not in LEFT_OUT}
        data = x if y is None else (x, y)
        run = lossviz.train(model, data, **words, **(setup.words or {})).result(timeout=WAIT)
        return run.history, run.step, run.step_loss

    return _trained(setup, train, seed)


def _trained(setup: Setup, train: Callable[[Any, dict[str, Any]], Any], seed: int) -> Trained:
    # Names begin anew: a metric is "auc" for both, not "auc_1" for the second.
    keras.utils.clear_session()
    with tempfile.TemporaryDirectory() as name, setup.surroundings():
        folder = Path(name)
        model, arguments = setup.build(folder, seed)
        callbacks = list(arguments.get("callbacks", ()))
        # What is drawn from the session's own stream is drawn alike.
        keras.utils.set_random_seed(seed + 1)
        began = time.perf_counter()
        history, steps, step_loss = train(model, arguments)
        return Trained(
            history={name: np.asarray(values, "float64") for name, values in history.items()},
            weights=[np.asarray(weight) for weight in model.get_weights()],
            iterations=[int(one.iterations) for one in optimizers(model)],
            steps=steps,
            seen=[one.seen for one in callbacks if hasattr(one, "seen")],
            files=sorted(str(path.relative_to(folder)) for path in folder.rglob("*")),
            step_loss=step_loss,
            stopped=bool(model.stop_training),
            seconds=time.perf_counter() - began,
        )


def optimizers(model: Any) -> list[Any]:
    """The optimizers that a model holds."""
    found = {
        id(value): value
        for value in [model.optimizer, *vars(model).values()]
        if isinstance(value, keras.optimizers.Optimizer)
    }
    return list(found.values())


def difference(expected: Any, found: Any, floor: float = 1e-6) -> float:
    """The largest difference by element, relative to what is expected."""
    expected, found = np.asarray(expected, "float64"), np.asarray(found, "float64")
    if expected.shape != found.shape or (np.isnan(expected) != np.isnan(found)).any():
        return float("inf")
    if not expected.size:
        return 0.0
    scale = np.maximum(np.abs(expected), floor)
    return float(np.nanmax(np.abs(expected - found) / scale))


def history_difference(expected: Trained, found: Trained) -> dict[str, float]:
    """The largest relative difference of each name in `fit`'s history."""
    return {
        name: difference(values, _without_gaps(found.history.get(name, ()), len(values)))
        for name, values in expected.history.items()
    }


def _without_gaps(values: Any, count: int) -> Any:
    """As `fit` lists them: without the epochs that had no such value."""
    values = np.asarray(values, "float64")
    return values if len(values) == count else values[~np.isnan(values)]


def weight_difference(expected: Trained, found: Trained) -> float:
    """The largest difference of a weight, relative to the largest weight of its variable.

    That counts as 0.01 at least: where the gradient is nothing but rounding, as of the bias of
    attention's keys, Adam makes steps of it.
    """
    if [one.shape for one in expected.weights] != [one.shape for one in found.weights]:
        return float("inf")
    numbers = [
        (one.astype("float64"), other.astype("float64"))
        for one, other in zip(expected.weights, found.weights, strict=True)
        if one.dtype.kind in "fiu"
    ]
    return max(
        (float(np.abs(one - other).max() / max(np.abs(one).max(), 0.01)) for one, other in numbers
         if one.size),
        default=0.0,
    )  # fmt: skip


def same_notes(expected: Any, found: Any, tolerance: float = 1e-4) -> bool:
    """Whether callbacks have noted the same; numbers to a tolerance."""
    if isinstance(expected, list | tuple):
        return len(expected) == len(found) and all(
            same_notes(*pair, tolerance) for pair in zip(expected, found, strict=True)
        )
    if isinstance(expected, float):
        return difference(expected, found) <= tolerance
    return bool(expected == found)
