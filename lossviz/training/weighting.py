"""The mean of a catalogue's loss with weights for samples or positions, as Keras takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.losses import Loss, own_logits
from lossviz.losses.fitting import shape_text


def mean(loss: Loss, target: Any, output: Any, weights: Any, params: Mapping[str, Any]) -> Any:
    """The mean loss of a batch: a float32 scalar.

    With weights the sum of w x l is divided by the number of losses; positions that a mask hides
    do not count.

    Args:
        loss: a loss of the catalogue.
        target, output: as the loss takes them; the first axis is the batch's.
        weights: `[batch]`, or with further axes of the output; None for none.
        params: the loss's parameters.

    Raises:
        ArgumentError: when the loss is not a mean over what the weights weigh, and when their shape
            does not fit.
    """
    mask = getattr(output, "_keras_mask", None)
    output = tf.convert_to_tensor(output)
    target, output = batched(loss, tf.convert_to_tensor(target), output)
    axes = _axes(loss, output)
    if mask is not None and (axes == 0 or mask.shape.rank is None or mask.shape.rank > axes):
        mask = None
    if weights is None and mask is None:
        return loss(target, output, **params)
    if weights is not None:
        weights = _checked(loss, tf.cast(tf.convert_to_tensor(weights), tf.float32), output, axes)
    count = max(one.shape.rank for one in (weights, mask) if one is not None)
    values = _each(loss, target, output, params, count)
    total = tf.cast(tf.size(values), tf.float32)
    if mask is not None:
        seen = _as_deep(tf.cast(mask, tf.float32), count) * tf.ones_like(values)
        total = tf.reduce_sum(seen)
        values *= seen
    if weights is not None:
        values *= _as_deep(weights, count)
    return tf.math.divide_no_nan(tf.reduce_sum(values), total)


def batched(loss: Loss, target: Any, output: Any) -> tuple[Any, Any]:
    """Target and output of a batch, in which an output `[n]` is one score for each sample."""
    if loss.shapes == "classes" and output.shape.rank == target.shape.rank == 1:
        target = tf.expand_dims(target, -1)
    return target, output


def _axes(loss: Loss, output: Any) -> int:
    """How many of the first axes have a loss of their own at each place; 0 where none has."""
    rank = output.shape.rank or 0
    if loss.shapes == "ssd" or (loss.family == "overlap" and rank < 3):
        return 0
    if loss.shapes == "ctc" or loss.family == "overlap":
        return 1
    return max(rank - 1, 1) if loss.shapes == "classes" else rank


def _checked(loss: Loss, weights: Any, output: Any, axes: int) -> Any:
    if axes == 0:
        why = (
            "divides by the number of positive anchors in the whole batch"
            if loss.shapes == "ssd"
            else "compares the whole batch at once"
        )
        raise ArgumentError(
            "sample_weight",
            f"sample_weight: {loss.name} does not support it: it {why}, so samples have no "
            "individual loss.",
        )
    while (weights.shape.rank or 0) > 1 and weights.shape[-1] == 1:
        weights = tf.squeeze(weights, -1)
    rank = weights.shape.rank or 0
    if not 1 <= rank <= axes or not weights.shape.is_compatible_with(output.shape[:rank]):
        raise ArgumentError(
            "sample_weight",
            f"sample_weight: got shape {shape_text(weights.shape)}, which does not match "
            f"{loss.name} on an output of shape {shape_text(output.shape)}; one weight for "
            f"each sample is accepted{', or one for each position' if axes > 1 else ''}.",
        )
    return weights


def _each(loss: Loss, target: Any, output: Any, params: Mapping[str, Any], count: int) -> Any:
    """The losses at all places of the first `count` axes."""
    logits = own_logits(loss, output, params)
    if logits is not None:
        output, params = logits, {**params, "from_logits": True}
    places = tf.shape(output)[:count]

    def flat(part: Any) -> Any:
        whole = tf.concat([[-1], tf.shape(part)[count:]], 0)
        shaped = tf.reshape(part, whole)
        shaped.set_shape([None, *part.shape[count:]])
        return shaped

    def one(row: tuple[Any, Any]) -> Any:
        return loss(row[0][tf.newaxis], row[1][tf.newaxis], **params)

    values = tf.vectorized_map(one, (flat(target), flat(output)))
    return tf.reshape(values, places)


def _as_deep(part: Any, rank: int) -> Any:
    """A tensor with axes of 1 behind its own, so that it has this rank."""
    for _ in range(rank - part.shape.rank):
        part = tf.expand_dims(part, -1)
    return part
