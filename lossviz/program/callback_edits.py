"""Callbacks that come, change and go in a program's text."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from lossviz.program.callbacks import CALLBACKS, MONITORS, PatientCallback, monitor
from lossviz.program.config import TrainingConfig
from lossviz.program.edit_list import EditList
from lossviz.program.rendering import callback_statement, quoted
from lossviz.program.source_text import Edit

_COMMA = re.compile(r"[ \t]*,[ \t]*")


def change_callbacks(into: EditList, before: TrainingConfig, after: TrainingConfig) -> None:
    """Add the edits that put callbacks in, change what they wait for, and take them out.

    Args:
        into: where the edits go.
        before: what the program says.
        after: what it is to say.

    Raises:
        ProgramError: where the user must do it.
    """
    coming: list[PatientCallback] = []
    leaving: list[PatientCallback] = []
    for one in CALLBACKS:
        call, patience = into.found.callbacks.get(one.name), one.chosen(after)
        differs = patience != one.chosen(before)
        if call is not None and patience:
            if differs:
                _set_patience(into, one, call, patience)
            if monitor(before) != monitor(after):
                _set_monitor(into, call, after)
        elif differs:
            (coming if patience else leaving).append(one)
    if coming or leaving:
        _List(into, after, coming, leaving).change()


def _set_patience(into: EditList, one: PatientCallback, call: ast.Call, patience: int) -> None:
    given = into.structure.argument(call, "patience", 2)
    literal = into.structure.literal(given)
    if literal is not None:
        into.write([literal], patience)
    elif given is None:
        into.insert(call, "patience", into.written(patience))
    else:
        into.refuse(one.name)


def _set_monitor(into: EditList, call: ast.Call, after: TrainingConfig) -> None:
    """Monitor the available loss; a user's own choice, such as an accuracy, stays."""
    given = into.structure.argument(call, "monitor", 0)
    literal = into.structure.literal(given)
    if literal is not None and literal.value in MONITORS:
        into.write([literal], monitor(after))
    elif given is None and monitor(after) != MONITORS[0]:
        into.insert(call, "monitor", quoted(monitor(after)))


