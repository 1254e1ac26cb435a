"""The edits that a change makes to a program, as they are collected."""

from __future__ import annotations

import ast
from typing import Any, NoReturn

from lossviz.program.arguments import inserted, removed
from lossviz.program.loss_source import literal
from lossviz.program.reading import ParsedProgram
from lossviz.program.rendering import quoted
from lossviz.program.source_text import Edit, ProgramError
from lossviz.program.structure import Literal


class EditList:
    """Edits to one program, which do not overlap once they are `complete`.

    Attributes:
        found: the parts of the program.
        edits: the edits, in no particular order.
        literals: those of the edits that do no more than write another value.
    """

    def __init__(self, found: ParsedProgram) -> None:
        self.found = found
        self.source, self.structure = found.structure.source, found.structure
        self.edits: list[Edit] = []
        self.literals: set[Edit] = set()
        self._added: dict[ast.Call, list[str]] = {}
        self._removed: set[str] = set()

    def written(self, value: Any) -> str:
        """The literal that says a value."""
        return quoted(value) if isinstance(value, str) else literal(value)

    def replace(self, node: Any, text: str) -> Edit:
        """Replace a node by `text`."""
        edit = self.source.replaced(node, text)
        if edit not in self.edits:
            self.edits.append(edit)
        return edit

    def write(self, places: list[Literal], value: Any) -> None:
        """Let literals say another value; those that say it already stay as they are."""
        for place in places:
            same = place.value == value and isinstance(place.value, bool) == isinstance(value, bool)
            if not same:
                self.literals.add(self.replace(place.node, self.written(value)))

    def refuse(self, name: str) -> NoReturn:
        """Raise that the setting `name` cannot be changed automatically."""
        raise self.refusal(name)

    def refusal(self, name: str) -> ProgramError:
        """The error that says so."""
        return ProgramError(
            name,
            f"{name}: the code sets this in a way that the form cannot change; edit it in "
            "the code.",
        )

    def insert(self, call: Any, name: str, text: str) -> None:
        """Put the argument `name` into a call, with the expression `text`."""
        # `**options` may hold it already.
        unknown = any(keyword.arg is None for keyword in call.keywords)
        if unknown or self.structure.argument(call, name) is not None:
            self.refuse(name)
        self._added.setdefault(call, []).append(f"{name}={text}")

    def remove(self, call: ast.Call, name: str) -> bool:
        """Take an argument out of a call; False where it cannot be taken out neatly."""
        edit = removed(self.source, call, name)
        if edit:
            self.edits.append(edit)
            self._removed.add(name)
        return edit is not None

    def remove_statement(self, statement: ast.stmt) -> None:
        """Remove a statement, with its line where it is alone on it."""
        if self.source.alone_on_its_lines(statement):
            self.edits.append(Edit(*self.source.lines_of(statement), ""))
        else:
            self.replace(statement, "pass")

    def complete(self) -> None:
        """Add what is inserted into calls, once all of it is known."""
        for call, arguments in self._added.items():
            self.edits.append(inserted(self.source, call, arguments, self._removed))
        # Edits inside a part that is rewritten are part of the rewritten text.
        self.edits = [
            edit
            for edit in self.edits
            if not any(
                other.start <= edit.start < edit.end <= other.end
                and other.end - other.start > edit.end - edit.start
                for other in self.edits
            )
        ]
