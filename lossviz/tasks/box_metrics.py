"""How well boxes are found."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossviz._tensorflow import tf
from lossviz.tasks.anchors import Anchors

RIGHT = 0.5
"""A find with this IoU or more is right."""

BINS, LARGEST = 2048, 12.0
"""Scores are counted in bins of their log odds from -LARGEST to LARGEST, a hundredth wide."""


class MeanAveragePrecision(tf.keras.metrics.Metric):  # type: ignore[misc]
    """Mean over the classes of the area under the curve of precision over recall.

    A find is right when it overlaps a box of its class by an IoU of 0.5 or more that no better find
    has taken. Classes that do not occur are left out.

    M. Everingham et al., The PASCAL Visual Object Classes Challenge (2010), section 4.2, with the
    area under all points of the curve.
    """

    # Finding and sorting boxes costs as much as a step; training shows the loss instead.
    validation_only = True

    def __init__(self, anchors: Anchors, name: str = "mean_average_precision") -> None:
        super().__init__(name=name)
        self._anchors = anchors
        classes = len(anchors.classes)

        def counts(name: str, shape: tuple[int, ...]) -> Any:
            return self.add_weight(shape=shape, initializer="zeros", name=name, dtype="float32")

        self._right = counts("right", (classes, BINS))
        self._wrong = counts("wrong", (classes, BINS))
        self._boxes = counts("boxes", (classes,))

    def update_state(self, target: Any, output: Any, sample_weight: Any = None) -> None:
        found, true = self._anchors.detect(output), self._anchors.truths(target)
        classes = len(self._anchors.classes)
        right = matches(found, true)
        scores = tf.clip_by_value(found.scores, 1e-6, 1.0 - 1e-6)
        odds = tf.math.log(scores) - tf.math.log1p(-scores)
        place = (odds + LARGEST) / (2 * LARGEST) * BINS
        bins = tf.clip_by_value(tf.cast(place, tf.int32), 0, BINS - 1)
        there = tf.sequence_mask(found.counts, tf.shape(found.scores)[1])

        def count(chosen: Any) -> Any:
            chosen = tf.logical_and(chosen, there)
            cells = tf.boolean_mask(found.classes * BINS + bins, chosen)
            flat = tf.math.bincount(cells, minlength=classes * BINS, maxlength=classes * BINS)
            return tf.reshape(tf.cast(flat, tf.float32), [classes, BINS])

        self._right.assign_add(count(right))
        self._wrong.assign_add(count(tf.logical_not(right)))
        real = tf.sequence_mask(true.counts, tf.shape(true.scores)[1])
        labels = tf.boolean_mask(true.classes, real)
        self._boxes.assign_add(
            tf.cast(tf.math.bincount(labels, minlength=classes, maxlength=classes), tf.float32)
        )

    def result(self) -> Any:
        right, wrong, boxes = (np.asarray(part) for part in (self._right, self._wrong, self._boxes))
        values = [
            average_precision(right[one][::-1], wrong[one][::-1], boxes[one])
            for one in np.nonzero(boxes)[0]
        ]
        return tf.constant(np.mean(values) if values else 0.0, tf.float32)


def matches(found: Any, true: Any) -> Any:
    """Which finds are right, bool [images, finds]; the best find chooses first."""
    overlap = overlaps(found.boxes, true.boxes)
    real = tf.sequence_mask(true.counts, tf.shape(true.scores)[1])
    same = found.classes[:, :, None] == true.classes[:, None, :]
    overlap = tf.where(tf.logical_and(same, real[:, None, :]), overlap, -1.0)
    free = tf.ones_like(overlap[:, 0])
    right = []
    # Finds come sorted by their scores.
    for index in range(overlap.shape[1]):
        left = overlap[:, index] * free - (1.0 - free)
        hit = tf.reduce_max(left, axis=-1) >= RIGHT
        taken = tf.one_hot(tf.argmax(left, axis=-1), tf.shape(left)[-1])
        free *= 1.0 - taken * tf.cast(hit, tf.float32)[:, None]
        right.append(hit)
    return tf.stack(right, axis=1)


def overlaps(one: Any, other: Any) -> Any:
    """IoU of each box of `one` [..., n, 4] with each of `other` [..., m, 4]: [..., n, m]."""
    a, b = one[..., :, None, :], other[..., None, :, :]
    corner = tf.minimum(a[..., 2:], b[..., 2:]) - tf.maximum(a[..., :2], b[..., :2])
    both = tf.reduce_prod(tf.nn.relu(corner), axis=-1)
    areas = [tf.reduce_prod(tf.nn.relu(box[..., 2:] - box[..., :2]), axis=-1) for box in (a, b)]
    return tf.math.divide_no_nan(both, areas[0] + areas[1] - both)


def average_precision(right: ArrayLike, wrong: ArrayLike, boxes: float) -> float:
    """The area under precision over recall, precision made monotonous from the right.

    Args:
        right, wrong: how many finds of each score were right and wrong, best scores first.
        boxes: how many boxes there are to find.
    """
    hits, misses = np.cumsum(right), np.cumsum(wrong)
    seen = hits + misses > 0
    precision = hits[seen] / (hits + misses)[seen]
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(np.concatenate([[0.0], hits[seen] / boxes]))
    return float((steps * envelope).sum())


class ObjectAccuracy(tf.keras.metrics.Mean):  # type: ignore[misc]
    """The share of the anchors on an object that name its class; background is not counted.

    Takes one-hot targets and logits [..., anchors, classes] with the background as class 0.
    """

    def __init__(self, name: str = "object_accuracy") -> None:
        super().__init__(name=name)

    def update_state(self, target: Any, output: Any, sample_weight: Any = None) -> None:
        true = tf.argmax(target, axis=-1)
        hit = tf.cast(tf.argmax(output, axis=-1) == true, tf.float32)
        super().update_state(hit, sample_weight=tf.cast(true != 0, tf.float32))


class BoxIoU(tf.keras.metrics.Mean):  # type: ignore[misc]
    """Mean intersection over union of one predicted box per image with the true one."""

    def __init__(self, name: str = "box_iou") -> None:
        super().__init__(name=name)

    def update_state(self, target: Any, output: Any, sample_weight: Any = None) -> None:
        target, output = (tf.cast(part, tf.float32)[..., None, :] for part in (target, output))
        super().update_state(overlaps(target, output)[..., 0, 0])
