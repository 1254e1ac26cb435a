"""Batches of a `tf.data.Dataset`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.training import arrays
from lossviz.training.batches import (
    Batches,
    Chunk,
    Epochs,
    Rows,
    Step,
    loop,
    own_function,
    shortage,
    stepwise,
)

_IGNORE_EXTERNAL_STATE = 1
"""Python functions in a pipeline are no reason to refuse; the enum is TensorFlow's own."""


class DatasetBatches(Batches):
    """A batched `tf.data.Dataset`, iterated inside the graph."""

    def __init__(
        self,
        dataset: Any,
        *,
        steps_per_epoch: int | None = None,
        begins: Callable[[int], None] | None = None,
        epochs: Epochs | None = None,
        anew: bool = False,
    ) -> None:
        """Take the batches of `dataset`.

        Args:
            dataset: the batches.
            steps_per_epoch: steps of an epoch; the next one continues after them; None: an
                epoch ends with the dataset, which must have an end then.
            begins: called with the epoch before the dataset is started.
            epochs: hears when epochs begin and end.
            anew: whether each epoch is a validation, which is independent of the one before.
        """
        self._dataset = dataset
        cardinality = int(dataset.cardinality())
        if cardinality == tf.data.INFINITE_CARDINALITY and steps_per_epoch is None:
            raise ValueError("an infinite dataset has no epochs")
        self._bounded = steps_per_epoch
        self._begins = begins
        self._epochs, self._anew, self._begun = epochs, anew, False
        natural = cardinality if cardinality >= 0 else None
        self.steps_per_epoch = natural if steps_per_epoch is None else steps_per_epoch
        self._natural = natural
        self._prefetched = dataset.prefetch(tf.data.AUTOTUNE)
        self._iterator: Any = None
        self._epoch = 0
        self._order: Any = None
        self._taken = 0
        self._used_up = False
        """Whether an epoch of a bounded number of steps has ended with the data."""

    def begin_epoch(self, epoch: int, skip: int = 0, drawn: int = 0) -> None:
        if self._epochs is not None:
            if self._anew or not self._begun:
                self._epochs.reset()
            self._epochs.begin()
        self._begun = True
        if self._bounded is None:
            if self._epoch != epoch or self._taken:
                self._open(epoch)
            self._taken = skip
        else:
            first = self._iterator is None or self._epoch == 0  # 0: an order has been restored
            if self._iterator is None or self._used_up:
                self._open(epoch)
            self._epoch, self._taken = epoch, skip
            skip = drawn if first else 0
            self.drawn = drawn if first else self.drawn
        for _ in range(skip):
            # Not `dataset.skip`: that is another pipeline, into which no order can be put.
            self._iterator.get_next()

    def order(self, epoch: int) -> Any:
        if self._used_up or (self._bounded is None and self._epoch != epoch):
            # The epoch is about to begin, and will find its iterator made.
            self._open(epoch)
        return self._order

    def peek(self, epoch: int = 1) -> Any:
        if not _repeatable(self._dataset):
            return None
        if self._bounded is not None:
            self._open(0)
        order = self.order(epoch)
        if order is None:
            return None
        batch = next(self._iterator, None)
        # Restart as if nothing had been drawn: the orders of later epochs are the same, too.
        self.restore_order(epoch, order)
        return batch

    def restore_order(self, epoch: int, order: Any) -> None:
        self._open(0 if self._bounded is not None else epoch)
        try:
            tf.raw_ops.DeserializeIterator(
                resource_handle=_resource(self._iterator), serialized=order
            )
        except tf.errors.OpError as error:
            raise ArgumentError(
                "data",
                "data: the dataset differs from the one the run was using, so the run cannot "
                "resume with the same batches; build it in the same way.",
            ) from error
        self._order = order

    def _open(self, epoch: int) -> None:
        """Restart the dataset, and note in which order it will come.

        A dataset that is shuffled has a different order each time it is started. What
        TensorFlow tells of an iterator before its first batch is small, seeds without data; put
        into another iterator it brings the order back, and the orders of the epochs after it.
        """
        if self._begins is not None:
            self._begins(epoch)
        if self._bounded is None and self._natural is not None and self._iterator is not None:
            # `fit` begins a dataset of known length twice for each epoch after the first. Where it
            # is shuffled, each start takes an order, so that the same seed produces fit's batches.
            iter(self._prefetched)
        self._iterator = iter(self._prefetched)
        self._epoch, self._taken, self.drawn, self._used_up = epoch, 0, 0, False
        try:
            # What `tf.train.Checkpoint` does, but here the tensor is at hand without a file.
            self._order = tf.raw_ops.SerializeIterator(
                resource_handle=_resource(self._iterator),
                external_state_policy=_IGNORE_EXTERNAL_STATE,
            )
        except tf.errors.OpError:
            self._order = None  # of a kind that tells nothing: it is taken to come as it did

    def compile(
        self,
        step: Step,
        *,
        until_not_finite: bool = True,
        eager: bool = False,
        static: bool = True,
        logged: bool = True,
    ) -> Callable[[int], Chunk]:
        def full(iterator: Any, count: Any) -> Any:
            array = rows.begin(count)
            sizes = tf.TensorArray(tf.int64, size=count, element_shape=())

            def go_on(index: Any, more: Any, *_: Any) -> Any:
                return tf.logical_and(index < count, more)

            def take(index: Any, more: Any, array: Any, sizes: Any, logs: Any) -> Any:
                batch = iterator.get_next_as_optional()

                def train() -> Any:
                    data = batch.get_value()
                    values, logged = step(data)
                    samples = _samples(data)
                    finite = tf.constant(True)
                    if until_not_finite:
                        finite = tf.math.is_finite(values["loss"])
                    return (
                        index + 1, finite, array.write(index, rows.row(values)),
                        sizes.write(index, samples), logs if logged is None else logged,
                    )  # fmt: skip

                def end() -> Any:
                    return index, tf.constant(False), array, sizes, logs

                return tf.cond(batch.has_value(), train, end)

            start = (tf.constant(0), tf.constant(True), array, sizes)
            taken, _, array, sizes, logs = loop(go_on, take, start, logged=logged)
            return rows.matrix(array), sizes.stack(), taken, logs

        rows = Rows()
        many = None if eager else own_function(full)

        def chunk(count: int) -> Chunk:
            if self._bounded is not None:
                count = min(count, self._bounded - self._taken)
            if many is None:
                found = stepwise(step, self._next, count, until_not_finite, lambda: False)
                names, values = found.names, found.values
                batch_sizes, logs = found.sizes, found.logs
            else:
                matrix, sizes, taken, logs = many(self._iterator, tf.constant(count, tf.int32))
                names, values = rows.names, matrix.numpy()[: int(taken)]
                batch_sizes, logs = sizes.numpy()[: int(taken)], logs.numpy()
            ended = self._ended(values[:, 0], count, until_not_finite)
            if ended and self._epochs is not None:
                self._epochs.end()
            return Chunk(names, values, batch_sizes, ended, logs)

        return chunk

    def _next(self) -> Any:
        batch = next(self._iterator)
        return batch, int(_samples(batch))

    def _ended(self, values: NDArray[np.float32], asked: int, until_not_finite: bool) -> bool:
        """Count the steps that were taken; True when the epoch has no more."""
        taken = len(values)
        self._taken += taken
        # Fewer steps than asked for, and not because of the last loss: the data have ended.
        short = taken < asked and (
            taken == 0 or not until_not_finite or bool(np.isfinite(values[-1]))
        )
        if self._bounded is not None:
            self.drawn += taken
            ended = short or self._taken >= self._bounded
            if ended and (short or self.drawn == self._natural):
                # The next epoch restarts the data, as in `fit`.
                self._used_up, self.drawn = True, 0
            self.ran_out = shortage(self._epoch, self._taken, self._bounded) if short else ""
            return ended
        ended = short or self._taken == self.steps_per_epoch
        if short and self.steps_per_epoch is None:
            self.steps_per_epoch = self._taken
        return ended


_ONCE = {"PyFunc", "PyFuncStateless", "EagerPyFunc", "GeneratorDataset"}
"""Operations behind which is Python code, which may do something else the next time."""


def _repeatable(dataset: Any) -> bool:
    """Whether beginning a dataset once more changes nothing: it contains no Python code."""
    graphs = [function.function.graph for function in dataset._functions()]  # noqa: SLF001
    while graphs:
        graph = graphs.pop()
        definition = graph.as_graph_def()
        names = {node.op for node in definition.node}
        names |= {node.op for one in definition.library.function for node in one.node_def}
        if names & _ONCE:
            return False
    return all(_repeatable(one) for one in dataset._inputs())  # noqa: SLF001


def _samples(batch: Any) -> Any:
    return arrays.rows_in_graph(tf.nest.flatten(batch)[0])


def _resource(iterator: Any) -> Any:
    return tf.nest.flatten(iterator, expand_composites=True)[0]
