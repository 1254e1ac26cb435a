"""What a function does, apart from how it is written: names, comments and spacing do not count."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

TEMPORARY = "local "
"""Before the number of a name of the function's own; no name of Python's has a space."""


def canonical(
    function: ast.FunctionDef, known: Mapping[str, str] | None = None, *, keywords: bool = False
) -> str:
    """The function in a form that is the same for functions that do the same in the same way.

    Docstrings and annotations go; parameters and local names are numbered in the order in which
    they appear; the values of defaults go, since those are parameters of a loss.

    Args:
        function: a function as it is parsed.
        known: names from outside the function, and what to call them.
        keywords: keep the names of parameters with a default, and sort them: the form of a
            function whose keywords were put in another order.
    """
    function = copy.deepcopy(function)
    function.decorator_list, function.returns, function.name = [], None, "function"
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    given = positional[: len(positional) - len(arguments.defaults)]
    optional = [*positional[len(given) :], *arguments.kwonlyargs]
    names: dict[str, str] = {}

    def number(name: str) -> None:
        names.setdefault(name, f"{TEMPORARY}{len(names)}")

    for one in given:
        number(one.arg)
    if keywords:
        optional.sort(key=lambda one: one.arg)
        names |= {one.arg: one.arg for one in optional}
    else:
        for one in optional:
            number(one.arg)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            number(node.id)
        elif isinstance(node, ast.arg):
            number(node.arg)
        elif isinstance(node, ast.FunctionDef) and node is not function:
            number(node.name)
    written = _Renamed(names, dict(known or {}))
    body = [written.visit(statement) for statement in _without_docstring(function.body)]
    extra = [one.arg for one in (arguments.vararg, arguments.kwarg) if one]
    signature = [names[one.arg] for one in (*given, *optional)]
    return repr((len(given), signature, extra)) + "\n".join(
        ast.dump(statement) for statement in body
    )


class _Renamed(ast.NodeTransformer):
    def __init__(self, own: Mapping[str, str], known: Mapping[str, str]) -> None:
        self._own, self._known = own, known

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._own.get(node.id) or self._known.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg, node.annotation = self._own[node.arg], None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name, node.returns = self._own[node.name], None
        node.body = _without_docstring(node.body)
        self.generic_visit(node)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        # 'a' and u'a' are the same.
        node.kind = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        self.generic_visit(node)
        if node.value is None:
            return ast.Pass()
        return ast.Assign(targets=[node.target], value=node.value)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if text and isinstance(first.value.value, str):  # type: ignore[attr-defined]
        return body[1:] or [ast.Pass()]
    return body
