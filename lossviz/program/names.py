"""The names that a program defines: which they are, and renaming them.

A program runs in a notebook's cell, among the user's variables: their values must not be
overwritten, so the program calls its own things otherwise.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator, Mapping

from lossviz.program.source_text import Edit, ProgramError, SourceText

_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

_NUMBER = re.compile(r"_\d+$")


def given_names(text: str) -> list[str]:
    r"""The names that the program defines at its top level, in order.

    Imports are left out: the same module under the same name takes nothing away.

    Raises:
        ProgramError: if the text is not valid Python.

    Example:
        >>> given_names("import x\nmodel = x.make()\ndef loss_fn(target, output): ...")
        ['model', 'loss_fn']
    """
    return list(dict.fromkeys(_stored(SourceText(text).tree.body)))


def free_names(text: str, held: Container[str]) -> dict[str, str]:
    """A new name for each that the program defines and the user holds: `model` is `model_2`.

    Raises:
        ProgramError: if the text is not valid Python.
    """
    given = given_names(text)
    found: dict[str, str] = {}
    for name in given:
        number, free = 1, name
        while free in held or (number > 1 and free in given):
            number += 1
            free = f"{_NUMBER.sub('', name)}_{number}"
        if free != name:
            found[name] = free
    return found


def rename(text: str, names: Mapping[str, str]) -> list[Edit]:
    """The edits that rename these top-level names of the program, wherever it uses them.

    A function's own variable of the same name is another one and stays.

    Raises:
        ProgramError: if the text is not valid Python.
    """
    source = SourceText(text)
    edits: list[Edit] = []

    def look(node: ast.AST, own: frozenset[str]) -> None:
        if isinstance(node, ast.Name) and node.id in names and node.id not in own:
            edits.append(source.replaced(node, names[node.id]))
        if isinstance(node, _DEFINITIONS) and node.name in names and node.name not in own:
            edits.append(_word(source, node, node.name, names[node.name]))
        if isinstance(node, ast.Global):
            edits.extend(
                _word(source, node, name, names[name]) for name in node.names if name in names
            )
        if isinstance(node, (*_DEFINITIONS, ast.Lambda)):
            inner = own | _own_names(node)
            body = node.body if isinstance(node.body, list) else [node.body]
            for child in ast.iter_child_nodes(node):
                look(child, inner if child in body else own)
            return
        if isinstance(node, _COMPREHENSIONS):
            own |= frozenset(_targets(node))
        for child in ast.iter_child_nodes(node):
            look(child, own)

    look(source.tree, frozenset())
    return edits


def data_names(text: str) -> tuple[str, str]:
    """What the program calls its data and its validation data; "" for what has no name.

    Raises:
        ProgramError: if the text is not valid Python.
    """
    for node in ast.walk(SourceText(text).tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "train":
            given = {word.arg: word.value for word in node.keywords}
            data = node.args[1] if len(node.args) > 1 else given.get("data")
            found = [data, given.get("validation")]
            first, second = (one.id if isinstance(one, ast.Name) else "" for one in found)
            return first, second
    return "", ""


def _word(source: SourceText, node: ast.stmt, word: str, name: str) -> Edit:
    """The edit of the first occurrence of a word in a statement, after its decorators."""
    decorators = getattr(node, "decorator_list", [])
    begin = source.end(decorators[-1]) if decorators else source.start(node)
    place = re.compile(rf"\b{re.escape(word)}\b").search(source.text, begin)
    if place is None:
        raise ProgramError("source", f"code cannot be read: {word!r} is in the wrong place")
    return Edit(place.start(), place.end(), name)


def _own_names(node: _Scope) -> frozenset[str]:
    """The names that are a function's or a class's own."""
    if isinstance(node, ast.ClassDef):
        return frozenset(_stored(node.body))
    spec = node.args
    found = {one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
    found |= {one.arg for one in (spec.vararg, spec.kwarg) if one is not None}
    if isinstance(node, ast.Lambda):
        return frozenset(found)
    outer = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
    return frozenset((found | set(_stored(node.body))) - outer)


def _targets(node: ast.AST) -> Iterator[str]:
    for generator in getattr(node, "generators", []):
        for one in ast.walk(generator.target):
            if isinstance(one, ast.Name):
                yield one.id


def _stored(nodes: list[ast.stmt]) -> Iterator[str]:
    """The names that these statements define, without those inside functions and classes."""
    waiting: list[ast.AST] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
            waiting += reversed(list(ast.iter_child_nodes(node)))
