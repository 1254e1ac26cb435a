"""What a user may hand over as data, checked and made into batches.

Arrays stay arrays, from which batches are gathered in the graph; everything else becomes a batched
`tf.data.Dataset` (`streams`).
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError, number, shown
from lossviz._tensorflow import tf
from lossviz.tasks import Data
from lossviz.training import arrays, streams
from lossviz.training.array_batches import ArrayBatches
from lossviz.training.batches import Batches, shortage
from lossviz.training.dataset_batches import DatasetBatches

ACCEPTED = (
    "a pair (inputs, targets) of arrays, a batched tf.data.Dataset of such pairs, "
    "a keras.utils.PyDataset, a generator of batches, or a task's Data"
)


class Source:
    """Data that have been checked, and can be made into batches.

    A batch is what Keras' `train_step(data)` gets: `(inputs, targets)`,
    `(inputs, targets, sample_weight)`, or the inputs alone.

    Attributes:
        argument: `"data"` or `"validation"`, for error messages.
        whole: all data as a batch of tensors, where they are arrays; else None.
        spec: the batch's structure as TensorSpecs, with None for what differs between batches.
        samples: how many samples there are, where they are arrays; else None.
    """

    def __init__(self, argument: str, data: Any) -> None:
        """Check `data`.

        Args:
            argument: `"data"` or `"validation"`, for error messages.
            data: what the user handed over, in any form that `ACCEPTED` names.

        Raises:
            ArgumentError: for data of another kind, of different lengths or without samples.
        """
        if isinstance(data, Data):
            data = data.train if argument == "data" else data.validation
        if isinstance(data, list):
            data = tuple(data)
        self._take(argument, data)

    @classmethod
    def of_parts(cls, argument: str, x: Any, y: Any = None, sample_weight: Any = None) -> Source:
        """The data that `model.fit(x, y, sample_weight=...)` gets.

        Raises:
            ArgumentError: as the constructor, and for targets besides a dataset.
        """
        found = object.__new__(cls)
        if streams.is_stream(x):
            for name, value in {"y": y, "sample_weight": sample_weight}.items():
                if value is not None:
                    raise ArgumentError(
                        name,
                        f"{name}: is only for arrays, but x is {shown(x)}, whose batches "
                        "contain targets and weights.",
                    )
            data = x
        elif sample_weight is not None:
            data = (x, y, sample_weight)
        elif y is not None:
            data = (x, y)
        else:
            data = (x,) if isinstance(x, tuple | list) else x
        found._take(argument, data)
        return found

    def _take(self, argument: str, data: Any) -> None:
        self.argument = argument
        self.whole: Any = None
        self.samples: int | None = None
        self._stream: streams.Stream | None = None
        stream = streams.of(argument, data)
        # Infinite data, and the items of a generator, may differ each time.
        again = isinstance(data, tf.data.Dataset | tf.keras.utils.PyDataset)
        self._given = data if again and stream is not None and not stream.endless else None
        if stream is None:
            stream = self._take_arrays(data)
        self._stream = stream
        if stream is None:
            self.spec = tf.nest.map_structure(arrays.batch_spec, self.whole)
        else:
            self.spec = stream.dataset.element_spec
        parts = len(self.spec) if isinstance(self.spec, tuple) else 1
        if not 1 <= parts <= 3:
            raise ArgumentError(
                argument,
                f"{argument}: each batch must be (inputs, targets) or (inputs, targets, "
                f"sample_weight), but it has {parts} parts.",
            )

    def same_as(self, other: Source) -> bool:
        """Whether both are the very same dataset, which can be read again and ends."""
        return self._given is not None and self._given is other._given

    @property
    def inputs(self) -> Any:
        """TensorSpecs of a batch's inputs."""
        return unpacked(self.spec)[0]

    @property
    def targets(self) -> Any:
        """TensorSpecs of a batch's targets, or None where there are none."""
        return unpacked(self.spec)[1]

    @property
    def weighted(self) -> bool:
        """Whether samples have weights."""
        return unpacked(self.spec)[2] is not None

    @property
    def known(self) -> Any:
        """The first batch of a stream, where it is known without beginning it; else None."""
        stream = self._stream
        return None if getattr(stream, "known", None) is None else stream.first()  # type: ignore[union-attr]

    def first(self, count: int) -> Any:
        """The first batch, of at most `count` samples where the data are arrays.

        A dataset is begun for it: what the user's own pipeline does for its first batch, it does
        once more.
        """
        if self._stream is None:
            return tf.nest.map_structure(lambda rows: rows[:count], self.whole)
        found = self._stream.first()
        if found is None:
            raise ArgumentError(
                self.argument,
                f"{self.argument}: the dataset has no batches; it needs at least one.",
            )
        return found

    def split(self, share: float) -> tuple[Source, Source]:
        """The data without their last `share`, and that share, as Keras' `validation_split` does.

        Raises:
            ArgumentError: for data that are not arrays, or a share that leaves one part empty.
        """
        share = number("validation_split", share, above=0, maximum=1)
        if self.samples is None:
            raise ArgumentError(
                "validation_split",
                f"validation_split: got {share:g}, but only arrays can be split; pass a "
                "separate dataset as validation.",
            )
        at = math.floor(self.samples * (1.0 - share))
        if not 0 < at < self.samples:
            raise ArgumentError(
                "validation_split",
                f"validation_split: {share:g} of {self.samples:,} samples leaves one part empty; "
                "both need at least one sample.",
            )
        return self._part("data", slice(None, at)), self._part("validation", slice(at, None))

    def weigh_classes(self, class_weight: Mapping[Any, float]) -> None:
        """Weigh samples by their class, as Keras' `class_weight` does.

        Raises:
            ArgumentError: where samples have weights already, or for several or no targets.
        """
        if self.weighted:
            raise ArgumentError(
                "class_weight",
                "class_weight: the samples already have weights (sample_weight); use only "
                "one of the two.",
            )
        targets = self.targets
        if targets is None or len(tf.nest.flatten(targets)) != 1:
            raise ArgumentError(
                "class_weight", "class_weight: needs data with one target for each sample."
            )
        weigh = arrays.class_weigher(class_weight)
        if self._stream is None:
            inputs, targets, _ = unpacked(self.whole)
            self.whole = inputs, targets, weigh(tf.nest.flatten(targets)[0])
            self.spec = tf.nest.map_structure(arrays.batch_spec, self.whole)
        else:
            self._stream = self._stream.map(
                lambda inputs, targets: (inputs, targets, weigh(tf.nest.flatten(targets)[0]))
            )
            self.spec = self._stream.dataset.element_spec

    def batches(
        self,
        batch_size: int | None,
        *,
        shuffle: bool,
        seed: int | None,
        steps: int | None = None,
        anew: bool = False,
    ) -> Batches:
        """The batches of one epoch after another.

        Args:
            batch_size: samples a step, for arrays; None takes 32, or with `steps` the size for
                that many steps, as `fit` does.
            shuffle: whether arrays, and the batches of a PyDataset, come in another order in each
                epoch; other datasets come as they are.
            seed: of the shuffling; drawn where it is None.
            steps: steps of an epoch; the next one continues after them. None: all of the data.
            anew: whether the next epoch restarts the data.
        """
        batch_size = batch_size or self._usual_batch_size(steps)
        if shuffle and seed is None:
            seed = secrets.randbits(63)
        seed = seed if shuffle else None
        stream = self._stream
        if stream is None:
            assert self.samples is not None
            natural = math.ceil(self.samples / min(batch_size, self.samples))
            if steps is None or steps >= natural:
                found = ArrayBatches(
                    self.whole, samples=self.samples, batch_size=batch_size, seed=seed
                )
                if steps is not None and steps > natural:
                    found.ran_out = shortage(1, natural, steps)
                return found
            stream = streams.of_tensors(self.whole, self.samples, batch_size, seed)
        elif stream.rows is not None:
            stream = stream.rows(batch_size, seed)
        elif stream.endless and steps is None:
            name = "steps_per_epoch" if self.argument == "data" else "validation_steps"
            raise ArgumentError(
                self.argument,
                f"{self.argument}: the data are infinite, so they have no epochs; set "
                f"{name}, or limit the dataset with .take(batches).",
            )
        dataset = stream.opened(seed)
        if anew and steps is not None:
            dataset, steps = dataset.take(steps), None
        return DatasetBatches(
            dataset, steps_per_epoch=steps, begins=stream.begins, epochs=stream.epochs, anew=anew
        )

    def _usual_batch_size(self, steps: int | None) -> int:
        if steps is None or self.samples is None:
            return 32
        return math.ceil(self.samples / steps)

    def _part(self, argument: str, rows: slice) -> Source:
        part = object.__new__(Source)
        part.argument, part._stream, part._given = argument, None, None
        part.whole = tf.nest.map_structure(lambda data: data[rows], self.whole)
        part.samples = arrays.rows(tf.nest.flatten(part.whole)[0])
        part.spec = self.spec
        return part

    def _take_arrays(self, data: Any) -> streams.Stream | None:
        """Data in memory; those that cannot be gathered from become a stream."""
        if isinstance(data, tuple):
            if not 1 <= len(data) <= 3:
                raise self._refused(data)
            found = tuple(arrays.tensors(self.argument, part, ACCEPTED) for part in data)
        elif arrays.is_array(data) or isinstance(data, dict):
            found = arrays.tensors(self.argument, data, ACCEPTED)
        else:
            raise self._refused(data)
        if isinstance(found, tuple) and len(found) == 3 and found[2] is None:
            found = found[:2]
        leaves = tf.nest.flatten(found)
        self.samples = self._count(leaves)
        if any(isinstance(leaf, tf.SparseTensor | np.memmap) for leaf in leaves):
            stream = streams.of_rows(found, self.samples)
            self.samples = None
            return stream
        self.whole = found
        return None

    def _refused(self, data: Any) -> ArgumentError:
        return ArgumentError(
            self.argument, f"{self.argument}: got {shown(data)}; it must be {ACCEPTED}."
        )

    def _count(self, leaves: list[Any]) -> int:
        lengths = [arrays.rows(leaf) for leaf in leaves]
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


def unpacked(batch: Any) -> tuple[Any, Any, Any]:
    """`(inputs, targets, sample_weight)` of a batch, None for what it does not hold."""
    if not isinstance(batch, tuple):
        return batch, None, None
    return (*batch, None, None)[:3]
