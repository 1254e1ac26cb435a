"""A task: a use case with its data sets, starter models, metrics and losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lossviz import losses
from lossviz._arguments import ArgumentError, unknown_name, whole_number
from lossviz.losses import Loss
from lossviz.tasks.data import Data
from lossviz.tasks.own_data import as_data

if TYPE_CHECKING:
    import plotly.graph_objects as go

Targets = Literal["classes", "sequence", "anchors", "numbers"]
"""What the targets of a data set are: probabilities of classes on the last axis, sequences of
labels, anchors with classes and offsets, or plain numbers."""

FITS: Mapping[Targets, frozenset[str]] = {
    "classes": frozenset({"classes", "same", "any"}),
    "sequence": frozenset({"ctc", "any"}),
    "anchors": frozenset({"ssd", "any"}),
    "numbers": frozenset({"same", "any"}),
}
"""The `shapes` of the losses that can learn each kind of targets."""

Show = Callable[[Data, Any, Any, Any], "go.Figure"]
"""`show(data, inputs, targets, outputs)` draws a few predictions."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set of a task, with what goes with it.

    Attributes:
        name: its name, such as `"digits"`.
        title: the name for people, with its size.
        load: gives the data for a seed.
        model: gives a new starter model for the data.
        metrics: names of the metrics that people use for it, as `lossviz.train` takes them.
        targets: what its targets are.
        show: draws predictions.
        classes: how many classes the targets have on their last axis; 0 where they have none.
    """

    name: str
    title: str
    load: Callable[[int], Data]
    model: Callable[[Data], Any]
    metrics: tuple[str, ...]
    targets: Targets
    show: Show
    classes: int = 0

    def takes(self, loss: Loss) -> bool:
        """Whether a model can be trained on it with this loss."""
        return loss.shapes in FITS[self.targets]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A use case, trainable out of the box.

    Attributes:
        name: its name, such as `"image_classification"`.
        title: the name for people.
        default_loss: the loss that a beginner should take.
        datasets_by_name: the data sets; the first is the default.
        epochs, batch_size, optimizer, learning_rate: what brings the starter model to a useful
            result on the default data set.
        label_axes: how many axes integer labels have that stand for classes; 0 where the targets
            are no classes.
        pictures: whether the inputs are pictures.
        folder: gives the data in a folder, for tasks that can read one.
        folder_help: what such a folder must hold.

    Example:
        >>> import lossviz
        >>> task = lossviz.tasks.get("image_classification")
        >>> model = task.build_model(task.load("digits"))
        >>> model.output_shape
        (None, 10)
    """

    name: str
    title: str
    default_loss: str
    datasets_by_name: Mapping[str, Dataset]
    epochs: int
    batch_size: int = 32
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    label_axes: int = 0
    pictures: bool = True
    folder: Callable[[Path, int], Data] | None = field(default=None)
    folder_help: str = ""

    @property
    def losses(self) -> list[str]:
        """The names of the losses that suit it, best first."""
        return losses.names(self.name)

    @property
    def datasets(self) -> list[str]:
        """The names of its data sets; the first is the default."""
        return list(self.datasets_by_name)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics of its default data set."""
        return self.dataset().metrics

    def dataset(self, name: str | None = None) -> Dataset:
        """The data set of this name; the default one for data of the user's own or a folder."""
        return self.datasets_by_name.get(name or "", self.datasets_by_name[self.datasets[0]])

    def dataset_for(self, loss: Loss) -> str:
        """The name of the first data set that this loss can learn, else of the default one."""
        fitting = (one.name for one in self.datasets_by_name.values() if one.takes(loss))
        return next(fitting, self.datasets[0])

    def metrics_for(self, data: Any) -> tuple[str, ...]:
        """Names of the metrics that suit `data`, which may be the user's own."""
        if isinstance(data, Data):
            return self.dataset(data.name).metrics
        # Without anchors nobody knows which boxes the targets mean.
        return () if self.dataset().targets == "anchors" else self.metrics

    def load(self, dataset: str | None = None, seed: int = 0) -> Data:
        """The data set of this name (the default one without a name), split by `seed`.

        Args:
            dataset: a name, or the path of a folder where the task can read one.
            seed: of the split and of what is drawn at random, from 0 on.

        Raises:
            ArgumentError: for an unknown data set, a folder that does not hold what it should, a
                failed download, or a seed that is no whole number from 0 on.
        """
        name = dataset if dataset is not None else self.datasets[0]
        seed = whole_number("seed", seed, minimum=0)
        if name in self.datasets_by_name:
            return self.datasets_by_name[name].load(seed)
        if self.folder is not None and is_folder(name):
            return self.folder(Path(name), seed)
        raise unknown_name("dataset", name, self.datasets_by_name)

    def build_model(self, data: Any) -> Any:
        """A new, untrained `keras.Model` for this data; its outputs are logits.

        Args:
            data: a `Data`, or data of your own in any form that `lossviz.train` takes.

        Raises:
            ArgumentError: when no starter model can be built for such data.
        """
        known = as_data(data)
        return self.dataset(known.name).model(known)

    def show(self, model: Any, data: Any, count: int = 8) -> go.Figure:
        """A picture of what `model` says of the first `count` held-out samples of `data`.

        Args:
            model: a trained `keras.Model`.
            data: a `Data`, or data of your own in any form that `lossviz.train` takes.
            count: how many samples.

        Raises:
            ArgumentError: when `count` is no whole number of at least 1, and for inputs that are
                no pictures in a task about pictures.
        """
        count = whole_number("count", count)
        known = as_data(data)
        dataset = self.dataset(known.name)
        inputs, targets = known.validation_inputs[:count], known.validation_targets[:count]
        pictures = inputs.ndim == 4 and inputs.shape[-1] in {1, 3}
        if dataset.targets == "anchors" and known.anchors is None:
            raise ArgumentError("data", "data: without anchors nobody knows what the boxes are.")
        if self.pictures and not pictures:
            raise ArgumentError(
                "data",
                "data: predictions are drawn for pictures [samples, height, width, 1 or 3], but "
                f"the inputs have the shape {list(known.inputs.shape)}.",
            )
        outputs = np.asarray(model(inputs, training=False))
        return dataset.show(known, inputs, targets, outputs)


def is_folder(name: Any) -> bool:
    """Whether the name of a data set is meant as a path: no data set has a separator in it."""
    return isinstance(name, str | Path) and ("/" in str(name) or "\\" in str(name))
