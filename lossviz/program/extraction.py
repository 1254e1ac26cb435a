"""A function of lossviz with everything it needs, as source that works without lossviz.

The text is taken from the modules themselves, so it cannot drift from what is tested.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

from lossviz.program.cleaning import cleaned
from lossviz.program.source_text import first_line


@dataclass
class Extract:
    """Definitions, each before its first use, and the imports they need.

    Attributes:
        imports: import statements.
        constants: assignments that need nothing else.
        definitions: the other constants, functions and classes, by the root that needs them first.
    """

    imports: set[str] = field(default_factory=set)
    constants: list[str] = field(default_factory=list)
    definitions: dict[str, list[str]] = field(default_factory=dict)

    def join(self, other: Extract) -> None:
        """Take what another one holds, too."""
        self.imports |= other.imports
        self.constants += [
            constant for constant in other.constants if constant not in self.constants
        ]
        self.definitions |= other.definitions


def extract(roots: dict[str, Any], replaced: Collection[str]) -> Extract:
    """Functions with everything of lossviz' own that they need.

    Args:
        roots: the functions, by the name that each gets in the text.
        replaced: names of the package's that the caller defines, for the code that uses them.
    """
    used: set[str] = set()
    while True:
        found = _Closure(roots, replaced, used)
        if found.attributes <= used:
            return found.extract
        # A class keeps the methods that something uses; those may use others.
        used |= found.attributes


class _Closure:
    def __init__(self, roots: dict[str, Any], replaced: Collection[str], used: set[str]) -> None:
        self.extract = Extract()
        self.attributes: set[str] = set()
        self._replaced, self._used = replaced, used
        self._seen: set[tuple[str, str]] = set()
        for name, function in roots.items():
            self._group = self.extract.definitions[name] = []
            self._add(sys.modules[function.__module__], function.__name__, name)

    def _add(self, module: ModuleType, name: str, new: str = "") -> None:
        """Add a name of a module, after all that it needs."""
        if (module.__name__, name) in self._seen:
            return
        self._seen.add((module.__name__, name))
        statement = _statements(module)[name]
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            self._import(statement, name)
            return
        if name in self._replaced:
            return
        if isinstance(statement, ast.Assign):
            for target in ast.walk(statement.targets[0]):
                if isinstance(target, ast.Name):
                    self._seen.add((module.__name__, target.id))
        text, members = cleaned(_text(module, statement), self._modules(module), self._used, new)
        tree = ast.parse(text)
        for inside, attribute in sorted(members):
            self._add(self._modules(module)[inside], attribute)
        own = {name, new, *(attribute for _, attribute in members)}
        for needed in needs(tree):
            if needed in _statements(module) and needed not in own:
                self._add(module, needed)
        self.attributes |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        first = tree.body[0]
        plain = isinstance(first, ast.Assign) and not any(
            isinstance(node, ast.Name) for node in ast.walk(first.value)
        )
        (self.extract.constants if plain else self._group).append(text)

    def _import(self, statement: ast.Import | ast.ImportFrom, name: str) -> None:
        alias = next(one for one in statement.names if (one.asname or one.name) == name)
        if isinstance(statement, ast.Import) or not (statement.module or "").startswith("lossviz"):
            single = ast.Import([alias])
            if isinstance(statement, ast.ImportFrom):
                single = ast.ImportFrom(statement.module, [alias], 0)  # type: ignore[assignment]
            self.extract.imports.add(ast.unparse(single))
        elif statement.module == "lossviz._tensorflow":
            self.extract.imports.add("import tensorflow as tf")
        else:
            self._add(importlib.import_module(str(statement.module)), alias.name)

    def _modules(self, module: ModuleType) -> dict[str, ModuleType]:
        """The modules of lossviz that a module has imported, by the name they have there."""
        return {
            name: value
            for name, value in vars(module).items()
            if isinstance(value, ModuleType) and value.__name__.startswith("lossviz.")
        }


@cache
def _statements(module: ModuleType) -> dict[str, ast.stmt]:
    """The top-level statement that defines each name of a module."""
    found: dict[str, ast.stmt] = {}
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign):
            for node in ast.walk(statement.targets[0]):
                if isinstance(node, ast.Name):
                    found[node.id] = statement
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                found[alias.asname or alias.name] = statement
    return found


def _text(module: ModuleType, statement: ast.stmt) -> str:
    lines = inspect.getsource(module).splitlines(keepends=True)
    return "".join(lines[first_line(statement) - 1 : statement.end_lineno])


def needs(tree: ast.Module) -> list[str]:
    """The names that a text uses and does not bind itself, in the order of their use."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Assign):
        bound = set()
    loads = [node for node in names if isinstance(node.ctx, ast.Load)]
    loads.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in loads if node.id not in bound))
