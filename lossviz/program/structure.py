"""Where the parts of a program are: what the call of `lossviz.train` leads back to."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lossviz.program.source_text import ProgramError, SourceText, constant

_SAME_PLACES = {"keras": "tensorflow.keras"}
_USUAL = {"lossviz": "lossviz", "tf": "tensorflow", "keras": "keras"}
"""What these names mean in a cell whose imports are in another."""


@dataclass(frozen=True)
class Literal:
    """A value that the program writes out, and the expression that says it."""

    value: Any
    node: ast.expr


class ProgramStructure:
    """The call of `lossviz.train` in a program, and what its arguments were made from.

    Only names that are bound at the top level, before the call, are followed.

    Attributes:
        source: the program.
        train: the last call of `lossviz.train`.
        statement: the top-level statement that contains the call.

    Raises:
        ProgramError: when the program does not call `lossviz.train`.
    """

    def __init__(self, source: SourceText) -> None:
        self.source = source
        # One walk over the tree for all that is looked for in it.
        self._nodes = {one: _within(one) for one in source.tree.body}
        imported = dict(_imported(node for nodes in self._nodes.values() for node in nodes))
        usual = {name: one for name, one in _USUAL.items() if one not in imported.values()}
        self._modules = usual | imported
        for statement in reversed(source.tree.body):
            calls = [
                node
                for node in self._nodes[statement]
                if isinstance(node, ast.Call) and self.qualified(node.func) == "lossviz.train"
            ]
            if calls and not isinstance(statement, ast.FunctionDef):
                self.statement, self.train = statement, calls[-1]
                break
        else:
            raise ProgramError("source", "code has no call of lossviz.train at its top level")
        self._bound: dict[str, ast.stmt] = {}
        for statement in source.tree.body[: source.tree.body.index(self.statement)]:
            self._bind(statement)
        names = [
            node for nodes in self._nodes.values() for node in nodes if isinstance(node, ast.Name)
        ]
        self._loads = Counter(one.id for one in names if isinstance(one.ctx, ast.Load))
        self._stores = Counter(one.id for one in names if not isinstance(one.ctx, ast.Load))

    def _bind(self, statement: ast.stmt) -> None:
        """Note what a statement at the top level binds; what it binds in other ways is unknown."""
        if isinstance(statement, ast.FunctionDef):
            self._bound[statement.name] = statement
            return
        for node in self._nodes[statement]:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self._bound.pop(node.id, None)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self._bound.pop(node.name, None)
            elif isinstance(node, ast.alias):
                self._bound.pop((node.asname or node.name).partition(".")[0], None)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                self._bound[target.id] = statement

    def qualified(self, node: ast.AST | None) -> str:
        """The full dotted name, such as `"tensorflow.keras.Model"`; "" for nothing imported."""
        trail: list[str] = []
        while isinstance(node, ast.Attribute):
            trail.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._modules:
            return ""
        first = self._modules[node.id]
        head, _, rest = first.partition(".")
        first = f"{_SAME_PLACES.get(head, head)}{'.' if rest else ''}{rest}"
        return ".".join([first, *reversed(trail)])

    def argument(self, call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
        """The argument of this name or position, or None."""
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value
        if position is not None and position < len(call.args):
            node = call.args[position]
            return None if isinstance(node, ast.Starred) else node
        return None

    def bound(self, node: ast.expr | None) -> ast.stmt | None:
        """The statement that assigned a name its value, or None."""
        return self._bound.get(node.id) if isinstance(node, ast.Name) else None

    def origin(self, node: ast.expr | None) -> ast.expr | None:
        """The expression behind a name; the node itself unless it is a name that is bound here."""
        statement = self.bound(node)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            return statement.value
        return node

    def function(self, node: ast.expr | None) -> ast.FunctionDef | None:
        """The function that a name refers to, or None."""
        statement = self.bound(node)
        return statement if isinstance(statement, ast.FunctionDef) else None

    def literal(self, node: ast.expr | None) -> Literal | None:
        """The value that an argument writes out, through a name that is bound once to a literal.

        The place to change is the literal itself; but where the name has other uses too, only
        this use of it.
        """
        if node is None:
            return None
        place = node
        if isinstance(node, ast.Name):
            behind = self.origin(node)
            if behind is None or behind is node or self._stores.get(node.id) != 1:
                return None
            place = behind if self._loads.get(node.id) == 1 else node
            node = behind
        try:
            return Literal(constant(node), place)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None

    def stands_alone(self, node: ast.expr) -> bool:
        """Whether an expression uses no name that the program binds before the training."""
        names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
        if names == [node] and self.origin(node) is node:
            return True  # `data = data`
        return not any(name.id in self._bound for name in names)

    def tensorflow(self) -> dict[str, str]:
        """The names that refer to TensorFlow here, each as `"tf"`; another `tf` is not one."""
        names = {name: "tf" for name, module in self._modules.items() if module == "tensorflow"}
        return names if "tf" in names else names | {"tf": "another tf"}

    def uses(self, node: ast.expr) -> int:
        """How often the program uses the name; 0 for anything but a name."""
        return self._loads.get(node.id, 0) if isinstance(node, ast.Name) else 0

    def knows(self, name: str) -> bool:
        """Whether the program uses this name for something."""
        return any(name in one for one in (self._loads, self._stores, self._bound, self._modules))

    def calls(self, name: str) -> Iterator[tuple[ast.stmt, ast.Call]]:
        """Top-level statements that are just a call of this qualified name."""
        for statement in self.source.tree.body:
            call = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(call, ast.Call) and self.qualified(call.func) == name:
                yield statement, call

    def task_call(self, node: ast.expr | None, method: str) -> ast.Call | None:
        """`node` where it is a call of this method of a task, such as `task.load(...)`."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return None
        of_task = self.task_get(node.func.value)
        return node if node.func.attr == method and of_task is not None else None

    def task_get(self, node: ast.expr | None) -> ast.Call | None:
        """The call of `lossviz.tasks.get` behind an expression, or None."""
        behind = self.origin(node)
        if isinstance(behind, ast.Call) and self.qualified(behind.func) == "lossviz.tasks.get":
            return behind
        return None


def _within(statement: ast.stmt) -> list[ast.AST]:
    """The nodes of a statement that have a place: half of what `ast.walk` yields, in its order."""
    found: list[ast.AST] = [statement]
    for node in found:
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                found += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                found.append(value)
    return found


def _imported(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                head = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (head, head)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
