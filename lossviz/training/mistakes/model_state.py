"""Models that cannot learn as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.layers import all_layers
from lossviz.training.mistakes.leaves import as_float


def no_trainable_variable(model: Any) -> Finding | None:
    """Every layer is frozen, or the model has no weights."""
    if not getattr(model, "built", True) or model.trainable_variables:
        return None
    count = len(model.variables)
    if not model.trainable or any(not layer.trainable for layer in all_layers(model)):
        change = "set model.trainable = True, or trainable on the layers that should learn"
        text = f"None of the model's {count:,} variables is trainable"
    else:
        change = "add a layer with weights, such as Dense"
        text = "The model has no weights to train"
    return Finding("no_trainable_variable", f"{text}: {change}.", fatal=True)


def dropout_high(model: Any) -> Finding | None:
    """A layer drops nine tenths or more: the rate is the share dropped, not kept."""
    for layer in all_layers(model):
        name = type(layer).__name__
        rates = [getattr(layer, key, 0) for key in ("dropout", "recurrent_dropout")]
        if "Dropout" in name:
            rates.append(getattr(layer, "rate", 0))
        worst = max((float(rate) for rate in rates if isinstance(rate, int | float)), default=0)
        if worst >= 0.9:
            return Finding(
                "dropout_high",
                f"The layer {layer.name!r} drops {worst:.0%} of its inputs: the rate is the "
                f"share that is dropped, so you may have meant {1 - worst:.2g}.",
            )
    return None


def batch_norm_of_one(model: Any) -> Finding | None:
    """Batch normalization over a batch of one sample outputs 0 for every feature."""
    for layer in all_layers(model):
        if type(layer).__name__ != "BatchNormalization" or not layer.trainable:
            continue
        try:
            rank = len(layer.input.shape)
        except (AttributeError, ValueError):
            continue
        if rank == 2:
            return Finding(
                "batch_norm_of_one",
                f"batch_size=1 leaves {layer.name!r} one sample to normalize, which always "
                "becomes 0: use a batch_size of at least 8, or LayerNormalization.",
            )
    return None


def batch_larger_than_data(batch_size: int, rows: int) -> Finding | None:
    """A batch is at least twice the number of samples, so an epoch is one step."""
    if batch_size <= 64 or batch_size < 2 * rows:
        return None
    return Finding(
        "batch_larger_than_data",
        f"batch_size={batch_size:,} exceeds the {rows:,} samples, so an epoch is a single "
        f"step: use a batch_size of {max(1, min(32, rows // 4)):,}.",
    )


def symmetric_weights(model: Any) -> Finding | None:
    """All weights of a hidden layer start with the same number, so its units stay identical."""
    layers = [
        layer
        for layer in all_layers(model)
        if type(layer).__name__ in {"Dense", "Conv1D", "Conv2D", "Conv3D"}
        and getattr(layer, "built", False)
        and layer.trainable
    ]
    for layer in layers[:-1]:
        kernel = layer.kernel
        if kernel.shape[-1] < 2:
            continue
        values = np.asarray(tf.cast(tf.convert_to_tensor(kernel), tf.float32))
        if values[(0,) * values.ndim] != 0 and (values == values[(0,) * values.ndim]).all():
            return Finding(
                "symmetric_weights",
                f"All weights of {layer.name!r} start at {values.flat[0]:g}, so its "
                f"{kernel.shape[-1]:,} units learn the same: use a random initializer such "
                "as 'glorot_uniform'.",
            )
    return None


def outputs_identical(outputs: list[np.ndarray[Any, Any]]) -> bool:
    """Whether a model outputs the same for every sample."""
    return bool(outputs) and all(
        len(output) > 1
        and output.dtype.kind == "f"
        and bool((as_float(output) == as_float(output[:1])).all())
        for output in outputs
    )


def model_dead(model: Any, inputs: Any) -> Finding | None:
    """No gradient reaches the weights, because all units of a layer are dead or all start at 0.

    Args:
        model: a model whose outputs are the same for different samples.
        inputs: a few samples that differ.
    """
    kernels = [variable for variable in model.trainable_variables if len(variable.shape) >= 2]
    if not kernels:
        return None
    stream = np.random.default_rng(0)
    with tf.GradientTape() as tape:
        outputs = tf.nest.flatten(model(inputs, training=False))
        outputs = [tf.cast(output, tf.float32) for output in outputs]
        total = tf.add_n(
            [
                tf.reduce_sum(output * stream.normal(size=output.shape).astype("f4"))
                for output in outputs
            ]
        )
    gradients = tape.gradient(total, [getattr(kernel, "value", kernel) for kernel in kernels])
    for one in gradients:
        if one is not None and np.abs(np.asarray(getattr(one, "values", one))).max() > 0:
            return None
    value = float(np.asarray(outputs[0]).flat[0])
    return Finding(
        "model_dead",
        f"The model outputs {value:.4g} for every sample and no gradient reaches its "
        f"{len(kernels):,} kernels, because all start at 0 or every ReLU is dead: start from "
        "random weights, such as 'glorot_uniform', and scaled inputs.",
    )
