"""Putting a keyword into a call of a program, and taking one out."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence

from lossviz.program.source_text import Edit, SourceText


def inserted(
    source: SourceText, call: ast.Call, arguments: Sequence[str], without: Collection[str] = ()
) -> Edit:
    """The change that adds arguments, such as `["seed=1"]`, to a call.

    In a call with an argument a line they take lines of their own behind the last; where a comment
    or another spelling is in the way, they go before the last.

    Args:
        source: the program.
        call: the call in it.
        arguments: what to add.
        without: the keywords that another change takes out.
    """
    text = source.text
    nodes = [
        one
        for one in _arguments(call)
        if getattr(one, "arg", None) not in without
        or (isinstance(one, ast.keyword) and one.arg is None)
    ]
    argument = ", ".join(arguments)
    if not nodes:
        at = source.end(call) - 1
        return Edit(at, at, argument)
    last = nodes[-1]
    begin = text.rfind("\n", 0, source.start(last)) + 1
    indent = text[begin : source.start(last)]
    own_line = not indent.strip() and "\n" in text[source.start(call) : source.start(last)]
    end = source.end(last)
    tail = re.compile(r",[ \t]*(?=\r?\n[ \t]*\))").match(text, end)
    if own_line and tail:
        lines = "".join(f"\n{indent}{one}," for one in arguments)
        return Edit(tail.end(), tail.end(), source.with_newlines(lines))
    if not call.keywords or not own_line:
        at = end
        # A keyword may come before `**options`, too, but no positional argument after it.
        return Edit(at, at, f", {argument}")
    at = source.start(last)
    lines = "".join(f"{one},\n{indent}" for one in arguments)
    return Edit(at, at, source.with_newlines(lines))


def removed(source: SourceText, call: ast.Call, name: str) -> Edit | None:
    """The change that takes a keyword out, or None where a comment would go with it."""
    text, nodes = source.text, _arguments(call)
    keyword = next((one for one in call.keywords if one.arg == name), None)
    if keyword is None:
        return None
    if source.beside(keyword) == "," and nodes[0] is not keyword:
        return Edit(*source.lines_of(keyword), "")
    before = [node for node in nodes if source.end(node) <= source.start(keyword)]
    if before and text[source.end(before[-1]) : source.start(keyword)] == ", ":
        return Edit(source.end(before[-1]), source.end(keyword), "")
    return None


def _arguments(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """The arguments in source order."""
    nodes: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))
