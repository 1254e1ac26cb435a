"""A user's own functions with what they need of their notebook, as self-contained source."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from lossviz._arguments import ArgumentError
from lossviz.program.extraction import Extract, needs

TAKEN = {"data", "inputs", "targets", "validation_inputs", "validation_targets", "model"}
"""Names that a script uses itself between loading the data and building the model."""


def is_own(function: Any) -> bool:
    """Whether a function is a user's, not lossviz' own."""
    return not str(getattr(function, "__module__", "")).startswith("lossviz.")


def own_source(roots: Mapping[str, Callable[..., Any]]) -> Extract:
    """Functions of a user's with the functions, classes, imports and plain values they need.

    Args:
        roots: the functions, by what each is for.

    Raises:
        ArgumentError: for a function without a text, such as a lambda, and for one that needs
            something that a text cannot hold, such as an array of the notebook.
    """
    found = Extract()
    seen: set[int] = set()
    for purpose, function in roots.items():
        _add(function, purpose, found, found.definitions.setdefault(purpose, []), seen)
    return found


def _add(function: Any, purpose: str, found: Extract, into: list[str], seen: set[int]) -> None:
    if id(function) in seen:
        return
    seen.add(id(function))
    text, tree = _text(function, purpose)
    values = vars(inspect.getmodule(function)) if inspect.isclass(function) else {}
    values = getattr(function, "__globals__", values)
    for name in needs(tree):
        if name == tree.body[0].name or name not in values:  # type: ignore[attr-defined]
            continue  # itself, or one of Python's own
        value = values[name]
        if name in TAKEN:
            raise _refused(
                purpose, f"needs the notebook's {name!r}, which is also a name in the script"
            )
        if isinstance(value, ModuleType):
            _of_module(value.__name__, "", name, purpose, found)
        elif _is_library(value, function.__module__):
            _of_module(value.__module__, value.__qualname__, name, purpose, found)
        elif inspect.isfunction(value) or inspect.isclass(value):
            _add(value, purpose, found, into, seen)
        elif _is_plain(value):
            found.constants.append(f"{name} = {value!r}\n")
        else:
            raise _refused(purpose, f"needs the notebook's {name!r}, which is not a plain value")
    into.append(text)


def _text(function: Any, purpose: str) -> tuple[str, ast.Module]:
    if getattr(function, "__closure__", None):
        raise _refused(purpose, "was defined inside another function")
    try:
        text = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        raise _refused(purpose, "has no source code") from None
    if len(tree.body) != 1 or not isinstance(tree.body[0], (ast.FunctionDef, ast.ClassDef)):
        raise _refused(purpose, "is not defined with def")
    return text.strip("\n") + "\n", tree


def _is_library(value: Any, home: str) -> bool:
    """Whether it can be imported from its module, which may not be where it is used."""
    module = sys.modules.get(getattr(value, "__module__", None) or "__main__")
    if module is None or module.__name__ in {"__main__", home}:
        return False
    return getattr(module, str(getattr(value, "__qualname__", "")), None) is value


def _of_module(module: str, member: str, name: str, purpose: str, found: Extract) -> None:
    if module.partition(".")[0] == "lossviz":
        if (member, name) == ("Data", "Data"):
            return  # a script has a namespace of that name
        raise _refused(purpose, f"needs lossviz itself, as {name!r}")
    alias = "" if name == (member or module) else f" as {name}"
    line = f"from {module} import {member}{alias}" if member else f"import {module}{alias}"
    found.imports.add(line)


def _is_plain(value: Any) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _refused(purpose: str, why: str) -> ArgumentError:
    what = {"load_data": "load", "build_model": "model"}.get(purpose, purpose)
    return ArgumentError(
        "task",
        f"task: the script cannot include the task's own function for {what!r}: it {why}. "
        "Functions and classes can be included if they use only imports and plain values.",
    )
