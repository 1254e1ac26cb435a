"""What the view *Runs* asks, and what it is sent.

`make protocol` writes the same in TypeScript from this file.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from lossviz.wire.run_types import Status

Scope = Literal["lab", "kernel", "all"]
"""The runs of this lab, those of this kernel, or all that are recorded."""


class RunsRequest(TypedDict):
    """A page asks for some rows of its table of runs."""

    type: Literal["runs"]
    page: str
    number: int
    """Counts the page's requests; comes back with the answer."""
    scope: Scope
    filter: str
    """Words, each of which occurs in a run's name, loss, task, status, note or hyperparameters;
    `name=value` is a hyperparameter."""
    sort: str
    """The name of a column."""
    descending: bool
    start: int
    """Index of the first row."""
    count: int
    columns: list[str]
    """What else each row is to tell: `config:` or `metric:`, and a name."""
    anew: bool
    """Whether to look for the runs again; else the order sent last remains."""


class ListedRun(TypedDict):
    """A run in the table of runs."""

    id: str
    name: str
    status: Status
    colour: int
    """Index in the palette of run colours."""
    task: str
    loss: str
    device: str
    seed: int | None
    epoch: int
    """The last one that has ended."""
    epochs: int
    """How many it is asked to make."""
    steps: int
    started: float
    """Seconds since 1970."""
    seconds: float | None
    """From its start to its last step."""
    note: str
    error: str
    metric: str
    """The name of the metric that says how good it is, or ""."""
    best: float | None
    """The best value of that."""
    val_loss: float | None
    """The lowest validation loss."""
    last_val_loss: float | None
    values: list[str | float | bool | None]
    """Those of the columns that were asked for, in order."""
    shown: bool
    """Whether it is on the charts."""
    resume: str
    """Why this lab cannot resume it; "" where it can."""


class RunsPart(TypedDict):
    """Some rows of the table of runs, as the answer to a RunsRequest."""

    type: Literal["runs"]
    page: str
    number: int
    total: int
    """How many rows the table has."""
    start: int
    rows: list[ListedRun]
    trouble: str
    """Why there are none; else ""."""


class RunColumnsRequest(TypedDict):
    """A page asks which columns there are besides those of every run."""

    type: Literal["run_columns"]
    page: str
    number: int


class RunColumns(TypedDict):
    """The names of all hyperparameters, and of all metrics, that any recorded run has."""

    type: Literal["run_columns"]
    page: str
    number: int
    config: list[str]
    metrics: list[str]


class CompareRequest(TypedDict):
    """A page asks in what some runs differ."""

    type: Literal["compare_runs"]
    page: str
    number: int
    runs: list[str]


class ComparedRun(TypedDict):
    """The head of a column of a comparison."""

    id: str
    name: str
    colour: int


class ComparedSetting(TypedDict):
    """A hyperparameter in which runs differ; "" where one does not have it."""

    name: str
    values: list[str]


class ComparedMetric(TypedDict):
    """A metric of some runs: of each the last and the best value of its epochs."""

    name: str
    last: list[float | None]
    best: list[float | None]


class RunComparison(TypedDict):
    """Runs side by side, as the answer to a CompareRequest."""

    type: Literal["run_comparison"]
    page: str
    number: int
    runs: list[ComparedRun]
    settings: list[ComparedSetting]
    metrics: list[ComparedMetric]
    warning: str
    """What is not to be compared; else ""."""


class RunsChange(TypedDict):
    """The user changes something about runs."""

    type: Literal["change_runs"]
    page: str
    number: int
    change: Literal["rename", "note", "delete", "show", "hide", "resume"]
    runs: list[str]
    text: str
    """The new name or note; else ""."""
    cell: NotRequired[bool]
    """Whether this page can run a program in a real cell."""


class RunsChanged(TypedDict):
    """The answer to a RunsChange."""

    type: Literal["runs_changed"]
    page: str
    number: int
    trouble: str
    """Why it was not done, or not for all of them; else ""."""
