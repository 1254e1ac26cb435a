"""How well lines are read."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf


def greedy(output: Any) -> tuple[Any, Any]:
    """The most probable class at each step of time, repetitions and blanks taken out.

    Args:
        output: [batch, time, classes]; class 0 is the blank.

    Returns:
        The classes, int64 [batch, time], and a mask of the same shape of those that remain.
    """
    best = tf.argmax(output, axis=-1)
    before = tf.pad(best, [[0, 0], [1, 0]], constant_values=-1)[:, :-1]
    return best, tf.logical_and(best != 0, best != before)


def readings(output: Any) -> list[list[int]]:
    """The greedy reading of each line, as lists of classes."""
    best, kept = (part.numpy() for part in greedy(tf.convert_to_tensor(output)))
    return [line[mask].tolist() for line, mask in zip(best, kept, strict=True)]


def edits(target: Any, output: Any) -> Any:
    """The Levenshtein distance of each line's greedy reading from its label, float32 [batch]."""
    best, kept = greedy(output)
    labels = tf.cast(target, tf.int64)
    return tf.edit_distance(_sequence(best, kept), _sequence(labels, labels != 0), normalize=False)


def _sequence(values: Any, kept: Any) -> Any:
    return tf.sparse.SparseTensor(
        tf.where(kept), tf.boolean_mask(values, kept), tf.shape(values, tf.int64)
    )


class CharacterErrorRate(tf.keras.metrics.Metric):  # type: ignore[misc]
    """Edits that turn the greedy reading into the label, divided by the characters there are."""

    def __init__(self, name: str = "character_error_rate") -> None:
        super().__init__(name=name)
        self._edits = self.add_weight(initializer="zeros", name="edits", dtype="float32")
        self._characters = self.add_weight(initializer="zeros", name="characters", dtype="float32")

    def update_state(self, target: Any, output: Any, sample_weight: Any = None) -> None:
        self._edits.assign_add(tf.reduce_sum(edits(target, output)))
        self._characters.assign_add(tf.math.count_nonzero(target, dtype=tf.float32))

    def result(self) -> Any:
        return tf.math.divide_no_nan(
            tf.convert_to_tensor(self._edits), tf.convert_to_tensor(self._characters)
        )


class ExactMatch(tf.keras.metrics.Mean):  # type: ignore[misc]
    """The share of lines whose greedy reading is the label."""

    def __init__(self, name: str = "exact_match") -> None:
        super().__init__(name=name)

    def update_state(self, target: Any, output: Any, sample_weight: Any = None) -> None:
        super().update_state(tf.cast(edits(target, output) == 0, tf.float32))
