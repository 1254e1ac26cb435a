"""The loss that a run minimises, from whatever the user named it with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lossviz import losses
from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.losses import Loss


def objective(loss: Any) -> tuple[str, Callable[[Any, Any], Any]]:
    """The name of `loss`, and `f(target, output)` that gives it as a float32 scalar.

    Args:
        loss: a name in the catalogue, a `Loss`, a Keras loss, or any `f(target, output)`.

    Raises:
        ArgumentError: for an unknown name.
        TypeError: when `loss` is nothing that can be called with target and output.
    """
    if isinstance(loss, str):
        loss = losses.get(loss)
    if isinstance(loss, Loss):
        return loss.name, lambda target, output: loss(*fit(loss, target, output))
    name = losses.own(loss).name

    def mean(target: Any, output: Any) -> Any:
        if output.dtype in {tf.float16, tf.bfloat16}:
            output = tf.cast(output, tf.float32)
        value = tf.cast(tf.convert_to_tensor(loss(target, output)), tf.float32)
        # Keras' plain functions give one value a sample; their mean is what `fit` minimises.
        return value if value.shape.rank == 0 else tf.reduce_mean(value)

    return name, mean


def fit(loss: Loss, target: Any, output: Any) -> tuple[Any, Any]:
    """Target and output in the form that a loss of the catalogue takes.

    Integer labels become one-hot where the loss has a class axis, and a missing or superfluous
    last axis of length 1 is put right: without that `[batch]` against `[batch, 1]` would silently
    broadcast to `[batch, batch]`.
    """
    target, output = tf.convert_to_tensor(target), tf.convert_to_tensor(output)
    if (
        loss.shapes in {"any", "ctc", "ssd"}
        or target.shape.rank is None
        or output.shape.rank is None
    ):
        return target, output
    if loss.class_axis and target.dtype.is_integer and (output.shape[-1] or 0) > 1:
        if target.shape.rank == output.shape.rank and target.shape[-1] == 1:
            target = tf.squeeze(target, -1)
        if target.shape.rank == output.shape.rank - 1:
            return tf.one_hot(target, output.shape[-1]), output
    if target.shape.rank == output.shape.rank - 1 and output.shape[-1] == 1:
        target = tf.expand_dims(target, -1)
    elif target.shape.rank == output.shape.rank + 1 and target.shape[-1] == 1:
        target = tf.squeeze(target, -1)
    return target, output


def check_shapes(loss: Any, target: Any, output: Any) -> None:
    """Raise an ArgumentError when target and output cannot fit a loss of the catalogue."""
    if isinstance(loss, Loss):
        target, output = fit(loss, target, output)
        losses.check_shapes(loss, target.shape, output.shape, {})


def check_values(loss: Any, targets: Any, output: Any) -> None:
    """Raise an ArgumentError when a loss of the catalogue cannot learn these targets.

    Args:
        loss: what the user named the loss with, looked up in the catalogue where it is a name.
        targets: all targets, as the user handed them over.
        output: shape of the model's output for a batch.
    """
    if not isinstance(loss, Loss) or loss.shapes == "any" or output.rank is None:
        return
    if loss.class_axis and targets.dtype.is_integer and targets.shape[-1] != output[-1]:
        wrong = losses.wrong_labels(targets, output[-1])
        if wrong:
            raise ArgumentError("data", f"data: the {wrong}")
        return
    try:
        losses.check_targets(loss, targets, [None, *output[1:]])
    except ArgumentError as error:
        raise ArgumentError("data", f"data: {error}") from None
