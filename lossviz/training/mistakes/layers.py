"""The layers of a model that decide which inputs suit it."""

from __future__ import annotations

import ast
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training.mistakes.model_end import source_of_call

NORMALISING = (
    "Normalization", "BatchNormalization", "LayerNormalization", "GroupNormalization",
    "UnitNormalization", "RMSNormalization", "SpectralNormalization", "Rescaling", "Embedding",
    "Lambda", "CategoryEncoding", "Discretization", "Hashing", "IntegerLookup", "StringLookup",
    "TextVectorization", "MelSpectrogram", "STFTSpectrogram", "FeatureSpace", "TFSMLayer",
    "Pipeline", "TorchModuleWrapper", "JaxLayer", "FlaxLayer",
)  # fmt: skip
"""Layers behind which it does not matter that inputs are large, or that may scale them."""

SCALING_OPERATIONS = {"TrueDivide", "Divide", "Multiply", "Subtract", "OneHot", "Log", "Log1p",
    "Normalize", "FloorDivide", "Mod", "Tanh", "Sigmoid"}  # fmt: skip


def all_layers(model: Any) -> list[Any]:
    """Layers of the model and of the models in it, without the containers themselves."""
    try:
        found = model._flatten_layers(include_self=False, recursive=True)  # noqa: SLF001
        return list(found)
    except (AttributeError, ValueError):
        return list(getattr(model, "layers", []))


def of_keras(layer: Any) -> bool:
    """Whether Keras itself brings this layer."""
    return type(layer).__module__.split(".")[0] in {"keras", "tensorflow"}


def may_scale(model: Any) -> bool:
    """Whether anything in the model may bring large inputs to a usual scale."""
    layers = all_layers(model)
    for layer in layers:
        nested = isinstance(layer, tf.keras.Model)
        if type(layer).__name__ in NORMALISING or (nested and not _own_call_is_plain(layer)):
            return True
        if not of_keras(layer) and not nested:
            return True
    operations = [type(one).__name__ for one in getattr(model, "operations", [])]
    if any(name in SCALING_OPERATIONS for name in operations):
        return True
    return not _own_call_is_plain(model)


def _own_call_is_plain(model: Any) -> bool:
    """Whether a subclassed model's `call` only calls layers: no arithmetic, no functions."""
    if of_keras(model):
        return True
    tree = source_of_call(model)
    if tree is None:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add):
            return False
        if isinstance(node, ast.Call):
            function = node.func
            if not isinstance(function, ast.Attribute):
                return False
            name = function.attr
            if any(part in name.lower() for part in ("norm", "scal", "preprocess", "cast")):
                return False
    return True


def embedding_inputs(model: Any) -> list[tuple[Any, str | None]]:
    """Each Embedding with the name of the input that it reads; None where it is not known."""
    found = []
    for layer in all_layers(model):
        if type(layer).__name__ != "Embedding":
            continue
        found.append((layer, _source(layer)))
    return found


def _source(layer: Any) -> str | None:
    try:
        history = layer.input._keras_history  # noqa: SLF001
    except (AttributeError, ValueError):
        return None
    source = history.operation
    return source.name if type(source).__name__ == "InputLayer" else None
