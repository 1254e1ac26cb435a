"""A definition of lossviz' own as a lesson shows it: no annotations, no checks of arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lossviz.program.bare import assignments, docstring, outermost, signature, without
from lossviz.program.source_text import Edit, SourceText, changed

_FOR_TOOLS = re.compile(r"[ ]*# (fmt: skip|noqa\b.*|type: ignore\b.*)")


def cleaned(
    text: str, modules: Mapping[str, Any], used: Collection[str], name: str = ""
) -> tuple[str, set[tuple[str, str]]]:
    """A statement without what only the package needs.

    Annotations of functions, checks that only raise, caches and the later paragraphs of docstrings
    go; `module.name` becomes `name`; a class keeps the methods that are used.

    Args:
        text: the statement's text.
        modules: the names of lossviz' modules in it.
        used: the methods that are used.
        name: the function's new name, if any.

    Returns:
        The text, and what it used of the modules as `(module, name)`.
    """
    source = SourceText(_FOR_TOOLS.sub("", text))
    whole = source.tree.body[0]
    nodes = [*ast.walk(whole)]
    edits: list[Edit] = []
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            edits += signature(source, node, name if node is whole else "")
            edits += assignments(source, node)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            edits += docstring(source, node, "\n\n")
    members = {}
    for node in nodes:
        of = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Attribute) and isinstance(of, ast.Name) and of.id in modules:
            members[source.replaced(node, node.attr)] = of.id, node.attr
    kept = outermost([*edits, *members, *_gone(source, nodes, used)])
    found = {member for edit, member in members.items() if edit in kept}
    return changed(source.text, kept).strip("\n") + "\n", found


def _gone(source: SourceText, nodes: list[ast.AST], used: Collection[str]) -> Iterator[Edit]:
    """The edits that take out checks, caches and methods that nothing uses."""
    for node in nodes:
        for statement in _block(node):
            method = statement if isinstance(node, ast.ClassDef) else None
            unused = isinstance(method, ast.FunctionDef) and method.name not in used
            if unused or _is_check(statement):
                yield without(source, statement)
        if isinstance(node, ast.FunctionDef):
            for one in node.decorator_list:
                function = one.func if isinstance(one, ast.Call) else one
                if isinstance(function, ast.Name) and function.id in {"lru_cache", "cache"}:
                    yield Edit(*source.lines_of(one), "")


def _block(node: ast.AST) -> Iterator[ast.stmt]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        yield from block if isinstance(block, list) else []


def _is_check(statement: ast.stmt) -> bool:
    """Whether a statement does no more than raise where an argument is wrong."""
    if isinstance(statement, ast.If):
        raises = len(statement.body) == 1 and isinstance(statement.body[0], ast.Raise)
        return raises and not statement.orelse
    call = statement.value if isinstance(statement, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    return isinstance(function, ast.Attribute) and function.attr == "_check"
