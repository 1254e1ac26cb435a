"""A program's text with its syntax tree, and changes to it that leave the rest byte for byte."""

from __future__ import annotations

import ast
import contextlib
import gc
import io
import math
import operator
import re
import threading
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lossviz._arguments import ArgumentError, shown

_MAGIC = re.compile(r"^([ \t]*)[%!]", re.MULTILINE)
_quiet = threading.Lock()


class ProgramError(ArgumentError):
    """A program that cannot be read, or cannot be changed as asked.

    Attributes:
        line: the line of the program, counted from 1; 0 where it is not one line.
        reason: Python's message for a syntax error, such as `"'(' was never closed"`; else "".
    """

    def __init__(self, argument: str, message: str, line: int = 0, reason: str = "") -> None:
        super().__init__(argument, message)
        self.line, self.reason = line, reason
        if reason:
            self.add_note(reason)


@dataclass(frozen=True, order=True)
class Edit:
    """Replace the characters from `start` up to, but not including, `end` by `text`."""

    start: int
    end: int
    text: str


class SourceText:
    r"""A program's text, its tree, and the position of each node of the tree.

    Lines that begin with `%` or `!`, which a notebook runs itself, count as comments.

    Attributes:
        text: the program as it is.
        tree: its syntax tree.
        newline: how its lines end, `"\n"` or `"\r\n"`.

    Raises:
        ProgramError: if the text is not valid Python; `line` is where.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        # Positions in the tree count UTF-8 bytes, and "\f" or "\x85" end no line there.
        try:
            self._bytes = text.encode()
            self.tree = _parsed(text)
        except SyntaxError as error:
            at = error.lineno or 0
            raise ProgramError(
                "source", f"code has a syntax error on line {at}", at, str(error.msg)
            ) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise ProgramError("source", f"code cannot be read: {error}") from None
        self._line_starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._line_starts.append(self._line_starts[-1] + len(line))
        self.newline = "\r\n" if b"\r\n" in self._bytes else "\n"

    def start(self, node: Any) -> int:
        """The index of the node's first character; for a function, of its first decorator."""
        if getattr(node, "decorator_list", []):
            begin = self._line_starts[first_line(node) - 1]
            return self._characters(begin + self._bytes[begin:].index(b"@"))
        return self.position(node.lineno, node.col_offset)

    def end(self, node: Any) -> int:
        """The index behind the node's last character."""
        return self.position(node.end_lineno, node.end_col_offset)

    def position(self, line: int, column: int) -> int:
        """The index of a place as the tree counts it: lines from 1, and bytes of UTF-8."""
        return self._characters(self._line_starts[line - 1] + column)

    def segment(self, node: Any) -> str:
        """The node's own text."""
        return self.text[self.start(node) : self.end(node)]

    def replaced(self, node: Any, text: str) -> Edit:
        """The change that puts `text` in the node's place."""
        return Edit(self.start(node), self.end(node), self.with_newlines(text))

    def with_newlines(self, text: str) -> str:
        """`text` with the line ends of this program."""
        return text.replace("\n", self.newline)

    def lines_of(self, node: Any) -> tuple[int, int]:
        """Where the node's lines begin and end, the last line's end included."""
        return (
            self._characters(self._line_starts[first_line(node) - 1]),
            self._characters(self._line_starts[node.end_lineno]),
        )

    def beside(self, node: Any) -> str:
        """The rest of the node's lines, without surrounding white space."""
        begin, end = self.lines_of(node)
        return (self.text[begin : self.start(node)] + self.text[self.end(node) : end]).strip()

    def alone_on_its_lines(self, node: Any) -> bool:
        """Whether the node's lines hold nothing else but white space."""
        return not self.beside(node)

    def holds_comment(self, node: Any) -> bool:
        """Whether the node contains a comment, which would be lost with it."""
        lines = io.StringIO(self.segment(node)).readline
        with contextlib.suppress(tokenize.TokenError, IndentationError):
            return any(one.type == tokenize.COMMENT for one in tokenize.generate_tokens(lines))
        return True

    def _characters(self, offset: int) -> int:
        if self.text.isascii():
            return offset
        return len(self._bytes[:offset].decode())


def first_line(node: Any) -> int:
    """The line on which a node begins; a function begins with its first decorator."""
    decorators = getattr(node, "decorator_list", [])
    return int(decorators[0].lineno if decorators else node.lineno)


def checked_text(source: Any) -> str:
    """`source`, which must be a text.

    Raises:
        TypeError: when it is none.
    """
    if not isinstance(source, str):
        raise TypeError(f"source: got {shown(source)}; it must be the program's text, a str.")
    return source


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """A tree is thousands of objects at once, none of them garbage: no search for any meanwhile."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _parsed(text: str) -> ast.Module:
    # A half-typed "\d" is no matter for a warning. The filters belong to the whole process, so
    # one thread at a time may set and put them back.
    with _quiet, warnings.catch_warnings(), _uncollected():
        warnings.simplefilter("ignore")
        if not _MAGIC.search(text):
            return ast.parse(text)
        try:
            # Such a line may continue an expression, or a text of several lines.
            return ast.parse(text)
        except SyntaxError:
            return ast.parse(_MAGIC.sub(r"\1#", text))


def changed(text: str, edits: Iterable[Edit]) -> str:
    """`text` with the edits made; they must not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


_OPERATORS: dict[type, Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip


def constant(node: ast.expr) -> Any:
    """The value of a literal, or of a sum, product or power of numbers such as `1e-3 / 2`.

    Nothing is run.

    Raises:
        ValueError: when the node is no such thing.
    """
    if isinstance(node, ast.BinOp):
        left, right = constant(node.left), constant(node.right)
        plain = all(type(one) in {int, float} for one in (left, right))
        power = isinstance(node.op, ast.Pow)
        if not plain or (power and (abs(right) > 64 or abs(left) > 1e3)):
            raise ValueError("no constant")
        try:
            return _OPERATORS[type(node.op)](left, right)
        except (ArithmeticError, KeyError):
            raise ValueError("no constant") from None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant(node.operand)
        if type(value) in {int, float}:
            return -value
    value = ast.literal_eval(node)
    if isinstance(value, float) and math.isnan(value):
        raise ValueError("no constant")
    return value
