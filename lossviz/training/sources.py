"""What a user may hand over as data, made into batches."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError, shown
from lossviz._tensorflow import tf
from lossviz.tasks import Data
from lossviz.training.batches import ArrayBatches, Batches, DatasetBatches

ACCEPTED = (
    "a pair (inputs, targets) of arrays, a batched tf.data.Dataset of such pairs, "
    "a keras.utils.PyDataset, or a task's Data"
)


class Source:
    """Data that have been checked, and can be made into batches.

    Attributes:
        sample: `(inputs, targets)` tensors of the first two samples, or None where only running
            the user's own pipeline would tell.
        targets: all targets as a tensor, or None for a dataset.
    """

    def __init__(self, argument: str, data: Any) -> None:
        """Check `data`.

        Args:
            argument: `"data"` or `"validation"`, for error messages.
            data: what the user handed over.

        Raises:
            ArgumentError: for data of another kind, of different lengths or without samples.
        """
        self.argument = argument
        self.sample: tuple[Any, Any] | None = None
        self.targets: Any = None
        self._arrays: tuple[Any, Any] | None = None
        self._dataset: Any = None
        if isinstance(data, Data):
            data = data.train if argument == "data" else data.validation
        if isinstance(data, tf.data.Dataset):
            self._dataset = self._checked_dataset(data)
        elif isinstance(data, tf.keras.utils.PyDataset):
            self._dataset = self._from_py_dataset(data)
        elif isinstance(data, tuple | list) and len(data) == 2:
            inputs, targets = (self._tensors(part) for part in data)
            self._samples = self._count(inputs, targets)
            self._arrays = (inputs, targets)
            self.targets = tf.nest.flatten(targets)[0]
            self.sample = tf.nest.map_structure(lambda rows: rows[:2], (inputs, targets))
        else:
            raise ArgumentError(argument, f"{argument}: got {shown(data)}; it must be {ACCEPTED}.")

    def first(self, count: int) -> Any:
        """`(inputs, targets)` of the first samples as tensors; of a dataset their TensorSpecs."""
        if self._arrays is None:
            return self._dataset.element_spec
        return tf.nest.map_structure(lambda rows: rows[:count], self._arrays)

    def batches(self, batch_size: int, *, shuffle: bool, seed: int | None) -> Batches:
        """The batches; arrays are shuffled for each epoch with `shuffle`, datasets never."""
        if self._arrays is None:
            return DatasetBatches(self._dataset)
        if shuffle and seed is None:
            seed = secrets.randbits(63)
        return ArrayBatches(
            *self._arrays,
            samples=self._samples,
            batch_size=batch_size,
            seed=seed if shuffle else None,
        )

    def _tensors(self, part: Any) -> Any:
        if hasattr(part, "to_numpy"):  # pandas' and polars' tables and columns
            part = part.to_numpy()
        # A list of numbers is one array; a list of arrays is a model with several inputs.
        if isinstance(part, dict):
            return {name: self._tensors(value) for name, value in part.items()}
        if isinstance(part, tuple | list) and part and hasattr(part[0], "shape"):
            shapes = {tuple(value.shape) for value in part}
            if len(shapes) > 1 or () not in shapes:
                return tuple(self._tensors(value) for value in part)
        try:
            if not tf.is_tensor(part):
                part = np.asarray(part)
                if part.dtype == np.float64:
                    part = part.astype(tf.keras.config.floatx())
            tensor = tf.convert_to_tensor(part)
        except (TypeError, ValueError) as error:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: {shown(part)} cannot be made into an array of numbers "
                f"({error}); it must be {ACCEPTED}.",
            ) from None
        if tensor.shape.rank == 0:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: got {shown(part)}, which has no samples; it must be {ACCEPTED}.",
            )
        return tensor

    def _count(self, inputs: Any, targets: Any) -> int:
        lengths = [int(part.shape[0]) for part in tf.nest.flatten((inputs, targets))]
        if len(set(lengths)) > 1:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: inputs and targets must have the same number of samples, "
                f"but they have {' and '.join(f'{length:,}' for length in lengths)}.",
            )
        if not lengths or lengths[0] == 0:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: got no samples (an empty array); at least one is needed.",
            )
        return lengths[0]

    def _checked_dataset(self, dataset: Any) -> Any:
        spec = dataset.element_spec
        if not isinstance(spec, tuple) or len(spec) != 2:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: each element of the dataset must be a pair "
                f"(inputs, targets), but it is {spec!r}.",
            )
        cardinality = int(dataset.cardinality())
        if cardinality == 0:
            raise ArgumentError(
                self.argument, f"{self.argument}: got an empty dataset; it must hold batches."
            )
        if cardinality == tf.data.INFINITE_CARDINALITY:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: got an endless dataset, which has no epochs; bound it with "
                ".take(batches).",
            )
        return dataset

    def _from_py_dataset(self, data: Any) -> Any:
        batches = data.num_batches
        if not batches:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: got {shown(data)} without batches; its length must be known "
                "and at least 1.",
            )
        first = data[0]
        if not isinstance(first, tuple) or len(first) != 2:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: each item of the PyDataset must be a pair (inputs, targets), "
                f"but the first one is {shown(first)}.",
            )
        first = tf.nest.map_structure(tf.convert_to_tensor, first)
        self.sample = tf.nest.map_structure(lambda rows: rows[:2], first)
        signature = tf.nest.map_structure(
            lambda rows: tf.TensorSpec([None, *rows.shape[1:]], rows.dtype), first
        )

        def items() -> Any:
            for index in range(batches):
                yield tf.nest.map_structure(tf.convert_to_tensor, data[index])
            data.on_epoch_end()

        dataset = tf.data.Dataset.from_generator(items, output_signature=signature)
        return dataset.apply(tf.data.experimental.assert_cardinality(batches))
