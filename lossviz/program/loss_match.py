"""Which loss of the catalogue a function is, whatever its names, comments and spacing."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lossviz import losses
from lossviz.losses import Loss
from lossviz.program.canonical import canonical
from lossviz.program.loss_source import loss_function


def matching(
    function: ast.FunctionDef, first: str = "", known_as: Mapping[str, str] | None = None
) -> tuple[Loss, dict[str, str]] | None:
    """The loss that the function is, and what it calls the loss's parameters, or None.

    Args:
        function: a function as it is parsed.
        first: the loss to try first, where several are written alike.
        known_as: names from outside the function, and what the catalogue calls them.
    """
    positions = canonical(function, known_as)
    names = canonical(function, known_as, keywords=True)
    own = parameters(function)
    for name in sorted(losses.names(), key=lambda one: one != first):
        loss = losses.get(name)
        known = _known(loss)
        if names == known.by_name and set(own) == set(known.parameters):
            return loss, {parameter: parameter for parameter in known.parameters}
        if positions == known.by_position and len(own) == len(known.parameters):
            return loss, dict(zip(known.parameters, own, strict=True))
    return None


def nearest(function: ast.FunctionDef | None) -> str:
    """The name of the loss from which the function was probably made; "" for no function."""
    if function is None:
        return ""
    own = canonical(function)
    title = (ast.get_docstring(function) or "").partition("\n")[0]

    def likeness(name: str) -> float:
        known = _known(losses.get(name))
        alike = difflib.SequenceMatcher(None, own.split(), known.by_position.split(), False)
        return alike.ratio() + (bool(title) and title == known.title)

    return max(losses.names(), key=likeness)


def parameters(function: ast.FunctionDef) -> dict[str, ast.expr | None]:
    """The parameters behind target and output, in their order, with their defaults."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    pairs = [*zip(positional, defaults, strict=True)][2:]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return {argument.arg: default for argument, default in pairs}


class _Known:
    def __init__(self, loss: Loss) -> None:
        params = {name: card.default for name, card in loss.params.items()}
        function = ast.parse(loss_function(loss, params)).body[0]
        assert isinstance(function, ast.FunctionDef)
        self.by_position = canonical(function)
        self.by_name = canonical(function, keywords=True)
        self.parameters = list(parameters(function))
        self.title = (ast.get_docstring(function) or "").partition("\n")[0]


@lru_cache(maxsize=256)
def _cached(name: str, function: Any) -> _Known:
    return _Known(losses.get(name))


def _known(loss: Loss) -> _Known:
    """How the loss looks; a loss that was registered again is read again."""
    return _cached(loss.name, loss.function)
