"""The loss function in a program's text: where it is, and how the user changed it."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lossviz import losses
from lossviz._arguments import ArgumentError
from lossviz.program import Edit, TrainingConfig
from lossviz.program.loss_match import parameters
from lossviz.program.loss_source import loss_function
from lossviz.program.reading import find
from lossviz.wire.messages import DiffLine

KINDS: Mapping[str, Any] = {"  ": "same", "+ ": "added", "- ": "removed"}


@dataclass(frozen=True)
class LossText:
    """A loss function in a program.

    Attributes:
        name: what the program calls it.
        text: its source.
        start, end: its position in the program.
        params: the names of its parameters behind target and output.
    """

    name: str
    text: str
    start: int
    end: int
    params: list[str]

    @classmethod
    def found_in(cls, text: str, config: TrainingConfig) -> LossText | None:
        """The loss function of a program; None unless the loss is a function of its own."""
        try:
            found = find(text, config)
        except ArgumentError:
            return None
        source, function = found.structure.source, found.loss_function
        if function is None:
            return None
        start, end = source.start(function), source.end(function)
        return cls(function.name, text[start:end], start, end, list(parameters(function)))

    def replaced_by(self, function: str) -> Edit:
        """The change that puts another function in its place, under this one's name."""
        text = re.sub(
            r"^(\s*def\s+)\w+", lambda found: found[1] + self.name, function.strip("\n"), count=1,
            flags=re.MULTILINE,
        )  # fmt: skip
        return Edit(self.start, self.end, text)

    def original(self, loss: str, params: Mapping[str, Any]) -> str:
        """The catalogue's function under this one's name."""
        found = losses.get(loss)
        known = {name: card.default for name, card in found.params.items()}
        known |= {name: value for name, value in params.items() if name in known}
        return loss_function(found, known, name=self.name).rstrip("\n")


def comparison(original: str, own: str) -> list[DiffLine]:
    """Line by line: the catalogue's function, and the user's."""
    lines = difflib.ndiff(original.splitlines(), own.splitlines())
    return [{"kind": KINDS[line[:2]], "text": line[2:]} for line in lines if line[:2] in KINDS]


def is_loss_function(text: str) -> bool:
    """Whether a text is one plain function with at least two parameters; nothing is run."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef) or body[0].decorator_list:
        return False
    given = body[0].args
    return len(given.posonlyargs) + len(given.args) >= 2
