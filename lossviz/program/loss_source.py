"""A loss of the catalogue as the program writes it: its own body, its parameters as literals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lossviz.losses import Loss

if TYPE_CHECKING:
    import libcst as cst


def loss_function(loss: Loss, params: Mapping[str, Any]) -> str:
    """`def loss_fn(target, output, ...)` with the catalogue function's body.

    The parameters stand as keywords with the chosen values as defaults; annotations go, and of
    the docstring the first line stays.

    Args:
        loss: a loss of the catalogue.
        params: the value of every parameter.
    """
    # A fifth of a second to import, and not needed to put a lab on the page.
    import libcst as cst

    module = cst.parse_module(loss.source).visit(_without_annotations())
    function = module.body[0]
    assert isinstance(function, cst.FunctionDef)
    keywords = [
        _keyword(parameter, params[parameter.name.value])
        for parameter in (*function.params.params[2:], *function.params.kwonly_params)
    ]
    positional = [
        parameter.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        for parameter in function.params.params[:2]
    ]
    written = function.with_changes(
        name=cst.Name("loss_fn"),
        params=cst.Parameters(params=[*positional, *keywords]),
        decorators=[],
        leading_lines=[],
        whitespace_before_params=cst.SimpleWhitespace(""),
        body=_short_docstring(function.body),
    )
    return cst.Module([written]).code


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
