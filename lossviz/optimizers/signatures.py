"""The arguments of Keras' optimizers, read from its source files.

Importing Keras takes seconds, and a lab is on the page before that: so the names of the
classes, their arguments and defaults are taken from the text of the Keras that is installed. Where
it has no such text, Keras is imported and asked.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lossviz._tensorflow import tf

_EXPORTED = re.compile(r"^from (keras\.src\.optimizers\.\w+) import \(?\s*(\w+) as", re.MULTILINE)
_WRAPPERS = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"}
"""Exported besides the optimizers; these need others to be made of."""


@dataclass(frozen=True)
class Signature:
    """The arguments of an optimizer.

    Attributes:
        defaults: the defaults of those that have one, in their order.
        words: Keras' description of each, its first sentence.
    """

    defaults: dict[str, Any]
    words: dict[str, str]


@cache
def class_names() -> dict[str, str]:
    """The classes in `keras.optimizers` that can be made of a learning rate, and their modules."""
    for exports in ("optimizers/__init__.py", "api/optimizers/__init__.py"):
        text = _text(exports)
        if text:
            return {one: place for place, one in _EXPORTED.findall(text) if one not in _WRAPPERS}
    known = tf.keras.optimizers
    return {
        name: one.__module__
        for name, one in vars(known).items()
        if isinstance(one, type) and issubclass(one, known.Optimizer) and name not in _WRAPPERS
    }


@cache
def signature(class_name: str) -> Signature:
    """The arguments of the class of this name, one of `class_names`."""
    text = _text(class_names()[class_name].partition(".")[2].replace(".", "/") + ".py")
    begin = re.search(rf"^class {class_name}\b", text, re.MULTILINE)
    body = text[begin.end() :] if begin else ""
    header = re.search(r"^    def __init__\(.*?\n?    \)[^:\n]*:\n", body, re.MULTILINE | re.DOTALL)
    if header is None:
        return _asked(class_name)
    function = ast.parse(textwrap.dedent(header[0]) + "    pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    names = [argument.arg for argument in arguments.args][-len(arguments.defaults) :]
    pairs: list[tuple[str, ast.expr | None]] = [*zip(names, arguments.defaults, strict=True)]
    pairs += zip(
        [argument.arg for argument in arguments.kwonlyargs], arguments.kw_defaults, strict=True
    )
    try:
        found = {name: ast.literal_eval(node) for name, node in pairs if node is not None}
    except ValueError:  # a default that is worked out
        return _asked(class_name)
    return Signature(found, _words(body[: header.start()], found))


def _asked(class_name: str) -> Signature:
    one = getattr(tf.keras.optimizers, class_name)
    parameters = inspect.signature(one.__init__).parameters.values()
    found = {
        parameter.name: parameter.default
        for parameter in parameters
        if parameter.default is not parameter.empty
    }
    return Signature(found, _words(inspect.getdoc(one) or "", found))


def _words(docstring: str, names: Any) -> dict[str, str]:
    words = {}
    for name in names:
        said = re.search(rf"^ +{name}: (.*?)(?:\.\s|\Z)", docstring, re.MULTILINE | re.DOTALL)
        if said:
            words[name] = " ".join(said[1].split()).removesuffix(".") + "."
    return words


def _text(path: str) -> str:
    """The text of a file of Keras; "" where there is none."""
    spec = importlib.util.find_spec("keras")
    folders = (spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        try:
            return (Path(folder) / path).read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
    return ""
