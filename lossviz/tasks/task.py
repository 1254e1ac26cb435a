"""A task: a use case with its data sets, starter models, metrics and losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lossviz import losses
from lossviz._arguments import ArgumentError, shown, unknown_name, whole_number
from lossviz.losses import Loss, Targets
from lossviz.tasks.data import Data
from lossviz.tasks.loaded import as_loaded
from lossviz.tasks.own_data import as_data

if TYPE_CHECKING:
    import plotly.graph_objects as go

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
        name: its name, such as `"digits"`: letters, digits and `_`.
        load: returns the data for a seed: a `Data`, a pair `(inputs, targets)` of arrays, of which
            a random fifth is for validation, or two such pairs, the second for validation. Integers
            as targets of classes become one-hot.
        model: returns a new starter model for a `Data`; its outputs are logits.
        targets: what its targets are: `"classes"`, `"sequence"`, `"anchors"` or `"numbers"`.
        title: the display name; by default derived from the name.
        metrics: names of its usual metrics, as `lossviz.train` takes them.
        show: draws predictions as `show(data, inputs, targets, outputs)`; None where they are not
            images.
        classes: how many classes the targets have on their last axis; 0 where they have none, or
            where only the data tell.

    Raises:
        ArgumentError: for an invalid name, or unknown targets.
        TypeError: if `load` or `model` is not a function.

    Example:
        >>> import keras, numpy as np
        >>> from lossviz.tasks import Dataset
        >>> def steep(seed):
        ...     x = np.random.default_rng(seed).uniform(-1, 1, (100, 1))
        ...     return x, 5 * x
        >>> def line(data):
        ...     return keras.Sequential([keras.layers.Dense(1)])
        >>> dataset = Dataset(name="steep_line", load=steep, model=line, targets="numbers")
        >>> dataset.title, dataset.data(seed=0).inputs.shape
        ('Steep line', (80, 1))
    """

    name: str
    load: Callable[[int], Any]
    model: Callable[[Data], Any]
    targets: Targets
    title: str = ""
    metrics: tuple[str, ...] = ()
    show: Show | None = None
    classes: int = 0

    def __post_init__(self) -> None:
        checked_name("name", self.name)
        if self.targets not in FITS:
            raise unknown_name("targets", self.targets, FITS)
        for argument in ("load", "model"):
            if not callable(getattr(self, argument)):
                came = shown(getattr(self, argument))
                raise TypeError(f"{argument}: got {came}; it must be a function.")
        object.__setattr__(self, "title", self.title or titled(self.name))
        metrics: Any = self.metrics  # one name, or several
        names = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        object.__setattr__(self, "metrics", names)

    def data(self, seed: int) -> Data:
        """The data for a seed, whatever form `load` returns them in.

        Raises:
            ArgumentError: when it returns something other than data.
        """
        classes = self.classes if self.targets == "classes" else None
        found = as_loaded(self.name, self.load(seed), seed, classes)
        # By its name a task finds the model that goes with it.
        return found if found.name == self.name else replace(found, name=self.name)

    def takes(self, loss: Loss) -> bool:
        """Whether a model can be trained on it with this loss."""
        return loss.shapes in FITS[self.targets]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A use case, trainable out of the box.

    Attributes:
        name: its name, such as `"image_classification"`.
        title: the display name.
        datasets_by_name: the data sets; the first is the default.
        epochs, batch_size, optimizer, learning_rate: what brings the starter model to a useful
            result on the default data set.
        label_axes: how many axes integer labels have that denote classes; 0 where the targets
            are not classes.
        pictures: whether the inputs are images.
        folder: loads the data in a folder, for tasks that can read one.
        folder_help: what such a folder must contain.

    Example:
        >>> import lossviz
        >>> task = lossviz.tasks.get("image_classification")
        >>> model = task.build_model(task.load("digits"))
        >>> model.output_shape
        (None, 10)
    """

    name: str
    title: str
    datasets_by_name: Mapping[str, Dataset]
    epochs: int
    batch_size: int = 32
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    label_axes: int = 0
    pictures: bool = False
    folder: Callable[[Path, int], Data] | None = field(default=None)
    folder_help: str = ""

    @property
    def losses(self) -> list[str]:
        """The names of the losses that suit it, best first."""
        return losses.names(self.name)

    @property
    def default_loss(self) -> str:
        """The recommended loss: the one that suits the task best."""
        return self.losses[0]

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
        # Without anchors the boxes in the targets are unknown.
        return () if self.dataset().targets == "anchors" else self.metrics

    def load(self, dataset: str | None = None, seed: int = 0) -> Data:
        """The data set of this name (the default one without a name), split by `seed`.

        Args:
            dataset: a name, or the path of a folder where the task can read one.
            seed: of the split and of what is drawn at random, from 0 on.

        Raises:
            ArgumentError: for an unknown data set, a folder that does not hold what it should, a
                failed download, or an invalid seed.
        """
        name = dataset if dataset is not None else self.datasets[0]
        seed = whole_number("seed", seed, minimum=0)
        if name in self.datasets_by_name:
            return self.datasets_by_name[name].data(seed)
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
        """A figure of what `model` predicts for the first `count` validation samples of `data`.

        Args:
            model: a trained `keras.Model`.
            data: a `Data`, or data of your own in any form that `lossviz.train` takes.
            count: how many samples.

        Raises:
            ArgumentError: unless `count` is a whole number of at least 1, and for inputs that are
                no images in a task about images.
        """
        count = whole_number("count", count)
        known = as_data(data)
        dataset = self.dataset(known.name)
        inputs, targets = known.validation_inputs[:count], known.validation_targets[:count]
        pictures = inputs.ndim == 4 and inputs.shape[-1] in {1, 3}
        if dataset.show is None:
            raise ArgumentError("data", f"data: {self.title} cannot draw predictions.")
        if dataset.targets == "anchors" and known.anchors is None:
            raise ArgumentError("data", "data: predicted boxes cannot be drawn without anchors.")
        if self.pictures and not pictures:
            raise ArgumentError(
                "data",
                "data: predictions can be drawn for images [samples, height, width, 1 or "
                f"3], but the inputs have shape {list(known.inputs.shape)}.",
            )
        outputs = np.asarray(model(inputs, training=False))
        return dataset.show(known, inputs, targets, outputs)


def is_folder(name: Any) -> bool:
    """Whether the name of a data set is meant as a path: no data set has a separator in it."""
    return isinstance(name, str | Path) and ("/" in str(name) or "\\" in str(name))


def checked_name(argument: str, name: Any) -> str:
    """`name`, which must be a valid name: it is used in code, and "/" would make it a path.

    Raises:
        ArgumentError: when it is none.
    """
    if isinstance(name, str) and name.isidentifier() and name != "folder":
        return name
    raise ArgumentError(
        argument,
        f"{argument}: got {shown(name)}; it must consist of letters, digits and _, such as "
        "'two_moons', and must not be 'folder'.",
    )


def titled(name: str) -> str:
    """A name as people write it: `"two_moons"` is `"Two moons"`."""
    return name.replace("_", " ").strip().capitalize()
