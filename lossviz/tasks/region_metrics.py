"""How well regions are found."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf


class MeanIoU(tf.keras.metrics.Metric):  # type: ignore[misc]
    """Intersection over union of each class, over all pixels seen, and their mean.

    The mean leaves out classes that neither occur nor are predicted. Takes one-hot targets or
    labels, and logits or probabilities.

    M. Everingham et al., The PASCAL Visual Object Classes Challenge (2010), section 4.
    """

    def __init__(self, classes: tuple[str, ...], name: str = "mean_iou") -> None:
        super().__init__(name=name)
        self._classes = classes
        size = len(classes)
        self._confusion = self.add_weight(
            shape=(size, size), initializer="zeros", name="confusion", dtype="float32"
        )

    def update_state(self, target: Any, output: Any, sample_weight: Any = None) -> None:
        size = len(self._classes)
        if len(target.shape) == len(output.shape) and target.shape[-1] != 1:
            target = tf.argmax(target, axis=-1)
        true = tf.one_hot(tf.reshape(target, [-1]), size)
        predicted = tf.one_hot(tf.reshape(tf.argmax(output, axis=-1), [-1]), size)
        self._confusion.assign_add(tf.matmul(true, predicted, transpose_a=True))

    def result(self) -> dict[str, Any]:
        table = tf.convert_to_tensor(self._confusion)
        both = tf.linalg.diag_part(table)
        union = tf.reduce_sum(table, 0) + tf.reduce_sum(table, 1) - both
        each = tf.math.divide_no_nan(both, union)
        occurs = tf.cast(union > 0, tf.float32)
        mean = tf.math.divide_no_nan(tf.reduce_sum(each * occurs), tf.reduce_sum(occurs))
        parts = {
            f"iou_{name.replace(' ', '_')}": each[index] for index, name in enumerate(self._classes)
        }
        return {self.name: mean, **parts}
