"""Batches for the training loop: drawn inside the graph, many steps in one call.

A call of a `tf.function` costs more than a small step, and so does handing it a batch from Python.
Both classes here therefore build a *chunk*: a loop over steps inside one `tf.function`, whose
losses leave the device in one piece.
"""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf

Step = Callable[[Any], Any]
"""`step(batch)` builds one step in the graph and returns `(values, logs)`: the step's values as
float32 scalars by name, "loss" first, and a float32 vector of what Keras tells after it, or None.
"""


@dataclass(frozen=True)
class Chunk:
    """What came out of one call: the values of each step taken, and the samples in its batch.

    Attributes:
        names: of the values, "loss" first.
        values: float32 [steps, names].
        sizes: int64 [steps], the samples in each step's batch.
        ended: True when the epoch's data are used up.
        logs: float32, what the last step logged besides its loss; empty where it logged nothing.
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]
    sizes: NDArray[np.int64]
    ended: bool
    logs: NDArray[np.float32]

    @property
    def losses(self) -> NDArray[np.float32]:
        """float32 [steps]."""
        return self.values[:, 0]

    @property
    def named(self) -> dict[str, NDArray[np.float32]]:
        """The values besides the loss, float32 [steps] each."""
        return dict(zip(self.names[1:], self.values.T[1:], strict=True))


class Rows:
    """The values of many steps as one matrix in the graph, which leaves the device in one copy.

    A step's names are known once it is traced, and it is traced inside the loop over steps.
    """

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ("loss",)

    def begin(self, count: Any) -> Any:
        """Room for a number of rows."""
        # A size known to the array keeps it one flat buffer instead of a list that is stacked.
        return tf.TensorArray(tf.float32, size=count, infer_shape=False)

    def row(self, values: Mapping[str, Any]) -> Any:
        """A step's values as a row."""
        self.names = tuple(values)
        return tf.stack(list(values.values()))

    def matrix(self, rows: Any) -> Any:
        """All rows, float32 [steps, names]; after the loop."""
        # Its own `stack` does not know the length of a row, and needs it where there is none.
        return tf.raw_ops.TensorListStack(
            input_handle=rows.flow, element_shape=[len(self.names)], element_dtype=tf.float32,
            num_elements=-1,
        )  # fmt: skip


class Epochs(Protocol):
    """Callbacks of data of the user's own about epochs, called when `fit` calls them."""

    def reset(self) -> None:
        """A training, or a validation, begins."""

    def begin(self) -> None:
        """An epoch begins; a validation is one."""

    def end(self) -> None:
        """It has taken all its steps."""


class Batches(ABC):
    """The batches of one epoch after another.

    Attributes:
        steps_per_epoch: None while unknown: a dataset may only tell by ending.
        drawn: batches drawn since the start of the data, where epochs end elsewhere than the data;
            else 0.
        ran_out: the warning about an epoch that should have had more steps and ended with the data.
    """

    steps_per_epoch: int | None
    drawn: int = 0
    ran_out: str = ""

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
        logged: bool = True,
    ) -> Callable[[int], Chunk]:
        """Build `step` into a chunk: a function that takes up to a number of steps of the epoch.

        With `until_not_finite` the chunk ends right after a step whose loss is NaN or infinite.
        With `eager` each step is run by Python, to be debugged, which is many times slower.
        With `static` the graph knows the size of a batch where that is the same for all.
        Without `logged` a step tells no logs, and no room is kept for them in the loop.
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
        """Restore the order that the batches of `epoch` had when `order` was read."""


def shortage(epoch: int, taken: int, wanted: int) -> str:
    """The warning about an epoch that ended with the data."""
    return (
        f"Epoch {epoch:,} ended after {taken:,} of {wanted:,} steps because the data ran "
        "out: they must provide steps_per_epoch times epochs batches, or repeat forever, as "
        "with dataset.repeat()."
    )


def stepwise(
    step: Step,
    batch: Callable[[], Any],
    count: int,
    until_not_finite: bool,
    ended: Callable[[], bool],
) -> Chunk:
    """Steps that Python takes one by one, for about as long as a chunk may last."""
    rows: list[dict[str, float]] = []
    sizes: list[int] = []
    logs = np.empty(0, np.float32)
    while len(rows) < count:
        try:
            data, samples = batch()
        except StopIteration:
            break
        found, logged = step(data)
        rows.append({name: float(value) for name, value in found.items()})
        sizes.append(samples)
        logs = logs if logged is None else logged.numpy()
        if until_not_finite and not math.isfinite(rows[-1]["loss"]):
            break
    # Python may take another way through each step.
    names = tuple(dict.fromkeys(name for row in rows for name in row)) or ("loss",)
    told_all = [[row.get(name, math.nan) for name in names] for row in rows]
    values = np.array(told_all, np.float32).reshape(len(rows), len(names))
    return Chunk(names, values, np.array(sizes, np.int64), ended(), logs)


def no_logs() -> Any:
    """What a step tells that tells nothing."""
    return tf.zeros([0], tf.float32)


def loop(
    go_on: Callable[..., Any], take: Callable[..., Any], start: Sequence[Any], *, logged: bool
) -> tuple[Any, ...]:
    """A loop over steps in the graph; returns its variables at the end, and the last logs.

    Each variable of a loop costs every step.

    Args:
        go_on: whether there is another step, from all variables.
        take: `take(*variables, logs)` returns the variables after a step, and its logs or the ones
            that it was given.
        start: two scalars, then arrays of steps.
        logged: whether steps tell logs.
    """
    scalar = tf.TensorShape([])
    # Of what a step tells, nobody knows how much it is.
    shapes = (scalar, scalar, *[None for _ in start[2:]], tf.TensorShape([None]))
    if logged:
        return tuple(
            tf.while_loop(
                go_on, take, (*start, no_logs()), parallel_iterations=1, shape_invariants=shapes
            )
        )

    def take_alone(*variables: Any) -> Any:
        return take(*variables, no_logs())[:-1]

    found = tf.while_loop(
        go_on, take_alone, tuple(start), parallel_iterations=1, shape_invariants=shapes[:-1]
    )
    return (*found, no_logs())


def own_function(function: Callable[..., Any]) -> Any:
    """`tf.function` of a function that is made for each run.

    TensorFlow counts traces by a function's code: many short runs in one process look to it like
    one function that is traced again and again, of which it would warn below the user's cell. A
    partial has no code of its own and is counted for itself.
    """
    return tf.function(functools.partial(function), reduce_retracing=True)
