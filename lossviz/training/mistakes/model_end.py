"""How a model ends: the activation behind which each of its outputs comes out."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

from lossviz._tensorflow import tf

PASSING = {
    "Reshape", "Flatten", "Dropout", "Identity", "Permute", "Cropping1D", "Cropping2D", "Squeeze",
    "RepeatVector", "GetItem", "ExpandDims", "Cast", "UpSampling2D", "Transpose",
}  # fmt: skip
"""Layers and operations that leave values as they are."""

OPERATIONS = {
    "Softmax": "softmax", "Sigmoid": "sigmoid", "Relu": "relu", "ReLU": "relu", "Tanh": "tanh",
    "LogSoftmax": "log_softmax", "Softplus": "softplus", "Exp": "exponential",
}  # fmt: skip


def ends(model: Any) -> list[str | None]:
    """The activation of each output ("linear", "softmax", ...), None where it cannot be told."""
    outputs = getattr(model, "outputs", None) if _functional(model) else None
    if outputs:
        return [_behind(tensor) for tensor in outputs]
    layer = _returned_layer(model)
    return [None if layer is None else _of_layer(layer)]


def _functional(model: Any) -> bool:
    return (hasattr(model, "_nodes") and hasattr(model, "_operations")) or (
        isinstance(model, tf.keras.Sequential) and model.built
    )  # fmt: skip


def _behind(tensor: Any) -> str | None:
    for _ in range(50):
        history = getattr(tensor, "_keras_history", None)
        if history is None:
            return None
        layer, node, place = history
        if type(layer).__name__ in PASSING:
            tensor = layer._inbound_nodes[node].input_tensors[0]  # noqa: SLF001 - Keras' graph
            continue
        if isinstance(layer, tf.keras.Model):
            found = ends(layer)
            return found[place] if place < len(found) else None
        return _of_layer(layer)
    return None


def _of_layer(layer: Any) -> str | None:
    if isinstance(layer, tf.keras.Model):
        return ends(layer)[0]
    if isinstance(layer, tf.keras.layers.TimeDistributed | tf.keras.layers.Bidirectional):
        layer = layer.layer if hasattr(layer, "layer") else layer.forward_layer
        return _of_layer(layer)
    name = type(layer).__name__
    if name == "Softmax" and getattr(layer, "axis", -1) != -1:
        return None
    if name == "ReLU" and (layer.negative_slope or layer.threshold):
        return None
    if name in OPERATIONS:
        return OPERATIONS[name]
    if getattr(layer, "activation", "none") is None:
        return "linear"
    return getattr(getattr(layer, "activation", None), "__name__", None)


def _returned_layer(model: Any) -> Any:
    """The layer whose result a model's own `call` returns, read from its source."""
    tree = source_of_call(model)
    if tree is None:
        return None
    returns = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    if not returns or returns[-1] is None:
        return None
    value: ast.expr = returns[-1]
    if isinstance(value, ast.Name):
        wanted = value.id
        assigned = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and any(isinstance(to, ast.Name) and to.id == wanted for to in node.targets)
        ]
        if not assigned:
            return None
        value = assigned[-1]
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return None
    owner = value.func.value
    if not (isinstance(owner, ast.Name) and owner.id == "self"):
        return None
    layer = getattr(model, value.func.attr, None)
    return layer if isinstance(layer, tf.keras.layers.Layer) else None


def source_of_call(model: Any) -> ast.AST | None:
    """The parsed `call` of a subclassed model, or None."""
    try:
        source = textwrap.dedent(inspect.getsource(type(model).call))
        return ast.parse(source)
    except (OSError, TypeError, SyntaxError, IndentationError):
        return None
