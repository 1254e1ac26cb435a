"""Batches for the training loop: drawn inside the graph, many steps in one call.

A call of a `tf.function` costs more than a small step, and so does handing it a batch from Python.
Both classes here therefore build a *chunk*: a loop over steps inside one `tf.function`, whose
losses leave the device in one piece.
"""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf

Step = Callable[[Any], Any]
"""`step(batch)` builds one step in the graph and gives `(loss, logs)`: a float32 scalar, and a
float32 vector of what else the step tells, or None."""


@dataclass(frozen=True)
class Chunk:
    """What came out of one call: one loss and one number of samples for each step taken.

    Attributes:
        losses: float32 [steps].
        sizes: int64 [steps], the samples in each step's batch.
        ended: True when the epoch's data are used up.
        logs: float32, what the last step told beside its loss; empty where it told nothing.
    """

    losses: NDArray[np.float32]
    sizes: NDArray[np.int64]
    ended: bool
    logs: NDArray[np.float32]


class Batches(ABC):
    """The batches of one epoch after another.

    Attributes:
        steps_per_epoch: None while unknown: a dataset may only tell by ending.
        drawn: batches drawn since the data were begun, where epochs end elsewhere than the data do;
            else 0.
    """

    steps_per_epoch: int | None
    drawn: int = 0

    @abstractmethod
    def begin_epoch(self, epoch: int, skip: int = 0, drawn: int = 0) -> None:
        """Go to the batch after the first `skip` of `epoch` (counted from 1).

        Args:
            epoch: the epoch.
            skip: steps of it that have been taken.
            drawn: `drawn` of then; counts only before the first epoch that is begun here.
        """

    @abstractmethod
    def compile(
        self,
        step: Step,
        *,
        until_not_finite: bool = True,
        eager: bool = False,
        static: bool = True,
    ) -> Callable[[int], Chunk]:
        """Build `step` into a chunk: a function that takes up to so many steps of the epoch.

        With `until_not_finite` the chunk ends right after a step whose loss is NaN or infinite.
        With `eager` each step is run by Python, to be debugged, which is many times slower.
        With `static` the graph knows the size of a batch where that is the same for all.
        """

    def peek(self, epoch: int = 1) -> Any:
        """The first batch of `epoch`, which comes again; None where that cannot be promised."""
        return None

    @abstractmethod
    def order(self, epoch: int) -> Any:
        """The order of the batches of `epoch`, for `restore_order`; None where seed and epoch tell.

        A scalar variant tensor.
        """

    @abstractmethod
    def restore_order(self, epoch: int, order: Any) -> None:
        """Give the batches of `epoch` the order that they had when `order` was taken."""


def stepwise(
    step: Step,
    batch: Callable[[], Any],
    count: int,
    until_not_finite: bool,
    ended: Callable[[], bool],
) -> Chunk:
    """Steps that Python takes one by one, for about as long as a chunk may last."""
    losses: list[float] = []
    sizes: list[int] = []
    logs = np.empty(0, np.float32)
    while len(losses) < count:
        try:
            data, samples = batch()
        except StopIteration:
            break
        loss, told = step(data)
        losses.append(float(loss))
        sizes.append(samples)
        logs = logs if told is None else told.numpy()
        if until_not_finite and not math.isfinite(losses[-1]):
            break
    return Chunk(np.array(losses, np.float32), np.array(sizes, np.int64), ended(), logs)


def no_logs() -> Any:
    """What a step tells that tells nothing."""
    return tf.zeros([0], tf.float32)


def invariants(*arrays_of_steps: Any) -> tuple[Any, ...]:
    """The shapes of a loop's variables: of what a step tells, nobody knows how much it is."""
    scalar = tf.TensorShape([])
    return (scalar, scalar, *[None for _ in arrays_of_steps], tf.TensorShape([None]))


def own_function(function: Callable[..., Any]) -> Any:
    """`tf.function` of a function that is made anew for each run.

    TensorFlow counts traces by a function's code: many short runs in one process look to it like
    one function that is traced again and again, of which it would warn under the person's cell. A
    partial has no code of its own and is counted for itself.
    """
    return tf.function(functools.partial(function), reduce_retracing=True)
