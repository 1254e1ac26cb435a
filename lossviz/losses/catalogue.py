"""The catalogue: every loss by name and alias, and the losses that suit a task."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lossviz._arguments import ArgumentError, unknown_name
from lossviz._parameter import Parameter
from lossviz.losses import classification, detection, overlap, regression, sequence
from lossviz.losses.card import Loss
from lossviz.losses.suitability import PLAIN_WORDS, SUITS, Suits, Targets

_losses: dict[str, Loss] = {}
_names: dict[str, str] = {}


def names(task: str | None = None) -> list[str]:
    """The names of the losses in the catalogue.

    Args:
        task: when given, only those that suit this task, best first.

    Raises:
        ArgumentError: for an unknown task.

    Example:
        >>> import lossviz
        >>> lossviz.losses.names("image_classification")[0]
        'cross_entropy'
    """
    if task is None:
        return list(_losses)
    if task not in SUITS:
        raise unknown_name("task", task, SUITS)
    own = [loss.name for loss in _losses.values() if loss.family == "own" and task in loss.tasks]
    return list(dict.fromkeys([*SUITS[task].losses, *own]))


def aliases() -> list[str]:
    """The other names under which `get` finds losses."""
    return [name for name in _names if name not in _losses]


def get(name: str) -> Loss:
    """The loss of this name or alias.

    Raises:
        ArgumentError: for an unknown name; the message names the nearest ones.
        TypeError: if `name` is not a string.

    Example:
        >>> import lossviz
        >>> lossviz.losses.get("log_loss").name
        'cross_entropy'
    """
    if not isinstance(name, str):
        raise TypeError(f"loss: got {name!r}; it must be the name of a loss, such as 'quadratic'.")
    key = _key(name)
    if key not in _names:
        raise unknown_name("loss", name, _names)
    return _losses[_names[key]]


def register(
    function: Callable[..., Any],
    *,
    title: str | None = None,
    tasks: Iterable[str] = (),
    name: str | None = None,
    formula: str = "",
    advice: str = "",
    reference: str = "",
) -> Loss:
    """Add your own loss to the catalogue, for this session.

    Registering the same name again replaces the earlier one, so that a cell can be run twice;
    names of built-in losses are reserved.

    Args:
        function: `f(target, output, **parameters)`, returning the mean loss of a batch as a scalar
            tensor. Parameters with numbers or bools as defaults become fields of the lab.
        title: the display name; by default the function's name.
        tasks: the names of the tasks that it suits.
        name: the name in the catalogue; by default the function's name.
        formula: LaTeX.
        advice: when to use it.
        reference: where it comes from.

    Returns:
        The loss, as `get` returns it from now on.

    Raises:
        TypeError: when `function` cannot be called with a target and an output.
        ArgumentError: when the name is taken or a task is unknown.

    Example:
        >>> import lossviz
        >>> import tensorflow as tf
        >>> def cubic(target, output):
        ...     return tf.reduce_mean(tf.abs(output - target) ** 3)
        >>> lossviz.losses.register(cubic, title="Cubic", tasks=["image_classification"]).name
        'cubic'
    """
    loss = own(function, name=name)
    taken = _names.get(_key(loss.name))
    if taken is not None and _losses[taken].family != "own":
        raise ArgumentError(
            "name", f"name: {loss.name!r} is a {taken!r} of the catalogue; choose another name."
        )
    tasks = (tasks,) if isinstance(tasks, str) else tuple(tasks)
    for task in tasks:
        if task not in SUITS:
            raise unknown_name("tasks", task, SUITS)
    loss = replace(
        loss,
        title=title or loss.title,
        tasks=tasks,
        formula=formula,
        advice=advice or loss.advice,
        reference=reference,
    )
    _losses[loss.name] = loss
    _names[_key(loss.name)] = loss.name
    return loss


def suit(task: str, names: Iterable[str], *, targets: Targets, words: str = "") -> None:
    """Say which losses suit a task, as `lossviz.tasks.register` does for each.

    Args:
        task: the task's name.
        names: names of losses in the catalogue, best first, at least one.
        targets: what the task's targets are.
        words: the same in words, within a sentence, such as `"a class for each pixel"`.

    Raises:
        ArgumentError: for an unknown loss, or none.
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    if not names:
        raise ArgumentError("losses", "losses: got none; a task needs at least one that suits it.")
    if targets not in PLAIN_WORDS:
        raise unknown_name("targets", targets, PLAIN_WORDS)
    found = tuple(dict.fromkeys(get(name).name for name in names))
    SUITS[task] = Suits(targets, words or PLAIN_WORDS[targets], found)
    for name, loss in _losses.items():
        if loss.family != "own":
            _losses[name] = replace(loss, tasks=_suited(name))


def _suited(name: str) -> tuple[str, ...]:
    return tuple(task for task, suits in SUITS.items() if name in suits.losses)


def _key(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def own(function: Callable[..., Any], *, name: str | None = None) -> Loss:
    """A user's function as a `Loss`, outside the catalogue.

    Raises:
        TypeError: when `function` cannot be called as `f(target, output)`.
    """
    if not callable(function):
        raise TypeError(f"loss: got {function!r}; it must be a function f(target, output).")
    found: str = name or getattr(function, "__name__", None) or type(function).__name__
    if found == "<lambda>":
        found = "own_loss"
    params: dict[str, Parameter] = {}
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # builtins and some C callables have none
        signature = None
    if signature is not None:
        try:
            signature.bind(None, None)
        except TypeError:
            raise TypeError(
                f"loss: {found}{signature} cannot be called as f(target, output); any other "
                "parameters need defaults."
            ) from None
        for parameter in list(signature.parameters.values())[2:]:
            default = parameter.default
            if isinstance(default, bool):
                params[parameter.name] = Parameter(default=default, kind="switch", help="")
            elif isinstance(default, int | float):
                params[parameter.name] = Parameter(default=default, help="")
    advice = (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")
    title = found.replace("_", " ").strip().capitalize()
    return Loss(
        function=function, name=found, title=title, advice=advice, params=params, shapes="any"
    )


def _add(loss: Loss) -> None:
    _losses[loss.name] = replace(loss, tasks=_suited(loss.name))
    for name in (loss.name, *loss.aliases):
        _names[name] = loss.name


for _loss in (
    *regression.LOSSES,
    *classification.LOSSES,
    *overlap.LOSSES,
    *sequence.LOSSES,
    *detection.LOSSES,
):
    _add(_loss)
