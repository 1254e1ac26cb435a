"""The form of a model's output, without running it: shapes, dtypes, structure."""

from __future__ import annotations

from typing import Any

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.training.faults import reason_of


def output_form(model: Any, inputs: Any, argument: str) -> Any:
    """The model's output for such inputs: KerasTensors in the structure of the output.

    A model without variables gets them, as `fit` creates them before its first step; nothing
    else of it changes, and no random number is drawn.

    Args:
        model: a `keras.Model`.
        inputs: TensorSpecs of a batch's inputs.
        argument: `"data"` or `"validation"`: where the inputs come from.

    Raises:
        ArgumentError: when the model does not take such inputs.
    """
    from keras.src import backend  # no public name; it is what `fit` builds a model with

    try:
        # Keras has no tensor of an unknown number of axes.
        symbolic = tf.nest.map_structure(_symbolic, inputs)
        return backend.compute_output_spec(model, symbolic, training=False)
    except Exception as error:
        shapes = ", ".join(
            f"{[None, *spec.shape[1:]] if spec.shape.rank else '[...]'} ({spec.dtype.name})"
            for spec in tf.nest.flatten(inputs)
        ).replace("None", "batch")
        wrong, who = ("model", "it") if argument == "data" else (argument, "the model")
        raise ArgumentError(
            wrong,
            f"{wrong}: {who} does not take inputs of shape {shapes}. {reason_of(error)}",
        ) from error


def leaves(form: Any) -> list[Any]:
    """The tensors of a structure, those of a dict in its own order."""
    if isinstance(form, dict):
        return [leaf for value in form.values() for leaf in leaves(value)]
    if isinstance(form, list | tuple):
        return [leaf for value in form for leaf in leaves(value)]
    return [] if form is None else [form]


def spec_of(form: Any) -> Any:
    """A KerasTensor's TensorSpec, its batch axis open."""
    shape = list(form.shape)
    return tf.TensorSpec([None, *shape[1:]] if shape else [], form.dtype)


def hides_steps(model: Any) -> bool:
    """Whether a layer masks time steps, which losses and metrics must leave out then."""
    layers = model._flatten_layers()  # noqa: SLF001 - `layers` alone does not look inside
    return any(
        isinstance(layer, tf.keras.layers.Masking) or bool(getattr(layer, "mask_zero", False))
        for layer in layers
    )


def half_precision(model: Any) -> bool:
    """Whether gradients of the model may vanish in float16, and need Keras' loss scaling."""
    return str(model.dtype_policy.name) == "mixed_float16"


def _symbolic(spec: Any) -> Any:
    return tf.keras.KerasTensor(spec.shape, tf.keras.backend.standardize_dtype(spec.dtype))