class _List:
    """The list of callbacks that the training is given."""

    def __init__(
        self,
        into: EditList,
        after: TrainingConfig,
        coming: Sequence[PatientCallback],
        leaving: Sequence[PatientCallback],
    ) -> None:
        self._into, self._after = into, after
        self._source, self._structure = into.source, into.structure
        self._coming, self._leaving = coming, leaving
        self._given = self._structure.argument(self._structure.train, "callbacks")
        self._written = self._structure.origin(self._given)
        elements = self._written.elts if isinstance(self._written, ast.List) else []
        self._elements = {
            callback.name: element
            for callback in CALLBACKS
            for element in elements
            if self._structure.origin(element) is into.found.callbacks.get(callback.name)
        }
        self._gone = [self._elements[one.name] for one in leaving if one.name in self._elements]
        self._staying = [one for one in elements if one not in self._gone]

    def change(self) -> None:
        train = self._structure.train
        if self._given is None:
            self._into.insert(train, "callbacks", f"[{', '.join(self._made().values())}]")
            return
        if not isinstance(self._written, ast.List):
            self._into.refuse([*self._coming, *self._leaving][0].name)
        self._take_out(self._written)
        self._put_in(self._written, self._made())
        for element in self._gone:
            self._remove_statement(element)

    # -- coming -------------------------------------------------------------------------------

    def _made(self) -> dict[str, str]:
        """The names of the new callbacks in the program, by their choices; adds what makes them."""
        names: dict[str, str] = {}
        texts: dict[int, str] = {}
        for one in self._coming:
            name, number = one.variable, 2
            if not self._made_before(one):
                # What the program calls so already must not become something else.
                while self._structure.knows(name):
                    name, number = f"{one.variable}_{number}", number + 1
                begin, _ = self._source.lines_of(self._place(one))
                text = callback_statement(one, self._after, name)
                texts[begin] = texts.get(begin, "") + self._source.with_newlines(text)
            names[one.name] = name
        self._into.edits += [Edit(begin, begin, text) for begin, text in texts.items()]
        return names

    def _made_before(self, one: PatientCallback) -> bool:
        """Whether a callback that was removed from the list can still be used."""
        name = ast.Name(one.variable)
        statement, call = self._structure.bound(name), self._structure.origin(name)
        if (
            statement is None
            or statement.lineno >= self._user.lineno
            or not isinstance(call, ast.Call)
            or self._structure.qualified(call.func) != one.qualified
            or self._structure.uses(name)
        ):
            return False
        _set_patience(self._into, one, call, one.chosen(self._after))
        return True

    @property
    def _user(self) -> ast.stmt:
        """The statement that names the callbacks."""
        return self._structure.bound(self._given) or self._structure.statement

    def _place(self, one: PatientCallback) -> ast.stmt:
        """The statement before which a new callback is made."""
        for later in CALLBACKS[CALLBACKS.index(one) + 1 :]:
            element = self._elements.get(later.name)
            statement = self._structure.bound(element)
            if element not in self._staying or statement is None:
                continue
            if statement.lineno < self._user.lineno:
                return statement
        return self._user

    def _put_in(self, written: ast.List, names: dict[str, str]) -> None:
        behind: dict[ast.expr | None, list[str]] = {}
        for one in self._coming:
            earlier = CALLBACKS[: CALLBACKS.index(one)]
            found = [self._elements.get(other.name) for other in earlier]
            last = next((each for each in reversed(found) if each in self._staying), None)
            behind.setdefault(last, []).append(names[one.name])
        for element, new in behind.items():
            self._into.edits.append(self._inserted(written, element, new))

    def _inserted(self, written: ast.List, behind: ast.expr | None, names: list[str]) -> Edit:
        source, joined = self._source, ", ".join(names)
        if behind is not None:
            begin, end = source.lines_of(behind)
            if source.beside(behind) == ",":
                indent = source.text[begin : source.start(behind)]
                lines = "".join(f"{indent}{name},\n" for name in names)
                return Edit(end, end, source.with_newlines(lines))
            return Edit(source.end(behind), source.end(behind), f", {joined}")
        at = source.start(written) + 1
        if not self._staying:
            return Edit(at, at, joined)
        first = self._staying[0]
        if first.lineno > written.lineno:
            at = source.start(first)
            begin, _ = source.lines_of(first)
            indent = source.text[begin:at]
            if not indent.strip():
                lines = "".join(f"{name},\n{indent}" for name in names)
                return Edit(at, at, source.with_newlines(lines))
        return Edit(at, at, f"{joined}, ")

    # -- leaving ------------------------------------------------------------------------------

    def _take_out(self, written: ast.List) -> None:
        if not self._gone:
            return
        source, elements = self._source, written.elts
        whole = not self._staying and not self._coming and written is self._given
        plain = whole and not source.holds_comment(written)
        if plain and self._into.remove(self._structure.train, "callbacks"):
            return
        if elements[-1] in self._gone and not _COMMA.match(source.text, source.end(elements[-1])):
            # Where no comma follows the last one, the comma before it is removed.
            while elements and elements[-1] in self._gone:
                elements = elements[:-1]
            if elements:
                begin, end = source.end(elements[-1]), source.end(written.elts[-1])
                self._delete(begin, end, written.elts[-1])
            else:
                elements = written.elts
        for element in elements:
            if element not in self._gone:
                continue
            begin, end = source.start(element), source.end(element)
            comma = _COMMA.match(source.text, end)
            if comma and source.beside(element) == ",":
                begin, end = source.lines_of(element)
            elif comma:
                end = comma.end()
            self._delete(begin, end, element)

    def _delete(self, begin: int, end: int, element: ast.expr) -> None:
        """Take a part of the list out; no comment may go with it."""
        if "#" in self._source.text[begin:end]:
            self._into.refuse(self._name_of(element))
        self._into.edits.append(Edit(begin, end, ""))

    def _name_of(self, element: ast.expr) -> str:
        return next(name for name, one in self._elements.items() if one is element)

    def _remove_statement(self, element: ast.expr) -> None:
        """Remove what made a callback, unless a user edited it or uses it elsewhere."""
        statement, call = self._structure.bound(element), self._structure.origin(element)
        one = next(each for each in CALLBACKS if each.name == self._name_of(element))
        assert isinstance(call, ast.Call)
        if statement is None or self._structure.uses(element) != 1:
            return
        if not self._source.holds_comment(statement) and self._as_rendered(one, call):
            self._into.remove_statement(statement)

    def _as_rendered(self, one: PatientCallback, call: ast.Call) -> bool:
        found = {keyword.arg: self._structure.literal(keyword.value) for keyword in call.keywords}
        values = {name: literal and literal.value for name, literal in found.items()}
        values.pop("patience", None)
        return (
            not call.args and values.pop("monitor", MONITORS[0]) in MONITORS and values == one.more
        )
