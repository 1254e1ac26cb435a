"""A loss of the catalogue as the program writes it: its own body, its parameters as literals."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lossviz.losses import Loss

if TYPE_CHECKING:
    import libcst as cst


def loss_function(loss: Loss, params: Mapping[str, Any], name: str = "loss_fn") -> str:
    """`def loss_fn(target, output, ...)` with the catalogue function's body.

    The parameters stand as keywords with the chosen values as defaults; annotations go, and of
    the docstring the first line stays.

    A loss of a user's own is written in the same way where its text needs nothing but TensorFlow
    as `tf`; else the function calls it.

    Args:
        loss: a loss of the catalogue.
        params: the value of every parameter.
        name: what the function is to be called.
    """
    if loss.family == "own" and not _stands_alone(loss):
        return _call(loss, params, name)
    # A fifth of a second to import, and not needed to put a lab on the page.
    import libcst as cst

    function = _bare(loss.source)
    keywords = [
        _keyword(parameter, params[parameter.name.value])
        for parameter in (*function.params.params[2:], *function.params.kwonly_params)
    ]
    positional = [
        parameter.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        for parameter in function.params.params[:2]
    ]
    written = function.with_changes(
        name=cst.Name(name),
        params=cst.Parameters(params=[*positional, *keywords]),
        decorators=[],
        leading_lines=[],
        whitespace_before_params=cst.SimpleWhitespace(""),
        body=_short_docstring(function.body),
    )
    return cst.Module([written]).code


@lru_cache(maxsize=64)
def _bare(source: str) -> cst.FunctionDef:
    """The function of a text, without its annotations."""
    import libcst as cst

    function = cst.parse_module(source).visit(_without_annotations()).body[0]
    assert isinstance(function, cst.FunctionDef)
    return function


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


def _without_annotations() -> cst.CSTTransformer:
    """Takes the annotations off a function and the ones inside it."""
    import libcst as cst

    class WithoutAnnotations(cst.CSTTransformer):
        def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:  # noqa: N802
            return updated_node.with_changes(annotation=None)

        def leave_FunctionDef(  # noqa: N802 - the names are LibCST's
            self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
        ) -> cst.FunctionDef:
            return updated_node.with_changes(returns=None)

    return WithoutAnnotations()


def _keyword(parameter: cst.Param, value: Any) -> cst.Param:
    import libcst as cst

    return parameter.with_changes(
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
        default=cst.parse_expression(literal(value)),
        whitespace_after_param=cst.SimpleWhitespace(""),
        comma=cst.MaybeSentinel.DEFAULT,
    )


def _short_docstring(body: cst.BaseSuite) -> cst.BaseSuite:
    import libcst as cst

    if not isinstance(body, cst.IndentedBlock):
        return body
    first = body.body[0]
    if not (
        isinstance(first, cst.SimpleStatementLine)
        and isinstance(first.body[0], cst.Expr)
        and isinstance(first.body[0].value, cst.SimpleString)
    ):
        return body
    text = str(first.body[0].value.evaluated_value).strip().partition("\n")[0]
    docstring = cst.Expr(cst.SimpleString(f'"""{text}"""'))
    return body.with_changes(body=[first.with_changes(body=[docstring]), *body.body[1:]])
