"""Batches gathered from arrays in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.batches import (
    Batches,
    Chunk,
    Rows,
    Step,
    loop,
    no_logs,
    own_function,
    stepwise,
)


class ArrayBatches(Batches):
    """Arrays that fit in memory: the batch is gathered from them in the graph.

    This needs no input pipeline at all, which for small models costs more than the step, and makes
    the position in the data two numbers: epoch and step.
    """

    def __init__(self, data: Any, *, samples: int, batch_size: int, seed: int | None) -> None:
        """Take the samples in order with `seed=None`, else shuffled for each epoch.

        Args:
            data: a structure of tensors with one sample a row, as a batch will be.
            samples: how many rows they have.
            batch_size: samples a step; the last step of an epoch takes what is left.
            seed: seed of the shuffling.
        """
        self._data = data
        self._samples = samples
        self._batch_size = min(batch_size, samples)
        self._seed = seed
        self._full_steps, self._rest = divmod(samples, self._batch_size)
        self._position = 0
        self._order = tf.range(samples, dtype=tf.int32)
        self.steps_per_epoch = math.ceil(samples / self._batch_size)

    def begin_epoch(self, epoch: int, skip: int = 0, drawn: int = 0) -> None:
        self._position = skip
        if self._seed is not None:
            # The stream depends on seed and epoch only, so any epoch can be started at any time.
            stream = np.random.Generator(np.random.Philox(key=[self._seed, epoch]))
            self._order = tf.constant(stream.permutation(self._samples).astype(np.int32))

    def order(self, epoch: int) -> Any:
        return None

    def restore_order(self, epoch: int, order: Any) -> None:
        pass  # seed and epoch determine the order

    def compile(
        self,
        step: Step,
        *,
        until_not_finite: bool = True,
        eager: bool = False,
        static: bool = True,
        logged: bool = True,
    ) -> Callable[[int], Chunk]:
        size = self._batch_size

        # The data are an argument: a graph that has them in itself keeps them until Python's
        # collection finds it, long after the run.
        def full(data: Any, order: Any, position: Any, count: Any) -> Any:
            # All steps' places at once: to find its own, a step has but one operation. The static
            # size lets TensorFlow fold shapes, and models that need them train.
            places = order[position * size : (position + count) * size]
            places = tf.reshape(places, [count, size if static else -1])
            return _loop(
                lambda index: step(_gathered(data, tf.gather(places, index))),
                count,
                rows,
                until_not_finite=until_not_finite,
                logged=logged,
            )

        def rest(data: Any, order: Any, position: Any) -> Any:
            places = order[position * size : position * size + self._rest]
            if static:
                places = tf.ensure_shape(places, [self._rest])
            values, logs = step(_gathered(data, places))
            return last_row.row(values), no_logs() if logs is None else logs

        rows, last_row = Rows(), Rows()

        if eager:
            return self._by_hand(step, until_not_finite)
        many, last = own_function(full), own_function(rest)

        def chunk(count: int) -> Chunk:
            position = tf.constant(self._position, tf.int32)
            left = self._full_steps - self._position
            if left > 0:
                samples = size
                matrix, taken, logs = many(
                    self._data, self._order, position, tf.constant(min(count, left), tf.int32)
                )
                names, values = rows.names, matrix.numpy()[: int(taken)]
            else:
                samples = self._rest
                row, logs = last(self._data, self._order, position)
                names, values = last_row.names, row.numpy()[None]
            self._position += len(values)
            sizes = np.full(len(values), samples)
            ended = self._position == self.steps_per_epoch
            return Chunk(names, values, sizes, ended, logs.numpy())

        return chunk

    def _by_hand(self, step: Step, until_not_finite: bool) -> Callable[[int], Chunk]:
        def chunk(count: int) -> Chunk:
            def batch() -> Any:
                count = self._batch_size if self._position < self._full_steps else self._rest
                start = self._position * self._batch_size
                self._position += 1
                return _gathered(self._data, self._order[start : start + count]), count

            left = (self.steps_per_epoch or 0) - self._position
            return stepwise(
                step, batch, min(count, left), until_not_finite,
                lambda: self._position == self.steps_per_epoch,
            )  # fmt: skip

        return chunk


def _gathered(data: Any, places: Any) -> Any:
    """The samples at these places, as a batch."""
    return tf.nest.map_structure(lambda part: tf.gather(part, places), data)


def _loop(
    step: Callable[[Any], Any], count: Any, rows: Rows, *, until_not_finite: bool, logged: bool
) -> Any:
    """`count` calls of `step(index)` in the graph: values, how many were made, the last logs."""

    # One number says how far to go and whether to.
    def go_on(index: Any, limit: Any, *_: Any) -> Any:
        return index < limit

    def take(index: Any, limit: Any, taken: Any, logs: Any) -> Any:
        values, logged = step(index)
        if until_not_finite:
            limit = tf.where(tf.math.is_finite(values["loss"]), limit, 0)
        taken = taken.write(index, rows.row(values))
        return index + 1, limit, taken, logs if logged is None else logged

    array = rows.begin(count)
    start = (tf.constant(0), count, array)
    count_taken, _, array, logs = loop(go_on, take, start, logged=logged)
    return rows.matrix(array), count_taken, logs
