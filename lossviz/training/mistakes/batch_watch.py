"""What only the batches of a dataset show, gathered in the graph during the first epoch."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.mistakes import finite, given_weights, input_scale, label_order, labels
from lossviz.training.mistakes import target_range as ranges
from lossviz.training.mistakes.finding import Finding, Setup
from lossviz.training.mistakes.heads import Head
from lossviz.training.mistakes.known import Known
from lossviz.training.mistakes.layers import embedding_inputs
from lossviz.training.mistakes.leaves import Span
from lossviz.training.mistakes.reported import not_yet_reported

LOW, HIGH, BAD_BATCH, BAD_ROW, BAD_ROWS, SPREAD, MEAN_LOW, MEAN_HIGH = range(8)
MOST_CLASSES = 4_096


class _Range:
    """The range of one array over all batches, and its first number that is not finite."""

    def __init__(self) -> None:
        start = [np.inf, -np.inf, -1, -1, 0, 0, np.inf, -np.inf]
        self._state = tf.Variable(start, dtype=tf.float64, trainable=False)

    def look(self, part: Any, batch: Any) -> None:
        """Take one batch's numbers in, in the graph."""
        values = tf.cast(part, tf.float64)
        finite_ones = tf.math.is_finite(values)
        rows = tf.reshape(~finite_ones, [tf.shape(values)[0], -1])
        bad = tf.reduce_any(rows, axis=1)
        any_bad = tf.reduce_any(bad)
        big = tf.constant(np.inf, tf.float64)
        state = self._state
        new = state[BAD_BATCH] < 0
        first = tf.cast(tf.argmax(tf.cast(bad, tf.int32)), tf.float64)
        # Within a batch all samples differ little from the first one where they are the same.
        spread = tf.reduce_max(tf.abs(values - values[:1]))
        mean = tf.reduce_mean(values)
        state.assign(
            tf.stack(
                [
                    tf.minimum(state[LOW], tf.reduce_min(tf.where(finite_ones, values, big))),
                    tf.maximum(state[HIGH], tf.reduce_max(tf.where(finite_ones, values, -big))),
                    tf.where(new & any_bad, tf.cast(batch, tf.float64), state[BAD_BATCH]),
                    tf.where(new & any_bad, first, state[BAD_ROW]),
                    state[BAD_ROWS] + tf.reduce_sum(tf.cast(bad, tf.float64)),
                    tf.maximum(state[SPREAD], spread),
                    tf.minimum(state[MEAN_LOW], mean),
                    tf.maximum(state[MEAN_HIGH], mean),
                ]
            )
        )

    @property
    def same(self) -> bool:
        """Whether all samples of all batches were the same."""
        state = self._state.numpy()
        near = 1e-9 * max(1.0, abs(state[MEAN_LOW]))
        return bool(state[SPREAD] == 0 and state[MEAN_HIGH] - state[MEAN_LOW] <= near)

    def span(self) -> Span:
        """The range so far."""
        state = self._state.numpy()
        if state[LOW] > state[HIGH]:
            state[LOW] = state[HIGH] = np.nan
        bad = None
        if state[BAD_BATCH] >= 0:
            bad = (int(state[BAD_ROW]),)
        where = f"in row {state[BAD_ROW]:,.0f} of batch {state[BAD_BATCH]:,.0f}"
        return Span(state[LOW], state[HIGH], bad, float("nan"), int(state[BAD_ROWS]), where)


class _Classes:
    """Which classes a target held, and how many batches held one only."""

    def __init__(self, head: Head, count: int) -> None:
        self._head, self._count = head, count
        self._seen = tf.Variable(tf.zeros([count], tf.bool), trainable=False)
        self._single = tf.Variable(tf.zeros([count], tf.int64), trainable=False)

    def look(self, target: Any) -> None:
        """Take one batch's labels in, in the graph."""
        if self._head.one_hot and not self._head.indices:
            found = tf.argmax(target, axis=-1)
        else:
            found = tf.cast(target, tf.int64)
        found = tf.clip_by_value(tf.reshape(found, [-1]), 0, self._count - 1)
        seen = tf.reduce_any(tf.one_hot(found, self._count, on_value=True, off_value=False), axis=0)
        self._seen.assign(self._seen | seen)
        one = (tf.reduce_sum(tf.cast(seen, tf.int32)) == 1) & (tf.size(found) >= 4)
        self._single.assign_add(tf.cast(seen & one, tf.int64))

    def read(self) -> tuple[list[int], list[int]]:
        """The classes seen, and for each the batches that held no other."""
        classes = np.flatnonzero(self._seen.numpy())
        return classes.tolist(), self._single.numpy()[classes].tolist()


