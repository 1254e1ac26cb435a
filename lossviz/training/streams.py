"""Data that come batch by batch, as a batched `tf.data.Dataset`."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError, shown
from lossviz._tensorflow import tf
from lossviz.training import arrays
from lossviz.training.batches import Epochs

SHUFFLED_ROWS = 1_000_000
"""Indices of rows that are shuffled together; they are small, the rows stay where they are."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Batches in the order in which they come.

    Attributes:
        dataset: the batches.
        endless: whether they never end.
        rows: makes the stream for a batch size and a seed (None: in order), where that is open.
        reorder: called with the seed of the order (None: as they are), where it can be changed.
        begins: called before each epoch with its number, counted from 1; None where nothing is.
        epochs: hears when epochs begin and end; None where nobody does.
    """

    dataset: Any
    endless: bool = False
    rows: Callable[[int, int | None], Stream] | None = None
    reorder: Callable[[int | None], None] | None = None
    begins: Callable[[int], None] | None = None
    epochs: Epochs | None = None

    def map(self, function: Callable[..., Any]) -> Stream:
        """The same with `function` done to each batch, taken apart."""
        rows = self.rows
        return replace(
            self,
            dataset=self.dataset.map(function),
            rows=None if rows is None else lambda size, seed: rows(size, seed).map(function),
        )

    def first(self) -> Any:
        """The first batch, or None where there is none."""
        return next(iter(self.dataset.take(1)), None)

    def opened(self, seed: int | None) -> Any:
        """The dataset, its batches in the order of `seed` where that is open."""
        if self.reorder is not None:
            self.reorder(seed)
        return self.dataset


def is_stream(data: Any) -> bool:
    """Whether `data` come batch by batch."""
    return _way(data) is not None


def of(argument: str, data: Any) -> Stream | None:
    """`data` as a stream, or None where they are not a stream.

    Raises:
        ArgumentError: for one whose batches cannot be determined.
    """
    way = _way(data)
    return None if way is None else way(argument, data)


def _way(data: Any) -> Callable[[str, Any], Stream] | None:
    if isinstance(data, tf.data.Dataset):
        return _of_dataset
    if isinstance(data, tf.keras.utils.PyDataset):
        return _of_py_dataset
    if isinstance(data, Iterator):
        return _of_generator
    return _of_loader if _is_loader(data) else None


def of_tensors(batch: Any, samples: int, batch_size: int, seed: int | None) -> Stream:
    """Arrays as a dataset; for epochs that end elsewhere than the data do."""
    dataset = tf.data.Dataset.from_tensor_slices(batch)
    if seed is not None:
        dataset = dataset.shuffle(samples, seed=seed % 2**31, reshuffle_each_iteration=True)
    return Stream(dataset=dataset.batch(batch_size))


def of_rows(batch: Any, samples: int) -> Stream:
    """Rows that are read when their turn comes: sparse ones, and those mapped from a file."""

    def rows(batch_size: int, seed: int | None) -> Stream:
        dataset = tf.data.Dataset.range(samples)
        if seed is not None:
            buffer = min(samples, SHUFFLED_ROWS)
            dataset = dataset.shuffle(buffer, seed=seed % 2**31, reshuffle_each_iteration=True)
        return Stream(dataset=dataset.batch(batch_size).map(take, tf.data.AUTOTUNE))

    readers = tf.nest.map_structure(_reader, batch)

    def take(index: Any) -> Any:
        return tf.nest.map_structure(lambda read: read(index), readers)

    return replace(rows(min(32, samples), None), rows=rows)


def _reader(data: Any) -> Callable[[Any], Any]:
    """`f(index)` that returns the rows of these numbers, in the graph."""
    if not isinstance(data, tf.SparseTensor):
        return lambda index: _rows_at(data, index)
    # TensorFlow cannot gather from sparse tensors, but from what each row holds.
    data = tf.sparse.reorder(data)
    ends = tf.range(data.dense_shape[0] + 1)
    splits = tf.searchsorted(tf.ensure_shape(data.indices[:, 0], [None]), ends, out_type=tf.int64)
    places = tf.RaggedTensor.from_row_splits(data.indices[:, 1:], splits, validate=False)
    values = tf.RaggedTensor.from_row_splits(data.values, splits, validate=False)

    def read(index: Any) -> Any:
        found = tf.gather(places, index)
        indices = tf.concat([found.value_rowids()[:, None], found.flat_values], 1)
        shape = tf.concat([tf.shape(index, tf.int64), data.dense_shape[1:]], 0)
        return tf.SparseTensor(indices, tf.gather(values, index).flat_values, shape)

    return read


def _rows_at(data: Any, index: Any) -> Any:
    if isinstance(data, np.memmap):
        found = tf.numpy_function(
            lambda rows: np.ascontiguousarray(data[np.asarray(rows)]), [index], data.dtype
        )
        found.set_shape([None, *data.shape[1:]])
        floats = found.dtype.is_floating
        return tf.cast(found, tf.keras.config.floatx()) if floats else found
    return tf.gather(data, index)


def _of_dataset(argument: str, dataset: Any) -> Stream:
    cardinality = int(dataset.cardinality())
    if cardinality == 0:
        raise ArgumentError(
            argument, f"{argument}: the dataset is empty; it needs at least one batch."
        )
    return Stream(dataset=dataset, endless=cardinality == tf.data.INFINITE_CARDINALITY)


def _of_py_dataset(argument: str, data: Any) -> Stream:
    count = data.num_batches
    if count is not None and count < 1:
        raise ArgumentError(
            argument,
            f"{argument}: got {shown(data)}, which has no batches; its length must be at least 1.",
        )
    state: dict[str, Any] = {"epoch": 0, "seed": None}

    def reorder(seed: int | None) -> None:
        state["seed"] = seed

    def begins(epoch: int) -> None:
        state["epoch"] = epoch

    def order() -> Any:
        if count is None:
            return itertools.count()
        if state["seed"] is None:
            return range(count)
        key = [state["seed"], state["epoch"]]
        return np.random.Generator(np.random.Philox(key=key)).permutation(count)

    def items() -> Any:
        for index, item in _fetched(data, order(), max(1, int(data.workers or 1))):
            yield _checked(argument, item, f"item {index} of the PyDataset")

    two = [_checked(argument, data[index], f"item {index}") for index in range(min(count or 2, 2))]
    dataset = _generated(items, two)
    if count is not None:
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
    return _FirstKept(
        dataset=dataset, endless=count is None, reorder=reorder, begins=begins, known=two[0],
        epochs=_EpochsOf(data),
    )  # fmt: skip


class _EpochsOf:
    """Tells a PyDataset of epochs as `fit` does, which may put its batches in another order.

    On the run's thread, when all steps of an epoch have been taken, before its validation: not
    where the batches are read ahead.
    """

    def __init__(self, data: Any) -> None:
        self._data = data

    def reset(self) -> None:
        # As `fit` and `evaluate` begin: what an earlier one has left is over.
        self._data.on_epoch_end()

    def begin(self) -> None:
        self._data.on_epoch_begin()

    def end(self) -> None:
        self._data.on_epoch_end()


def _fetched(data: Any, order: Any, workers: int) -> Iterator[tuple[int, Any]]:
    """Items in their order; with several workers the next ones are made meanwhile."""
    if workers == 1:
        for index in order:
            yield int(index), data[int(index)]
        return
    waiting: deque[tuple[int, Future[Any]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for index in order:
            waiting.append((int(index), pool.submit(data.__getitem__, int(index))))
            if len(waiting) > workers:
                first, item = waiting.popleft()
                yield first, item.result()
        for first, item in waiting:
            yield first, item.result()


def _of_generator(argument: str, data: Iterator[Any]) -> Stream:
    """A generator is used up once: what was read to learn its form comes first."""
    two = list(itertools.islice(data, 2))
    if not two:
        raise ArgumentError(argument, f"{argument}: the generator yielded no batch.")
    read = [_checked(argument, item, "each item of the generator") for item in two]
    waiting = list(read)

    def items() -> Any:
        while waiting:
            yield waiting.pop(0)
        for item in data:
            yield _checked(argument, item, "each item of the generator")

    return _FirstKept(dataset=_generated(items, read), known=read[0])


@dataclass(frozen=True, kw_only=True)
class _FirstKept(Stream):
    """A stream whose first batch is known, and that cannot, or need not, be started for it."""

    known: Any = None

    def first(self) -> Any:
        return tf.nest.map_structure(tf.convert_to_tensor, self.known)


def _is_loader(data: Any) -> bool:
    """Whether `data` is a torch DataLoader or another sized loader of batches."""
    module = type(data).__module__.partition(".")[0]
    return module in {"torch", "grain"} and hasattr(data, "__iter__")


def _of_loader(argument: str, data: Any) -> Stream:
    def items() -> Any:
        for item in data:
            yield _checked(argument, item, "each batch of the loader")

    two = list(itertools.islice(items(), 2))
    if not two:
        raise ArgumentError(argument, f"{argument}: the loader yielded no batch.")
    dataset = _generated(items, two)
    if hasattr(data, "__len__"):
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(data)))
    return Stream(dataset=dataset)


def _generated(items: Callable[[], Any], known: list[Any]) -> Any:
    """A dataset of what `items` yields; sizes that differ between the known ones stay open."""

    def spec(*parts: Any) -> Any:
        shapes = [tuple(part.shape) for part in parts]
        ranks = {len(shape) for shape in shapes}
        if len(ranks) > 1:
            return tf.TensorSpec(None, _dtype(parts[0]))
        sizes = [
            size if all(shape[axis] == size for shape in shapes) else None
            for axis, size in enumerate(shapes[0])
        ]
        return tf.TensorSpec([None, *sizes[1:]], _dtype(parts[0]))

    signature = tf.nest.map_structure(spec, *known)

    def cast() -> Any:
        for item in items():
            yield tf.nest.map_structure(
                lambda part, wanted: (
                    tf.convert_to_tensor(np.asarray(part), wanted.dtype)
                    if np.asarray(part).dtype.kind not in "OUS"
                    else tf.convert_to_tensor(part)
                ),
                item,
                signature,
            )

    return tf.data.Dataset.from_generator(cast, output_signature=signature)


def _dtype(part: Any) -> Any:
    found = tf.as_dtype(np.asarray(part).dtype if not hasattr(part, "dtype") else part.dtype)
    return tf.as_dtype(tf.keras.config.floatx()) if found.is_floating else found


def _checked(argument: str, item: Any, where: str) -> Any:
    """A batch as a tuple of NumPy arrays or structures of such."""
    if isinstance(item, list):
        item = tuple(item)
    if isinstance(item, tuple) and not 1 <= len(item) <= 3:
        raise ArgumentError(
            argument,
            f"{argument}: {where} must be (inputs, targets) or (inputs, targets, sample_weight), "
            f"but it is {shown(item)}.",
        )
    if isinstance(item, tuple):
        item = tuple(part for part in item if part is not None)
    return _plain(item)


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items()}
    if isinstance(part, tuple):
        return tuple(map(_plain, part))
    if isinstance(part, list) and part and arrays.is_array(part[0]):
        return tuple(map(_plain, part))
    if hasattr(part, "detach"):  # torch
        part = part.detach().cpu()
    return part if tf.is_tensor(part) else np.asarray(part)
