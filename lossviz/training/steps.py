"""What a run does with one batch: the one thing in which trainings differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf
from lossviz.training.untracked import untracked

Logs = NDArray[np.float32]


class Steps(ABC):
    """One training step, one validation step, and what they leave behind.

    Attributes:
        model: the user's own model.
        optimizer: the one whose learning rate is the run's.
        eager: whether steps are run by Python one by one.
        static: whether the size of a batch is part of the graph, which makes it quicker.
        tells: whether each step's logs are wanted, for callbacks that hear of every batch.
        averaged: names of a training step's values whose means are the epoch's, too.
        remark: a warning about the training step, once it is traced.
    """

    model: Any
    optimizer: Any
    eager: bool = False
    static: bool = True
    tells: bool = False
    averaged: tuple[str, ...] = ()
    remark: str = ""

    @abstractmethod
    def begin(self, batch: Any) -> None:
        """Make all variables. In the run's turn, before anything is restored.

        Args:
            batch: TensorSpecs of a batch.
        """

    @abstractmethod
    def end(self) -> None:
        """Put back what `begin` has changed beside weights. Called however the run ends."""

    @abstractmethod
    def train(self, batch: Any) -> tuple[dict[str, Any], Any]:
        """A training step in the graph: its own values by name, and its logs or None.

        The values are float32 scalars, "loss" first.
        """

    @abstractmethod
    def evaluate(self, batch: Any) -> tuple[dict[str, Any], Any]:
        """A validation step in the graph, likewise."""

    @abstractmethod
    def reset(self) -> None:
        """Reset the metrics."""

    @abstractmethod
    def results(self, loss: float, logs: Logs, *, held_out: bool) -> dict[str, float]:
        """The epoch's values by Keras' names, "loss" first.

        Args:
            loss: the mean of the steps' own losses a sample.
            logs: what the last step logged.
            held_out: whether the steps were `evaluate`'s.
        """

    def so_far(self, loss: float, logs: Logs, *, held_out: bool) -> dict[str, float]:
        """The values of an epoch up to now, for callbacks that hear of batches; as `results`."""
        return self.results(loss, logs, held_out=held_out)

    @property
    @abstractmethod
    def optimizers(self) -> Sequence[Any]:
        """All optimizers that a step uses."""

    @property
    @abstractmethod
    def metrics(self) -> Sequence[Any]:
        """The Keras metrics whose sums a step changes."""

    @property
    def logged(self) -> bool:
        """Whether steps return logs."""
        return True

    @property
    def trained(self) -> Any:
        """The model whose variables a step changes."""
        return self.model

    def variables(self) -> dict[str, Any]:
        """All that a step changes, by names that tell their order and their paths.

        Weights, moving means, random states, moments, sums of metrics, states of recurrent layers.
        """
        owners = {"model": self.trained}
        owners |= {f"optimizer {i}" if i else "optimizer": one
                   for i, one in enumerate(self.optimizers)}  # fmt: skip
        owners |= {f"metric {i}": one for i, one in enumerate(self.metrics)}
        held = {owner: holder.variables for owner, holder in owners.items()}
        held["kept"] = untracked(self.trained)
        return {
            f"{owner}/{index:05d}/{getattr(variable, 'path', variable.name)}": variable
            for owner, variables in held.items()
            for index, variable in enumerate(variables)
        }

    def finish(self) -> None:
        """Put the averages of weights that the optimizer has kept into the model, as `fit` does."""
        if self.optimizer is not None:
            self.optimizer.finalize_variable_values(self.trained.trainable_variables)


def number_of(value: Any) -> float:
    """A metric's value as a float: the mean of one that has a value per class (F1Score, ...)."""
    return float(tf.reduce_mean(tf.cast(value, tf.float32)))


def traced_anew(step: Any) -> Any:
    """The function behind a user's `tf.function`, compiled with XLA where that was.

    A trace that is there already, or is left there, is another run's or the trial's: it updates no
    weights of this one.
    """
    function = getattr(step, "python_function", None)
    if function is None:
        return step
    # There is no public name for it.
    compiled = getattr(step, "_jit_compile", None)
    return tf.function(function, jit_compile=True) if compiled else function


def parted(result: Any) -> tuple[Any, Any, dict[str, Any]]:
    """What a `train_step` of the user's own returns: loss, output or None, other values by name.

    Args:
        result: the loss, or a dict with "loss" and other scalars; or a pair of that and the output.

    Raises:
        ValueError: for a dict without a loss.
    """
    loss, output = result if isinstance(result, tuple) else (result, None)
    if not isinstance(loss, Mapping):
        return loss, output, {}
    if "loss" not in loss:
        raise ValueError(
            "train_step: the dict that it returns must contain the loss, such as {'loss': "
            f"loss}}; it has {sorted(map(str, loss)) or 'nothing'}."
        )
    others = {str(name): scalar(value) for name, value in loss.items() if name != "loss"}
    return loss["loss"], output, others


def flattened(logs: Any) -> dict[str, Any]:
    """A step's logs with those of inner dicts on top, as Keras flattens them.

    A metric whose result is a dict is an inner one.

    Raises:
        ValueError: for what is not a dict.
    """
    if logs is not None and not isinstance(logs, Mapping):
        raise ValueError(
            "train_step: it must return a dict that contains the loss, such as {'loss': "
            f"loss}}; it returns a {type(logs).__name__}."
        )
    flat: dict[str, Any] = {}
    for name, value in (logs or {}).items():
        flat |= flattened(value) if isinstance(value, Mapping) else {name: value}
    return flat


def scalar(value: Any) -> Any:
    """A value of the graph as a float32 scalar: the mean, where there are several."""
    value = tf.cast(tf.convert_to_tensor(value), tf.float32)
    return value if value.shape.rank == 0 else tf.reduce_mean(value)