class BatchWatch:
    """Looks at each batch of the first epoch; `findings` tells what was seen.

    Example:
        >>> # watch = BatchWatch(setup)               # before anything is traced
        >>> # watch.look(inputs, targets, None)       # in the graph, for each batch
        >>> # watch.findings()                        # at the epoch's end
    """

    def __init__(self, setup: Setup) -> None:
        """Make the variables; `setup` holds the first batch."""
        self._setup = setup
        self._known = known = Known(setup)
        self._batches = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._rows = tf.Variable(0, dtype=tf.int64, trainable=False)
        parts = {"inputs": known.inputs, "targets": known.targets, "weights": known.sample_weights}
        self._ranges = {
            (what, place): _Range()
            for what, found in parts.items()
            for place, leaf in enumerate(found)
            if leaf.numeric
        }
        self._classes = {
            place: _Classes(head, count)
            for place, head in enumerate(known.heads)
            if (count := _classes_of(head))
        }

    def look(self, inputs: Any, targets: Any, sample_weight: Any = None) -> None:
        """Take one batch in; to be traced. Texts are left out."""
        batch = self._batches.assign_add(1)
        parts = {"inputs": inputs, "targets": targets, "weights": sample_weight}
        for what, structure in parts.items():
            found = [] if structure is None else tf.nest.flatten(structure)
            for place, part in enumerate(found):
                flat = _flat(part)
                if what == "inputs" and place == 0:
                    self._rows.assign_add(tf.cast(tf.shape(flat)[0], tf.int64))
                if (what, place) in self._ranges:
                    self._ranges[what, place].look(flat, batch)
                if what == "targets" and place in self._classes:
                    self._classes[place].look(flat)

    def findings(self) -> list[Finding]:
        """The mistakes that the batches have shown and that `before` could not tell."""
        if int(self._batches.numpy()) == 0 or self._setup.own_step:
            return []
        found = [*self._of_inputs(), *self._of_targets(), *self._of_weights()]
        return not_yet_reported(self._setup, [one for one in found if one is not None])

    def _of_inputs(self) -> list[Finding | None]:
        known, rows = self._known, int(self._rows.numpy())
        found: list[Finding | None] = []
        same = []
        embeddings = embedding_inputs(self._setup.model)
        for place, leaf in enumerate(known.inputs):
            if ("inputs", place) not in self._ranges:
                same.append(False)
                continue
            one = self._ranges["inputs", place]
            seen = one.span()
            same.append(one.same)
            found.append(finite.inputs_not_finite(leaf.called("The inputs"), seen, rows))
            if len(embeddings) == 1 and len(known.inputs) == 1 and embeddings[0][1] is not None:
                layer = embeddings[0][0]
                found.append(
                    input_scale.ids_outside_embedding(
                        leaf.called("The inputs"), seen.low, seen.high, layer.input_dim, layer.name
                    )
                )
        if same and all(same) and known.targets and rows >= 10:
            found.append(input_scale.all_the_same("the inputs", rows))
        return found

    def _of_targets(self) -> list[Finding | None]:
        rows, batches = int(self._rows.numpy()), int(self._batches.numpy())
        found: list[Finding | None] = []
        for place, head in enumerate(self._known.heads):
            if ("targets", place) not in self._ranges or head.kind == "own":
                continue
            seen = self._ranges["targets", place].span()
            found.append(finite.targets_not_finite("The targets" + head.of, seen, rows))
            if head.kind in {"sparse", "classes"} and head.indices and (head.units or 0) > 1:
                found.append(
                    labels.labels_outside_classes(
                        seen.low, seen.high, head.units or 0, head.of, head.ignored
                    )
                )
            if head.kind == "binary":
                found.append(labels.binary_targets_outside(seen.low, seen.high, head.of))
                found.append(labels.one_class_only(seen.low, seen.high, rows, head.of))
            elif head.kind == "distance" and not (self._setup.model.losses and seen.low == 0):
                found.append(ranges.targets_constant(seen.low, seen.high, rows, head.of))
            elif head.kind in {"counts", "logarithmic"}:
                found.append(ranges.negative_counts(seen.low, head.loss_name, head.of))
            if place in self._classes:
                classes, single = self._classes[place].read()
                if len(classes) == 1 and head.kind != "binary":
                    found.append(labels.one_class_only(classes[0], classes[0], rows, head.of))
                found.append(label_order.batches_of_one_class(batches, single, head.of))
        return found

    def _of_weights(self) -> list[Finding | None]:
        rows = int(self._rows.numpy())
        found: list[Finding | None] = []
        for (what, place), one in self._ranges.items():
            if what != "weights":
                continue
            seen = one.span()
            called = self._known.sample_weights[place].called("The sample weights")
            found.append(finite.sample_weights_not_finite(called, seen, rows))
            found.append(given_weights.sample_weights_zero(seen.low, seen.high))
            found.append(given_weights.sample_weights_negative(seen.low))
        return found


def _classes_of(head: Head) -> int:
    """How many classes a target is looked at for; 0 for targets that hold none, or an image."""
    if not head.target.numeric or head.target.values.ndim > 2:
        return 0
    if head.kind == "binary" and (head.units or 1) == 1:
        return 2
    if head.kind in {"sparse", "classes"} and (head.units or 0) <= MOST_CLASSES:
        return head.units or 0
    return 0


def _flat(part: Any) -> Any:
    """The numbers of a tensor of any kind."""
    if isinstance(part, tf.RaggedTensor):
        return part.flat_values
    return part.values if isinstance(part, tf.SparseTensor) else part
