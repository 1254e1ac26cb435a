"""Fields of the form: what is shown, and how text and value become each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

from lossviz._arguments import ArgumentError
from lossviz._parameter import Parameter
from lossviz.wire.lab_traits import Action, Choice, Field

Group = Literal["task", "loss", "optimizer", "training", "advanced"]


def plain_field(
    name: str,
    label: str,
    kind: Literal["choice", "text", "check"],
    value: str,
    group: Group,
    *,
    choices: Iterable[Choice] = (),
    help_: str = "",
    error: str = "",
    indent: bool = False,
) -> Field:
    """A field without formula, advice, note, warning and buttons."""
    return {
        "name": name,
        "label": label,
        "kind": kind,
        "value": value,
        "choices": list(choices),
        "group": group,
        "indent": indent,
        "changed": False,
        "help": help_,
        "formula": "",
        "shape": None,
        "advice": "",
        "error": error,
        "note": "",
        "warning": "",
        "actions": [],
    }


def parameter_field(name: str, param: str, card: Parameter, text: str, group: Group) -> Field:
    """The field of a parameter of a loss or an optimizer, with its help and bounds."""
    label = re.sub(r"\bema\b", "EMA", param.replace("_", " ").capitalize(), flags=re.IGNORECASE)
    help_ = f"{card.help} {card.accepted}".strip()
    if card.kind == "switch":
        choices = [choice("False", "No"), choice("True", "Yes")]
        return plain_field(
            name, label, "choice", text, group, choices=choices, help_=help_, indent=True
        )
    error = error_of(lambda value: value_of(card, param, value), text)
    field = plain_field(name, label, "text", text, group, help_=help_, error=error, indent=True)
    if card.kind == "numbers":
        field["actions"] = [action("fill", "Fill from class frequencies")]
    return field


def choice(value: str, label: str, group: str = "") -> Choice:
    """One line of a drop-down."""
    return {"value": value, "label": label, "group": group}


def action(command: str, label: str) -> Action:
    """A button beside a field."""
    return {"command": command, "label": label}


def value_of(card: Parameter, name: str, text: str) -> Any:
    """The value of `text`.

    Raises:
        ArgumentError: when it has none.
    """
    if card.kind == "switch":
        return text == "True"
    if card.kind in {"number", "whole"}:
        return card.check(name, text)
    parts = text.strip().removeprefix("[").removesuffix("]").split(",")
    if parts == [""]:
        return None
    try:
        return card.check(name, parts)
    except ArgumentError as error:
        raise ArgumentError(
            name,
            str(error),
            f"{error.accepted.removesuffix('.')} for each class, with commas between.",
        ) from None


def text_of(value: Any) -> str:
    """How a value is written into its field."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(text_of(one) for one in value)
    if isinstance(value, bool):
        return str(value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def error_of(read: Callable[[str], Any], text: str) -> str:
    """What is accepted, where `read` does not take `text`; else ""."""
    try:
        read(text)
    except ArgumentError as error:
        return error.accepted
    return ""
