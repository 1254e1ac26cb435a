"""A function's text as a lesson shows it: edits that take annotations and the like out of it."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lossviz.program.source_text import Edit, SourceText


def signature(
    source: SourceText,
    function: ast.FunctionDef,
    name: str = "",
    values: Mapping[str, str] | None = None,
) -> Iterator[Edit]:
    """The edits that put a function's first lines on one, without annotations.

    Args:
        source: the text.
        function: a function in it.
        name: the function's new name; "" keeps its own.
        values: replacements of the defaults, by parameter; those given by keyword only
            may then be given by position, too. None leaves all of this as it is.
    """
    opens, closes, colon = _brackets(source, function)
    if name:
        yield Edit(source.text.rindex(function.name, 0, opens), opens, name)
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [*zip(positional, [*defaults, *arguments.defaults], strict=True)]
    pairs += [(one, None) for one in (arguments.vararg, arguments.kwarg) if one]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    pairs.sort(key=lambda pair: source.start(pair[0]))
    end, between = opens + 1, ""
    star = arguments.vararg is not None or values is not None
    for argument, default in pairs:
        begin = source.start(argument)
        marks = ""
        if argument in arguments.kwonlyargs and not star:
            marks, star = "*, ", True
        marks += "*" * (argument is arguments.vararg) + "**" * (argument is arguments.kwarg)
        yield Edit(end, begin, between + marks)
        end, between = begin + len(argument.arg), ", "
        if values is not None and argument.arg in values:
            stop = end if default is None else source.end(default)
            stop = max(stop, source.end(argument))
            yield Edit(end, stop, f"={values[argument.arg]}")
            end = stop
        elif default is not None:
            yield Edit(end, source.start(default), "=")
            end = source.end(default)
        if arguments.posonlyargs and argument is arguments.posonlyargs[-1] and values is None:
            between = ", /, "
    yield Edit(end, closes, between.rstrip(", ") if "/" in between else "")
    yield Edit(closes + 1, colon, "")


def docstring(source: SourceText, node: Any, ends: str) -> Iterator[Edit]:
    """The edit that cuts a docstring, of more than one line perhaps, where `ends` is.

    Args:
        source: the text.
        node: a function or class in it.
        ends: what the part that stays ends with, such as a line's end.
    """
    first = node.body[0]
    if is_text(first) and first.lineno > node.lineno:
        text = first.value.value.strip().partition(ends)[0]
        yield source.replaced(first, f'"""{text}"""')


def assignments(source: SourceText, function: ast.FunctionDef) -> Iterator[Edit]:
    """The edits that make assignments of annotated ones inside a function."""
    for node in ast.walk(function):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield Edit(source.end(node.target), source.end(node.annotation), "")


def without(source: SourceText, statement: ast.stmt) -> Edit:
    """The edit that takes a statement out, with the comments and empty lines above it."""
    begin, end = source.lines_of(statement)
    while begin:
        above = source.text.rfind("\n", 0, begin - 1) + 1
        line = source.text[above:begin].strip()
        if line and not line.startswith("#"):
            break
        begin = above
    return Edit(begin, end, "")


def outermost(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that are not inside a longer one; what is put where one begins stays."""
    every = list(dict.fromkeys(edits))
    return [
        one
        for one in every
        if not any(
            other.start <= one.start
            and one.end <= other.end
            and other.end - other.start > one.end - one.start
            and (one.end > one.start or one.start > other.start)
            for other in every
        )
    ]


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is nothing but a text, as a docstring is."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _brackets(source: SourceText, function: ast.FunctionDef) -> tuple[int, int, int]:
    """Where the brackets around a function's parameters open and close, and its colon."""
    begin = source.position(function.lineno, function.col_offset)
    text = source.text[begin : source.start(function.body[0])]
    starts = [0]
    for one in io.StringIO(text):
        starts.append(starts[-1] + len(one))
    depth, opens, closes = 0, -1, -1
    for token in _tokens(text):
        at = begin + starts[token.start[0] - 1] + token.start[1]
        if token.string in {"(", "[", "{"}:
            opens = at if opens < 0 and token.string == "(" else opens
            depth += 1
        elif token.string in {")", "]", "}"}:
            depth -= 1
            closes = at if closes < 0 and not depth and token.string == ")" else closes
        elif token.string == ":" and not depth:
            return opens, closes, at
    raise ValueError("no function")  # the parser has read it


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, IndentationError):  # the text ends inside the function
        return
