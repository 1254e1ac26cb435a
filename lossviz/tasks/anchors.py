"""Anchors: the boxes that a single-shot detector starts from, and boxes as offsets from them.

The scheme is that of SSD (W. Liu et al., Single Shot MultiBox Detector, 2016): each place of a grid
carries a few boxes of fixed shapes, and the detector says for each what it shows and how the true
box differs from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf

CENTRE_SCALE, SIZE_SCALE = 0.1, 0.2
"""What SSD calls variances: they bring the offsets to about the same size as the logits."""

Box = NDArray[np.float32]


@dataclass(frozen=True)
class Anchors:
    """The anchors of a detector, and the way between boxes and what the detector learns.

    Boxes are `[top, left, bottom, right]` in shares of the image, from 0 to 1.

    Attributes:
        grid: rows and columns of the detector's last feature map.
        shapes: height and width of each anchor of a place, in shares of the image.
        classes: the names of the classes; the background comes before them as class 0.
        match: an anchor that overlaps a box by this IoU or more is to find it.

    Example:
        >>> from lossviz.tasks import Anchors
        >>> anchors = Anchors((4, 4), ((0.25, 0.25),), classes=("cat", "dog"))
        >>> target = anchors.encode([[0.0, 0.0, 0.25, 0.25]], [1])
        >>> target.shape, target[0, :3].tolist()
        ((16, 7), [0.0, 0.0, 1.0])
    """

    grid: tuple[int, int]
    shapes: tuple[tuple[float, float], ...]
    classes: tuple[str, ...]
    match: float = 0.5

    @property
    def outputs(self) -> int:
        """Numbers that the detector outputs for each anchor: background, classes, four offsets."""
        return 1 + len(self.classes) + 4

    @cached_property
    def centres(self) -> Box:
        """All anchors as `[middle row, middle column, height, width]`, float32 [anchors, 4]."""
        rows, columns = self.grid
        row, column = np.meshgrid(
            (np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns, indexing="ij"
        )
        places = np.stack([row, column], axis=-1).reshape(-1, 1, 2)
        shapes = np.array(self.shapes).reshape(1, -1, 2)
        both = [np.broadcast_to(part, (len(places), shapes.shape[1], 2))
                for part in (places, shapes)]  # fmt: skip
        return np.concatenate(both, axis=-1).reshape(-1, 4).astype(np.float32)

    @cached_property
    def boxes(self) -> Box:
        """All anchors as boxes, float32 [anchors, 4]."""
        middle, size = self.centres[:, :2], self.centres[:, 2:]
        return np.concatenate([middle - size / 2, middle + size / 2], axis=1)

    def encode(self, boxes: ArrayLike, labels: ArrayLike) -> NDArray[np.float32]:
        """What a detector should say of an image with these boxes.

        Each box gets the anchor that overlaps it most, and every other anchor that overlaps it by
        `match` or more; the rest is background.

        Args:
            boxes: [n, 4].
            labels: [n], whole numbers from 0 (the first of `classes`) on.

        Returns:
            float32 [anchors, 1 + classes + 4]: one-hot class with the background first, then the
            offsets, 0 for background.

        Raises:
            ArgumentError: for boxes or labels of a wrong shape or out of range.
        """
        boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
        labels = np.asarray(labels).reshape(-1)
        self._check(boxes, labels)
        chosen = np.full(len(self.boxes), -1)
        if len(boxes):
            overlap = iou(self.boxes, boxes)
            best = overlap.argmax(axis=1)
            chosen = np.where(overlap.max(axis=1) >= self.match, best, -1)
            # No box goes without an anchor; two boxes never share their only one.
            free = overlap.copy()
            for _ in range(min(len(boxes), len(free))):
                anchor, box = np.unravel_index(free.argmax(), free.shape)
                chosen[anchor] = box
                free[anchor, :], free[:, box] = -1, -1
        target = np.zeros((len(chosen), self.outputs), np.float32)
        found = np.nonzero(chosen >= 0)[0]
        target[chosen < 0, 0] = 1
        target[found, 1 + labels[chosen[found]]] = 1
        target[found, -4:] = self._offsets(found, boxes[chosen[found]])
        return target

    def encode_all(
        self, boxes: Sequence[ArrayLike], labels: Sequence[ArrayLike]
    ) -> NDArray[np.float32]:
        """`encode` for many images: float32 [images, anchors, 1 + classes + 4]."""
        return np.stack([self.encode(*one) for one in zip(boxes, labels, strict=True)])

    def decode(self, offsets: Any) -> Any:
        """The boxes that offsets mean, as a tensor [..., anchors, 4]."""
        anchors = tf.constant(self.centres)
        middle = anchors[:, :2] + CENTRE_SCALE * offsets[..., :2] * anchors[:, 2:]
        # Bounded, so that a wild guess of an untrained detector does not overflow.
        grown = tf.clip_by_value(SIZE_SCALE * offsets[..., 2:], -4.0, 4.0)
        half = 0.5 * tf.exp(grown) * anchors[:, 2:]
        return tf.concat([middle - half, middle + half], axis=-1)

    def detect(
        self, output: Any, *, most: int = 20, least_score: float = 0.05, overlap: float = 0.45
    ) -> Detections:
        """What a detector has found: decoded, and of overlapping finds of a class only the best.

        Args:
            output: the detector's output, [images, anchors, 1 + classes + 4].
            most: how many detections of an image are kept, the best ones.
            least_score: a find must be at least so probable.
            overlap: two finds of one class that overlap by more than this IoU are one.
        """
        output = tf.cast(output, tf.float32)
        scores = tf.nn.softmax(output[..., :-4])[..., 1:]
        boxes = self.decode(output[..., -4:])[..., None, :]
        found = tf.image.combined_non_max_suppression(
            boxes, scores, max_output_size_per_class=most, max_total_size=most,
            iou_threshold=overlap, score_threshold=least_score, clip_boxes=False,
        )  # fmt: skip
        return Detections(
            found.nmsed_boxes,
            tf.cast(found.nmsed_classes, tf.int32),
            found.nmsed_scores,
            found.valid_detections,
        )

    def truths(self, target: Any) -> Detections:
        """The boxes and classes that are in encoded targets [images, anchors, ...]."""
        labels = tf.cast(target[..., :-4], tf.float32)
        # Several anchors cover one box: of those that decode to the same one remains.
        return self.detect(
            tf.concat([20.0 * labels, tf.cast(target[..., -4:], tf.float32)], axis=-1),
            least_score=0.5,
            overlap=0.99,
        )

    def _offsets(self, anchors: NDArray[np.int64], boxes: Box) -> Box:
        anchor = self.centres[anchors]
        size = boxes[:, 2:] - boxes[:, :2]
        moved = (boxes[:, :2] + size / 2 - anchor[:, :2]) / anchor[:, 2:] / CENTRE_SCALE
        grown = np.log(size / anchor[:, 2:]) / SIZE_SCALE
        return np.concatenate([moved, grown], axis=1)

    def _check(self, boxes: Box, labels: NDArray[Any]) -> None:
        if len(boxes) != len(labels):
            raise ArgumentError(
                "labels", f"labels: got {len(labels)} for {len(boxes)} boxes; each box needs one."
            )
        if len(boxes) and not (boxes[:, 2:] > boxes[:, :2]).all():
            raise ArgumentError(
                "boxes",
                "boxes: each must be [top, left, bottom, right] with bottom greater than top "
                "and right greater than left.",
            )
        if len(labels) and not (
            np.issubdtype(labels.dtype, np.integer)
            and labels.min() >= 0
            and labels.max() < len(self.classes)
        ):
            raise ArgumentError(
                "labels",
                f"labels: must be integers from 0 to {len(self.classes) - 1}, the indices of "
                f"the classes; got {labels.min()} to {labels.max()} ({labels.dtype}).",
            )


@dataclass(frozen=True)
class Detections:
    """Boxes with classes, padded to the same number for each image.

    Attributes:
        boxes: float32 [images, most, 4].
        classes: int32 [images, most], from 0, the first of the anchors' classes.
        scores: float32 [images, most], best first.
        counts: int32 [images]: how many of them are valid; the rest is padding.
    """

    boxes: Any
    classes: Any
    scores: Any
    counts: Any


def iou(one: ArrayLike, other: ArrayLike) -> NDArray[np.float32]:
    """Intersection over union of each box of `one` [n, 4] with each of `other` [m, 4]: [n, m]."""
    a, b = np.asarray(one, np.float32)[:, None], np.asarray(other, np.float32)[None]
    corner = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    both = np.clip(corner, 0, None).prod(-1)
    areas = [(box[..., 2:] - box[..., :2]).prod(-1) for box in (a, b)]
    union = areas[0] + areas[1] - both
    return np.asarray(both / np.maximum(union, 1e-12), np.float32)
