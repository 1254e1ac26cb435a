"""The traits of a lab that its pages show, typed; always the whole of what holds now.

`make protocol` writes the same in TypeScript from this file.
"""

from __future__ import annotations

from typing import Literal, TypedDict


class Choice(TypedDict):
    """One line of a drop-down."""

    value: str
    label: str
    group: str
    """The heading under which it is grouped; "" for none."""


class Action(TypedDict):
    """A button next to a field, and its command."""

    command: str
    label: str


class LossShape(TypedDict):
    """A small picture of a loss: its value against a prediction, from the loss itself."""

    predictions: list[float]
    """Ascending, at most 64."""
    values: list[float | None]
    """The loss of each; None where it is no finite number."""
    text: str
    """What the picture shows, in words."""


class Field(TypedDict):
    """One field of the form, as the kernel wants it shown."""

    name: str
    label: str
    """Its visible and its accessible name, such as "Learning rate"."""
    kind: Literal["choice", "text", "check"]
    value: str
    """What was typed or chosen; of a check box "True" or "False"."""
    choices: list[Choice]
    group: Literal["task", "loss", "optimizer", "training", "advanced"]
    """Fields of one group are shown together, in the order of the list."""
    indent: bool
    """A parameter of the field above it, such as a loss's label smoothing."""
    changed: bool
    """Whether it says something else than its default."""
    help: str
    """One plain sentence; also the field's description for a screen reader."""
    formula: str
    """LaTeX under a drop-down, or "". """
    shape: LossShape | None
    """A picture beside the formula, once it has been computed."""
    advice: str
    """When to use what is chosen, or "". """
    error: str
    """What is accepted, where the value is bad; else ""."""
    note: str
    """Such as "Applies to the next run."; else ""."""
    warning: str
    """Why what is chosen may not do what is wanted; else ""."""
    actions: list[Action]


class StatusLine(TypedDict):
    """The line below a lab's buttons, with role status, and TensorFlow's own line."""

    text: str
    kind: Literal["info", "warning", "error"]
    details: str
    """A traceback or longer explanation behind a disclosure; "" for none."""
    tensorflow: str
    """Such as "TensorFlow is loading..."; "" when it is ready."""
    actions: list[Action]
    """Actions that the notice offers."""
    preparing: bool
    """Whether a program is on its way to start a run, and none trains."""


class Form(TypedDict):
    """The trait `form` of the lab: the fields and which commands make sense now."""

    fields: list[Field]
    commands: list[str]
    """Commands that can be given now; Train always explains itself instead of vanishing."""
    edits: dict[str, int]
    """By page, the number of the last edit that is in these fields. Until its own last edit is,
    a page keeps what was typed there: a late answer must not overwrite it."""


class SavedLoss(TypedDict):
    """A custom loss function that was replaced by another."""

    title: str
    loss: str
    """The name of the loss from which it was made."""
    text: str
    """The function's source. It is never run from here: choosing it writes it into the program."""


class TextEdit(TypedDict):
    """Replace `start` to `end` by `text`, counted in UTF-16 units as JavaScript does."""

    start: int
    end: int
    text: str


class ProgramState(TypedDict):
    """The trait `program` of the lab: the program's text. A page never runs it by itself."""

    lab: str
    """The lab's display name, such as "Loss lab 1"."""
    start: str
    """A mark of the settings that the lab was made with; a cell of the same ones is taken over."""
    revision: int
    """0 until the text is written for the first time."""
    text: str
    edits: list[TextEdit]
    """From the text of the revision before to this one; of one text, none overlaps another."""
    state: Literal["in_step", "edited", "unreadable"]
    message: str
    """What is edited, such as "custom loss based on dice", or why the text cannot be read."""
    cell: str
    """The id of the notebook cell that holds the text; "" where there is none."""
    made_from: str
    """The name of the loss from which a custom one was made; else ""."""
    by: str
    """The page on which the latest change was made."""
    handled: dict[str, int]
    """By page, the number of its last source that is in this text."""
    kept: list[SavedLoss]
