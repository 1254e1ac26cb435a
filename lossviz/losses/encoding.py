"""Target and output in the form that a loss takes, whatever form they came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.losses.fitting import Takes, check_shapes, wrong_labels

_RECOVERED = {
    "cross_entropy": "Softmax", "weighted_cross_entropy": "Softmax",
    "binary_cross_entropy": "Sigmoid",
}  # fmt: skip
"""Losses for which Keras looks for a model's own logits, and the operation behind which."""


def aligned(target: Any, output: Any) -> tuple[Any, Any]:
    """Target and output with the same rank, where one has a last axis of 1 too many.

    As Keras' losses do it: without that, `[n]` against `[n, 1]` broadcasts to `[n, n]`.
    """
    ranks = target.shape.rank, output.shape.rank
    if None in ranks:
        return target, output
    if ranks[0] == ranks[1] + 1 and target.shape[-1] == 1:
        if ranks[1] == 1:
            output = tf.expand_dims(output, -1)
        else:
            target = tf.squeeze(target, -1)
    elif ranks[1] == ranks[0] + 1 and output.shape[-1] == 1:
        if ranks[0] == 1:
            target = tf.expand_dims(target, -1)
        else:
            output = tf.squeeze(output, -1)
    return target, output


def fitted(
    loss: Takes, target: Any, output: Any, params: Mapping[str, Any]
) -> tuple[Any, Any, dict[str, Any]]:
    """Target, output and parameters as the function of a loss of the catalogue takes them.

    Labels of classes become one-hot where the loss has a class axis, a single output becomes the
    two classes that it tells apart, and a missing or superfluous last axis of 1 is put right.

    Args:
        loss: the loss that is to take them.
        target, output: arrays or tensors; what cannot fit comes back as it is.
        params: the loss's parameters.

    Raises:
        ArgumentError: for labels that are no class of the output, where their values are known. In
            a graph their rows become NaN, so that they cannot go unnoticed.
    """
    output = tf.cast(tf.convert_to_tensor(output), tf.float32)
    target = tf.convert_to_tensor(target)
    params = dict(params)
    if loss.shapes == "any":
        return *aligned(target, output), params
    if loss.shapes == "ctc" or {None, 0} & {target.shape.rank, output.shape.rank}:
        # Labels stay whole numbers: class 16,777,217 has no float32 of its own.
        return target if loss.shapes == "ctc" else tf.cast(target, tf.float32), output, params
    if loss.shapes == "classes":
        if is_single(target, output):
            return _two_classes(loss, target, output, params)
        target = _one_hot(target, output)
    elif loss.shapes == "same":
        target, output = aligned(target, output)
    if target.shape.is_compatible_with(output.shape) and None in target.shape[1:]:
        # A last axis of 1 that only the running graph sees would broadcast without a word.
        target = tf.ensure_shape(target, [None, *output.shape[1:]])
    return tf.cast(target, tf.float32), output, params


def check_fit(
    loss: Takes, target: Any, output: Any, params: Mapping[str, Any] | None = None
) -> None:
    """Raise an ArgumentError when the shapes of these tensors cannot fit the loss."""
    target, output, params = fitted(loss, target, output, params or {})
    check_shapes(loss, target.shape, output.shape, params)


def is_single(target: Any, output: Any) -> bool:
    """Whether the output is one score a position, for two classes, and not an axis of classes."""
    if output.shape.rank != 1:
        return bool(output.shape[-1:] == [1])
    # Of one axis alone: labels for a batch, or one sample's classes.
    discrete = target.dtype.is_integer or target.dtype == tf.bool
    return output.shape[0] is None or output.shape[0] == 1 or discrete or target.shape.rank == 2


def _one_hot(target: Any, output: Any) -> Any:
    """Labels as rows of the output's classes; what holds no labels as it is."""
    if target.shape.rank == output.shape.rank:
        labels = target[..., 0]
        if target.shape[-1] is None and labels.shape.is_compatible_with(output.shape[:-1]):
            return tf.cond(
                tf.shape(target)[-1] == 1,
                lambda: _rows(labels, output),
                lambda: tf.cast(target, tf.float32),
            )
        if target.shape[-1] != 1:
            return target
    elif target.shape.rank == output.shape.rank - 1:
        labels = target
    else:
        return target
    return _rows(labels, output) if labels.shape.is_compatible_with(output.shape[:-1]) else target


def _rows(labels: Any, output: Any) -> Any:
    classes = output.shape[-1]
    if classes is None:
        classes = tf.shape(output)[-1]
    elif tf.executing_eagerly():
        wrong = wrong_labels(labels, classes)
        if wrong:
            raise ArgumentError("target", f"target: the {wrong}", f"the {wrong}")
    whole = tf.cast(labels, tf.int64)
    bad = tf.logical_or(whole < 0, whole >= tf.cast(classes, tf.int64))
    if labels.dtype.is_floating:
        bad = tf.logical_or(bad, tf.cast(whole, labels.dtype) != labels)
    rows = tf.one_hot(whole, classes)
    return rows * tf.where(bad, np.float32("nan"), 1.0)[..., tf.newaxis]


def _two_classes(
    loss: Takes, target: Any, output: Any, params: dict[str, Any]
) -> tuple[Any, Any, dict[str, Any]]:
    """The two classes that a single score tells apart: scores 0 and o, or shares 1 - p and p."""
    logits = None
    if params.get("from_logits") is False:
        logits = _logits_of(output, "Sigmoid")
        params["from_logits"] = logits is not None
    score = output if logits is None else logits
    if score.shape.rank == 1:
        score = tf.expand_dims(score, -1)
    if params.get("from_logits") is False:
        both = tf.concat([1.0 - score, score], -1)
    else:
        both = tf.concat([tf.zeros_like(score), score], -1)
    target = tf.cast(target, tf.float32)
    if target.shape.rank == score.shape.rank - 1:
        target = tf.expand_dims(target, -1)
    if target.shape.rank == score.shape.rank and target.shape[-1] == 1:
        if loss.name == "hinge":
            # Keras' hinge takes -1 and 1 as well as 0 and 1.
            target = tf.where(target == -1.0, 0.0, target)
        if tf.executing_eagerly():
            wrong = wrong_labels(target, 2, single=True)
            if wrong:
                raise ArgumentError("target", f"target: the {wrong}", f"the {wrong}")
        target = tf.where(tf.logical_and(target >= 0.0, target <= 1.0), target, np.float32("nan"))
        target = tf.concat([1.0 - target, target], -1)
    return target, both, params


def own_logits(loss: Takes, output: Any, params: Mapping[str, Any]) -> Any:
    """The logits that Keras' form of this loss takes instead of probabilities, or None."""
    if params.get("from_logits") is not False or loss.name not in _RECOVERED:
        return None
    return _logits_of(output, "Sigmoid" if output.shape[-1:] == [1] else _RECOVERED[loss.name])


def _logits_of(output: Any, operation: str) -> Any:
    """The logits of which a model's own end made this output, or None where it did not.

    Keras finds them in the same way: of probabilities that are 0 or 1 in float32 no loss could be
    computed to the last digit.
    """
    logits = getattr(output, "_keras_logits", None)
    if logits is None and not tf.executing_eagerly():
        made_by = getattr(output, "op", None)
        if made_by is not None and made_by.type == operation:
            logits = made_by.inputs[0]
    return None if logits is None else tf.cast(logits, tf.float32)
