"""A task: a use case with its data sets, starter model, metrics and losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lossviz import losses
from lossviz._arguments import unknown_name, whole_number
from lossviz.tasks.data import Data


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set of a task.

    Attributes:
        name: its name, such as `"digits"`.
        title: the name for people, with its size.
        load: gives the data for a seed.
    """

    name: str
    title: str
    load: Callable[[int], Data]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A use case, trainable out of the box.

    Attributes:
        name: its name, such as `"image_classification"`.
        title: the name for people.
        default_loss: the loss that a beginner should take.
        datasets_by_name: the data sets; the first is the default.
        metrics: names of the metrics that people use for it, as `lossviz.train` takes them.
        epochs: epochs that bring the starter model to a useful result on the default data set.
    """

    name: str
    title: str
    default_loss: str
    datasets_by_name: Mapping[str, Dataset]
    metrics: tuple[str, ...]
    epochs: int
    model: Callable[[Data], Any]

    @property
    def losses(self) -> list[str]:
        """The names of the losses that suit it, best first."""
        return losses.names(self.name)

    @property
    def datasets(self) -> list[str]:
        """The names of its data sets; the first is the default."""
        return list(self.datasets_by_name)

    def load(self, dataset: str | None = None, seed: int = 0) -> Data:
        """The data set of this name (the default one without a name), split by `seed`.

        Raises:
            ArgumentError: for an unknown data set or a seed that is no whole number from 0 on.
        """
        name = dataset if dataset is not None else self.datasets[0]
        if name not in self.datasets_by_name:
            raise unknown_name("dataset", name, self.datasets_by_name)
        return self.datasets_by_name[name].load(whole_number("seed", seed, minimum=0))

    def build_model(self, data: Data) -> Any:
        """A new, untrained `keras.Model` for this data; its outputs are logits."""
        return self.model(data)
