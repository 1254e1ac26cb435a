"""How a model ends: the activation behind which each of its outputs comes out."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training import outputs


def ends(model: Any) -> list[str | None]:
    """The activation of each output ("linear", "softmax", ...), None where it is unknown."""
    found = [one.activation for one in outputs.found_all(model)]
    if found == [""]:
        layer = _returned_layer(model)
        if layer is not None:
            found = [one.activation for one in outputs.found_all(tf.keras.Sequential([layer]))]
    return [{"": None, "none": "linear"}.get(one, one) for one in found]


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
