"""Do a target and an output fit each other and their loss?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf

Shapes = Literal["same", "classes", "ctc", "ssd", "any"]

NEAR = 1e-3
"""How far the sum of a target's probabilities may be from 1."""


class Takes(Protocol):
    """What must be known of a loss to tell which targets and outputs it takes."""

    @property
    def name(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def shapes(self) -> Shapes: ...
    @property
    def one_hot(self) -> bool: ...
    @property
    def probabilities(self) -> bool: ...


def check_shapes(loss: Takes, target: Any, output: Any, params: Mapping[str, Any]) -> None:
    """Raise an ArgumentError when these static shapes cannot fit.

    Args:
        loss: the loss that is to take them.
        target, output: a `tf.TensorShape`, or anything that makes one; None in it is unknown.
        params: the loss's parameters.
    """
    target, output = tf.TensorShape(target), tf.TensorShape(output)
    if loss.shapes == "any" or target.rank is None or output.rank is None:
        return
    rank = {"ctc": 3, "ssd": 3}.get(loss.shapes)
    if rank is not None and output.rank != rank:
        axes = "[batch, time, classes]" if loss.shapes == "ctc" else "[batch, anchors, classes + 4]"
        raise _wrong("output", loss, f"needs an output of shape {axes}", target, output)
    if loss.shapes == "ctc":
        _check_ctc(loss, target, output)
        return
    if not target.is_compatible_with(output):
        raise _wrong("target", loss, "needs a target of the output's shape", target, output)
    if loss.shapes == "classes":
        least = 2 if loss.family == "overlap" else 1
        if output.rank < least:
            axes = "[batch, ..., classes]" if least == 2 else "[..., classes]"
            raise _wrong("output", loss, f"needs an output of shape {axes}", target, output)
        weights = params.get("class_weights")
        if weights is not None and output[-1] not in {None, len(weights)}:
            raise ArgumentError(
                "class_weights",
                f"class_weights: got {len(weights)} weights, but the output has shape "
                f"{shape_text(output)}; there must be one for each of its {output[-1]} classes.",
            )
    if loss.shapes == "ssd" and output[-1] is not None and output[-1] < 6:
        raise _wrong(
            "output", loss, "needs a last axis with a background class, at least one more "
                            "class and 4 offsets",
            target, output,
        )  # fmt: skip


def _check_ctc(loss: Takes, target: Any, output: Any) -> None:
    if target.rank != 2 or not target[:1].is_compatible_with(output[:1]):
        raise _wrong("target", loss, "needs a target of shape [batch, labels]", target, output)


def check_targets(loss: Takes, targets: Any, output: Any) -> None:
    """Raise an ArgumentError when these targets' values are none that the loss can learn.

    A mistake here trains without a word: softmax cross-entropy of targets that are not
    probabilities is a number like any other.

    Args:
        loss: the loss that is to take them.
        targets: all targets, as an array in any form that the loss takes.
        output: shape of the model's output; None in it is unknown.
    """
    values = np.asarray(targets)
    if values.dtype.kind == "b" or str(values.dtype) == "bfloat16":
        values = values.astype(np.float32)
    if values.dtype.kind not in "iuf":
        raise ArgumentError(
            "target",
            f"target: {loss.name} needs numbers, but got values of type {values.dtype}; "
            "encode text labels as integers starting at 0.",
        )
    if loss.shapes == "ctc":
        _check_labels(values, tf.TensorShape(output))
    elif loss.shapes == "ssd":
        _check_probabilities(loss, values[..., :-4], one_hot=True)
    elif loss.shapes == "classes":
        _check_classes(loss, values, tf.TensorShape(output))
    elif loss.probabilities and (values.min() < 0 or values.max() > 1):
        raise ArgumentError(
            "target",
            f"target: {loss.name} needs values from 0 to 1, but the target of shape "
            f"{shape_text(values.shape)} has values from {values.min():.4g} to "
            f"{values.max():.4g}.",
        )


def wrong_labels(labels: Any, classes: int, *, single: bool = False) -> str:
    """What is wrong with labels for this number of classes, within a sentence; "" for nothing.

    In a graph a label out of range becomes a row of zeros without a word.

    Args:
        labels: whole numbers of any dtype.
        classes: how many classes the model's output has.
        single: the output is one score for two classes; shares between 0 and 1 are accepted then.
    """
    values = np.asarray(labels)
    if not values.size:
        return ""
    low, high = values.min(), values.max()
    if values.dtype == bool or (low >= 0 and high < (classes if not single else 1 + NEAR)):
        if single or values.dtype.kind in "biu" or (values == np.floor(values)).all():
            return ""
        return (
            f"labels range from {low:.4g} to {high:.4g} and are not integers; they must be "
            f"integers from 0 to {classes - 1}."
        )
    kind = "integer labels" if values.dtype.kind in "iu" else "labels"
    if single:
        return (
            f"{kind} range from {low:.4g} to {high:.4g}, but the model has a single output "
            "for two classes; labels must be 0 or 1."
        )
    return (
        f"{kind} range from {low:.9g} to {high:.9g}, but the model's output has {classes} "
        f"classes; labels must be from 0 to {classes - 1}."
    )


def _check_classes(loss: Takes, values: Any, output: Any) -> None:
    rank = output.rank
    labels = rank is not None and (
        values.ndim == rank - 1 or (values.ndim == rank and values.shape[-1] == 1) or rank == 1
    )
    if not labels:
        _check_probabilities(loss, values, one_hot=loss.one_hot)
        return
    single = rank == 1 or output[-1] == 1
    if single and loss.name == "hinge":
        values = np.where(values == -1, 0, values)  # as Keras' hinge takes them
    if output[-1] is None and not single:
        return
    wrong = wrong_labels(values, 2 if single else output[-1], single=single)
    if wrong:
        wrong = f"{loss.name} expects classes; the {wrong}"
        raise ArgumentError("target", f"target: {wrong}", wrong)


def _check_probabilities(loss: Takes, values: Any, *, one_hot: bool) -> None:
    wanted = "one-hot rows" if one_hot else "one-hot rows or probabilities"
    sums = values.sum(axis=-1)
    bad = values.min() < 0 or values.max() > 1 + NEAR or np.abs(sums - 1).max() > NEAR
    if bad or (one_hot and (np.minimum(values, 1 - values) > NEAR).any()):
        raise ArgumentError(
            "target",
            f"target: {loss.name} needs {wanted} on the last axis, but the target of shape "
            f"{shape_text(values.shape)} has values from {values.min():.4g} to "
            f"{values.max():.4g} and rows that sum to {sums.min():.4g} to {sums.max():.4g}.",
        )


def _check_labels(labels: Any, output: Any) -> None:
    shape = shape_text(labels.shape)
    if not np.array_equal(labels, np.floor(labels)) or labels.min() < 0:
        raise ArgumentError(
            "target", f"target: ctc needs integers of 0 or greater; the target has shape {shape}."
        )
    if ((labels[:, :-1] == 0) & (labels[:, 1:] != 0)).any():
        raise ArgumentError(
            "target",
            "target: a ctc label contains 0, the blank, which is only allowed as padding at "
            f"its end. The target has shape {shape}.",
        )
    if output.rank != 3:
        return
    time, classes = output[1], output[2]
    if classes is not None and labels.max() >= classes:
        raise ArgumentError(
            "target",
            f"target: the largest label is {labels.max()}, but the output of shape "
            f"{shape_text(output)} has classes 0 to {classes - 1}.",
        )
    twice = (labels[:, 1:] == labels[:, :-1]) & (labels[:, 1:] != 0)
    needed = (labels != 0).sum(axis=1) + twice.sum(axis=1)
    if time is not None and needed.max() > time:
        raise ArgumentError(
            "target",
            f"target: a label of shape {shape} needs {needed.max()} time steps, but the "
            f"output of shape {shape_text(output)} has {time}.",
        )


def shape_text(shape: Any) -> str:
    """A shape as error messages show it, with "?" for what is unknown."""
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"


def _wrong(argument: str, loss: Takes, wanted: str, target: Any, output: Any) -> ArgumentError:
    return ArgumentError(
        argument,
        f"{argument}: {loss.name} {wanted}, but the target has shape {shape_text(target)} and the "
        f"output {shape_text(output)}.",
    )
