"""The data of a task: arrays to train on and arrays to validate on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.tasks.anchors import Anchors


@dataclass(frozen=True, kw_only=True)
class Data:
    """A data set, split into a part to train on and a part to validate on.

    Attributes:
        name: the data set's name, such as `"digits"`.
        inputs, targets: arrays with one sample a row to train on, as the task's model takes them.
        validation_inputs, validation_targets: the validation part, in the same form.
        classes: the names of the classes, in the order of the targets' last axis; empty where
            the task has none. With anchors the background, class 0, is not among them.
        anchors: how boxes are encoded in the targets, for detection; None elsewhere.

    Example:
        >>> import lossviz
        >>> data = lossviz.tasks.get("image_classification").load("digits")
        >>> data.inputs.shape, data.targets.shape
        ((1438, 8, 8, 1), (1438, 10))
    """

    name: str
    inputs: NDArray[Any]
    targets: NDArray[Any]
    validation_inputs: NDArray[Any]
    validation_targets: NDArray[Any]
    classes: tuple[str, ...] = ()
    anchors: Anchors | None = None

    @property
    def train(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """`(inputs, targets)` of the part to train on."""
        return self.inputs, self.targets

    @property
    def validation(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """`(inputs, targets)` of the validation part."""
        return self.validation_inputs, self.validation_targets


def split_indices(count: int, share: float, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """A random split of `count` samples: indices to train on, indices to validate on.

    The same seed produces the same split on every platform and version of NumPy (Philox stream).
    """
    order = np.random.Generator(np.random.Philox(key=seed)).permutation(count)
    kept = count - round(count * share)
    return order[:kept], order[kept:]


def boxed_data(name: str, anchors: Anchors, train: Any, validation: Any) -> Data:
    """Images with boxes as a detector learns them.

    Args:
        name: the data set's name.
        anchors: how the boxes are encoded in the targets.
        train, validation: `(images, labels, boxes)`, the last two lists with one item per image.
    """
    inputs, labels, boxes = train
    validation_inputs, validation_labels, validation_boxes = validation
    return Data(
        name=name,
        inputs=inputs,
        targets=anchors.encode_all(boxes, labels),
        validation_inputs=validation_inputs,
        validation_targets=anchors.encode_all(validation_boxes, validation_labels),
        classes=anchors.classes,
        anchors=anchors,
    )
