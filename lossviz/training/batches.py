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

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf

_IGNORE_EXTERNAL_STATE = 1
"""Python functions in a pipeline are no reason to refuse; the enum is TensorFlow's own."""

Step = Callable[[Any, Any], Any]
"""`step(inputs, targets)` builds one step in the graph and gives its loss, a float32 scalar."""


@dataclass(frozen=True)
class Chunk:
    """What came out of one call: one loss and one number of samples for each step taken.

    Attributes:
        losses: float32 [steps].
        sizes: int64 [steps], the samples in each step's batch.
        ended: True when the epoch's data are used up.
    """

    losses: NDArray[np.float32]
    sizes: NDArray[np.int64]
    ended: bool


class Batches(ABC):
    """The batches of one epoch after another."""

    steps_per_epoch: int | None
    """None while unknown: a dataset may only tell by ending."""

    @abstractmethod
    def begin_epoch(self, epoch: int, skip: int = 0) -> None:
        """Go to the batch after the first `skip` of `epoch` (counted from 1)."""

    @abstractmethod
    def compile(self, step: Step, *, until_not_finite: bool = True) -> Callable[[int], Chunk]:
        """Build `step` into a chunk: a function that takes up to so many steps of the epoch.

        With `until_not_finite` the chunk ends right after a step whose loss is NaN or infinite.
        """

    @abstractmethod
    def order(self, epoch: int) -> Any:
        """The order of the batches of `epoch`, for `restore_order`; None where seed and epoch tell.

        A scalar variant tensor.
        """

    @abstractmethod
    def restore_order(self, epoch: int, order: Any) -> None:
        """Give the batches of `epoch` the order that they had when `order` was taken."""


class ArrayBatches(Batches):
    """Arrays that fit in memory: the batch is gathered from them in the graph.

    This needs no input pipeline at all, which for small models costs more than the step, and makes
    the position in the data two numbers: epoch and step.
    """

    def __init__(
        self, inputs: Any, targets: Any, *, samples: int, batch_size: int, seed: int | None
    ) -> None:
        """Take the samples in order with `seed=None`, else shuffled anew for each epoch.

        Args:
            inputs: a tensor, or a structure of tensors, with one sample a row.
            targets: likewise.
            samples: how many rows they have.
            batch_size: samples a step; the last step of an epoch takes what is left.
            seed: seed of the shuffling.
        """
        self._data = (inputs, targets)
        self._samples = samples
        self._batch_size = min(batch_size, samples)
        self._seed = seed
        self._full_steps, self._rest = divmod(samples, self._batch_size)
        self._position = 0
        self._order = tf.range(samples, dtype=tf.int32)
        self.steps_per_epoch = math.ceil(samples / self._batch_size)

    def begin_epoch(self, epoch: int, skip: int = 0) -> None:
        self._position = skip
        if self._seed is not None:
            # The stream depends on seed and epoch only, so any epoch can be begun at any time.
            stream = np.random.Generator(np.random.Philox(key=[self._seed, epoch]))
            self._order = tf.constant(stream.permutation(self._samples).astype(np.int32))

    def order(self, epoch: int) -> Any:
        return None

    def restore_order(self, epoch: int, order: Any) -> None:
        pass  # seed and epoch have told

    def compile(self, step: Step, *, until_not_finite: bool = True) -> Callable[[int], Chunk]:
        size = self._batch_size

        def gather(order: Any, start: Any, count: int) -> Any:
            # The static size lets TensorFlow fold shapes, and models that need them train.
            rows = tf.ensure_shape(order[start : start + count], [count])
            return tf.nest.map_structure(lambda data: tf.gather(data, rows), self._data)

        @_own_function
        def full(order: Any, position: Any, count: Any) -> Any:
            return _loop(
                lambda index: step(*gather(order, (position + index) * size, size)),
                count,
                until_not_finite,
            )

        @_own_function
        def rest(order: Any, position: Any) -> Any:
            return step(*gather(order, position * size, self._rest))

        def chunk(count: int) -> Chunk:
            position = tf.constant(self._position, tf.int32)
            left = self._full_steps - self._position
            if left > 0:
                samples = size
                losses, taken = full(self._order, position, tf.constant(min(count, left), tf.int32))
                values = losses.numpy()[: int(taken)]
            else:
                samples = self._rest
                values = rest(self._order, position).numpy()[None]
            self._position += len(values)
            sizes = np.full(len(values), samples)
            return Chunk(values, sizes, self._position == self.steps_per_epoch)

        return chunk


