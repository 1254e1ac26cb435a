"""A loss of the catalogue as the program writes it: its own body, its parameters as literals."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
from collections.abc import Mapping
from typing import Any

from lossviz.losses import Loss
from lossviz.program.bare import docstring, signature
from lossviz.program.source_text import Edit, SourceText, changed


def loss_function(loss: Loss, params: Mapping[str, Any], name: str = "loss_fn") -> str:
    """`def loss_fn(target, output, ...)` with the catalogue function's body.

    The parameters become keywords with the chosen values as defaults; annotations go, and of
    the docstring the first line stays.

    A loss of a user's own is written in the same way where its text needs nothing but TensorFlow
    as `tf`; else the function calls it.

    Args:
        loss: a loss of the catalogue.
        params: the value of every parameter.
        name: the function's name.
    """
    if loss.family == "own" and not _stands_alone(loss):
        return _call(loss, params, name)
    source = SourceText(loss.source)
    function = source.tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    values = {one: literal(params[one]) for one in params if one in _keywords(function)}
    edits = [*signature(source, function, name, values), *docstring(source, function, "\n")]
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef) and node is not function:
            edits += signature(source, node)
    # Decorators are above the function.
    begin = source.position(function.lineno, function.col_offset)
    return changed(source.text, [*edits, Edit(0, begin, "")]).rstrip() + "\n"


def _keywords(function: ast.FunctionDef) -> set[str]:
    """The names of the parameters behind target and output."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    return {one.arg for one in (*positional[2:], *arguments.kwonlyargs)}


def _stands_alone(loss: Loss) -> bool:
    """Whether an own loss is a plain function whose text needs only `tf` and builtins."""
    function = loss.function
    if not inspect.isfunction(function) or function.__closure__:
        return False
    try:
        parsed = ast.parse(loss.source).body
    except (OSError, TypeError, SyntaxError):
        return False  # no text to be had, as for a function made by another
    if len(parsed) != 1 or not isinstance(parsed[0], ast.FunctionDef) or parsed[0].decorator_list:
        return False
    names = [node for node in ast.walk(parsed[0]) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in ast.walk(parsed[0]) if isinstance(node, ast.arg)}
    made |= {node.name for node in ast.walk(parsed[0]) if isinstance(node, ast.FunctionDef)}
    needed = {node.id for node in names} - made - set(dir(builtins))
    tensorflow = getattr(function.__globals__.get("tf"), "__name__", "") == "tensorflow"
    # Parameters without a card could not be written as literals.
    wanted = ["target", "output", *loss.params]
    plain = list(inspect.signature(function).parameters) == wanted
    return plain and needed <= ({"tf"} if tensorflow else set())


def _call(loss: Loss, params: Mapping[str, Any], function: str) -> str:
    keywords = "".join(f", {name}={literal(value)}" for name, value in params.items())
    name = json.dumps(loss.name, ensure_ascii=False)
    title = loss.title.replace("\\", " ").replace('"', "'")
    return (
        f"def {function}(target, output{keywords}):\n"
        f'    """{title}, a loss of your own."""\n'
        f"    own = lossviz.losses.get({name})\n"
        f"    return own(target, output{''.join(f', {one}={one}' for one in params)})\n"
    )


def literal(value: Any) -> str:
    """`value` as Python writes it; 0.1 stays 0.1 and lists stay lists."""
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return repr(float(value))
    return repr(value)
