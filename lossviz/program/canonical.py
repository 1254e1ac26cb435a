"""What a function does, apart from how it is written: names, comments and spacing do not count."""

from __future__ import annotations

import ast
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
        names |= {argument.arg: argument.arg for argument in optional}
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
    extra = [one.arg for one in (arguments.vararg, arguments.kwarg) if one]
    signature = [names[one.arg] for one in (*given, *optional)]
    form = _Form(names, known or {})
    body = "".join(map(form.of, _without_docstring(function.body)))
    return f"{(len(given), signature, extra)!r} {body}"


class _Form:
    """The form of a tree: its kinds of nodes and their values, with names that mean the same."""

    def __init__(self, own: Mapping[str, str], known: Mapping[str, str]) -> None:
        self._own, self._known = own, known

    def of(self, node: object) -> str:
        """The form of a node, a list of nodes, or a value."""
        if isinstance(node, ast.Name):
            return f" {self._own.get(node.id) or self._known.get(node.id, node.id)!r}"
        if isinstance(node, ast.Constant):
            # 'a' and u'a' are the same.
            return f" {node.value!r}"
        if isinstance(node, ast.arg):
            return f" {self._own[node.arg]!r}"
        if isinstance(node, ast.FunctionDef):
            body = self.of(_without_docstring(node.body))
            decorators = self.of(node.decorator_list)
            return f" (def {self._own[node.name]!r} {self.of(node.args)}{body}{decorators})"
        if isinstance(node, ast.AnnAssign):
            if node.value is None:
                return ""
            return f" (Assign [{self.of(node.target)}]{self.of(node.value)})"
        if isinstance(node, ast.Assign):
            return f" (Assign{self.of(node.targets)}{self.of(node.value)})"
        if isinstance(node, ast.AST):
            fields = [self.of(getattr(node, name, None)) for name in node._fields if name != "ctx"]
            return f" ({type(node).__name__}{''.join(fields)})"
        if isinstance(node, list):
            return f" [{''.join(map(self.of, node))}]"
        return f" {node!r}"


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if text and isinstance(first.value.value, str):  # type: ignore[attr-defined]
        return body[1:] or [ast.Pass()]
    return body