class DatasetBatches(Batches):
    """A batched `tf.data.Dataset`, iterated inside the graph."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        cardinality = int(dataset.cardinality())
        if cardinality == tf.data.INFINITE_CARDINALITY:
            raise ValueError("an endless dataset has no epochs")
        self.steps_per_epoch = cardinality if cardinality >= 0 else None
        self._prefetched = dataset.prefetch(tf.data.AUTOTUNE)
        self._iterator: Any = None
        self._epoch = 0
        self._order: Any = None
        self._taken = 0

    def begin_epoch(self, epoch: int, skip: int = 0) -> None:
        if self._epoch != epoch or self._taken:
            self._open(epoch)
        for _ in range(skip):
            # Not `dataset.skip`: that is another pipeline, into which no order can be put.
            self._iterator.get_next()
        self._taken = skip

    def order(self, epoch: int) -> Any:
        if self._epoch != epoch:
            # The epoch is about to begin, and will find its iterator made.
            self._open(epoch)
        return self._order

    def restore_order(self, epoch: int, order: Any) -> None:
        self._open(epoch)
        try:
            tf.raw_ops.DeserializeIterator(
                resource_handle=_resource(self._iterator), serialized=order
            )
        except tf.errors.OpError as error:
            raise ArgumentError(
                "data",
                "data: the dataset is not built as it was when the run ended, so that it cannot "
                "go on with the same batches; build it in the same way.",
            ) from error
        self._order = order

    def _open(self, epoch: int) -> None:
        """Begin the dataset anew, and note in which order it will come.

        A dataset that is shuffled comes in another order each time that it is begun. What
        TensorFlow tells of an iterator before its first batch is small, seeds without data; put
        into another iterator it brings the order back, and the orders of the epochs after it.
        """
        self._iterator = iter(self._prefetched)
        self._epoch, self._taken = epoch, 0
        try:
            # What `tf.train.Checkpoint` does, but here the tensor is at hand without a file.
            self._order = tf.raw_ops.SerializeIterator(
                resource_handle=_resource(self._iterator),
                external_state_policy=_IGNORE_EXTERNAL_STATE,
            )
        except tf.errors.OpError:
            self._order = None  # of a kind that tells nothing: it is taken to come as it did

    def compile(self, step: Step, *, until_not_finite: bool = True) -> Callable[[int], Chunk]:
        @_own_function
        def full(iterator: Any, count: Any) -> Any:
            losses = tf.TensorArray(tf.float32, size=count, element_shape=())
            sizes = tf.TensorArray(tf.int64, size=count, element_shape=())

            def go_on(index: Any, more: Any, losses: Any, sizes: Any) -> Any:
                return tf.logical_and(index < count, more)

            def take(index: Any, more: Any, losses: Any, sizes: Any) -> Any:
                batch = iterator.get_next_as_optional()

                def train() -> Any:
                    inputs, targets = batch.get_value()
                    loss = step(inputs, targets)
                    samples = tf.shape(tf.nest.flatten(targets)[0], tf.int64)[0]
                    finite = tf.math.is_finite(loss) if until_not_finite else tf.constant(True)
                    return index + 1, finite, losses.write(index, loss), sizes.write(index, samples)

                def end() -> Any:
                    return index, tf.constant(False), losses, sizes

                return tf.cond(batch.has_value(), train, end)

            taken, _, losses, sizes = tf.while_loop(
                go_on, take, (tf.constant(0), tf.constant(True), losses, sizes),
                parallel_iterations=1,
            )  # fmt: skip
            return losses.stack(), sizes.stack(), taken

        def chunk(count: int) -> Chunk:
            losses, sizes, taken = full(self._iterator, tf.constant(count, tf.int32))
            taken = int(taken)
            values = losses.numpy()[:taken]
            self._taken += taken
            # Fewer steps than asked for, and not because of the last loss: the data have ended.
            short = taken < count and (
                taken == 0 or not until_not_finite or bool(np.isfinite(values[-1]))
            )
            ended = short or self._taken == self.steps_per_epoch
            if short and self.steps_per_epoch is None:
                self.steps_per_epoch = self._taken
            return Chunk(values, sizes.numpy()[:taken], ended)

        return chunk


def _own_function(function: Callable[..., Any]) -> Any:
    """`tf.function` of a function that is made anew for each run.

    TensorFlow counts traces by a function's code: many short runs in one process look to it like
    one function that is traced again and again, of which it would warn under the person's cell. A
    partial has no code of its own and is counted for itself.
    """
    return tf.function(functools.partial(function), reduce_retracing=True)


def _resource(iterator: Any) -> Any:
    return tf.nest.flatten(iterator, expand_composites=True)[0]


def _loop(step: Callable[[Any], Any], count: Any, until_not_finite: bool) -> Any:
    """`count` calls of `step(index)` in the graph: their losses, and how many were made."""

    def go_on(index: Any, finite: Any, losses: Any) -> Any:
        return tf.logical_and(index < count, finite)

    def take(index: Any, finite: Any, losses: Any) -> Any:
        loss = step(index)
        finite = tf.math.is_finite(loss) if until_not_finite else finite
        return index + 1, finite, losses.write(index, loss)

    # A size known to the array keeps it one flat buffer instead of a list that is stacked.
    losses = tf.TensorArray(tf.float32, size=count, element_shape=())
    taken, _, losses = tf.while_loop(
        go_on, take, (tf.constant(0), tf.constant(True), losses), parallel_iterations=1
    )
    return losses.stack(), taken
