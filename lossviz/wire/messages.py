"""Every message between a kernel and a page, typed.

`make protocol` writes the same in TypeScript from this file.
Numbers of a run travel in the message's binary buffers, little-endian, never as JSON.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from lossviz.wire.lab_traits import SavedLoss
from lossviz.wire.run_tables import (
    CompareRequest,
    RunColumns,
    RunColumnsRequest,
    RunComparison,
    RunsChange,
    RunsChanged,
    RunsPart,
    RunsRequest,
)
from lossviz.wire.run_types import (
    EarlierRun,
    EpochRow,
    Progress,
    RunState,
    SeriesNews,
    SeriesPart,
)

PROTOCOL = 2
"""The version of these messages. A page and a kernel of different ones do not understand each
other."""


class Snapshot(TypedDict):
    """The kernel's answer to an Attach: everything a page needs, bounded in size.

    Buffers: `[times, learning_rates]`, then those of each part of `series`. `times` and
    `learning_rates` are the knots of polylines, float64: first numbers of steps taken, then as many
    values, the seconds since the run started and the rate of the step that follows. Two knots with
    the same number of steps are a jump.
    """

    type: Literal["snapshot"]
    page: str
    """The page that asked; other pages ignore the message."""
    sequence: int
    """The next append for this run carries this number plus one."""
    run: RunState | None
    progress: Progress | None
    series: list[SeriesPart]
    """Those that the page has asked for, as far as the run has them."""
    rows: list[EpochRow]
    """Of a run with thousands of epochs some; the lowest and the highest losses among them."""
    earlier: list[EarlierRun]
    """Oldest first."""


class Saved(TypedDict):
    """The trait `saved` of the lab: a small snapshot that stays in a notebook with widget state."""

    message: Snapshot
    buffers: list[bytes]


class Append(TypedDict):
    """What is new since the last append. Buffers: those of each of `series`, in order.

    It is for all pages: one holds what it has asked for, and lets the rest go by.
    """

    type: Literal["append"]
    run: str
    sequence: int
    progress: Progress
    series: list[SeriesNews]
    rows: NotRequired[list[EpochRow]]
    """Epochs that ended since the last append; of very many some, as in a Snapshot."""
    times: NotRequired[list[list[float]]]
    """New knots of the run's times, each a number of steps and seconds. After the last knot the
    line continues to `progress.step` and `progress.seconds`."""
    learning_rates: NotRequired[list[list[float]]]
    """New knots of its learning rate."""
    learning_rate: NotRequired[float]
    """That of the latest steps, where a schedule has changed it since the last knot."""
    state: NotRequired[RunState]
    """Sent when anything in it has changed."""


class Range(TypedDict):
    """Steps of a run, as the answer to a RangeRequest. Buffers: those of its part."""

    type: Literal["range"]
    page: str
    number: int
    run: str
    part: SeriesPart


class Program(TypedDict):
    """Show the program, the `text` of the trait `program`; the answer to a press of a button."""

    type: Literal["program"]
    page: str
    run: bool
    """Whether to run its cell: Train was pressed and nothing prevents it."""
    revision: int
    """The program's revision; what the page has typed since belongs to it, too."""


class Script(TypedDict):
    """The same training without lossviz, as the answer to the command `script`."""

    type: Literal["script"]
    page: str
    text: str
    message: str
    """A remark about it; without a text, why there is none."""


class DiffLine(TypedDict):
    """One line of a comparison."""

    kind: Literal["same", "added", "removed"]
    text: str


class Comparison(TypedDict):
    """A rewritten loss function against the catalogue's, as the answer to `compare`."""

    type: Literal["comparison"]
    page: str
    title: str
    lines: list[DiffLine]


class Predictions(TypedDict):
    """The model's predictions for a few validation samples, as the answer to `predict`."""

    type: Literal["predictions"]
    page: str
    figure: str
    """A Plotly figure as JSON; "" where there is none."""
    text: str
    """Why there is none; else ""."""


class Bundle(TypedDict):
    """A module for a page that cannot have it from the extension. Buffers: `[its text, UTF-8]`."""

    type: Literal["bundle"]
    page: str
    name: Literal["cartesian", "katex", "editor"]


class Attach(TypedDict):
    """A page asks for a snapshot: at its start, when it shows other series, and after a gap."""

    type: Literal["attach"]
    page: str
    protocol: int
    """The version of the messages that it understands."""
    series: list[str]
    """Those that it shows, besides "loss", which comes always."""


class Seen(TypedDict):
    """A page has taken appends: it says so every few seconds while some come."""

    type: Literal["seen"]
    page: str


class Detach(TypedDict):
    """A page's view of the lab is gone, such as when its cell is run again."""

    type: Literal["detach"]
    page: str


class RangeRequest(TypedDict):
    """A page asks for steps that it does not have, or only as buckets."""

    type: Literal["range"]
    page: str
    number: int
    """Counts the page's requests; comes back with the answer."""
    run: str
    series: str
    """Its name."""
    start: int
    """Index of the first step."""
    stop: int
    """Index after the last step."""
    points: int
    """Up to this number of steps come raw; more, as the extremes of this number of buckets."""
    smoothing: float
    """The weight of the past in a moving average of the steps, from 0 (none) to under 1: for more
    steps than the page could average itself."""


class Edit(TypedDict):
    """The user changed a field. `value` is the text as typed, or the value that was chosen."""

    type: Literal["edit"]
    page: str
    number: int
    """Counts the page's edits, from 1."""
    field: str
    value: str


class Source(TypedDict):
    """The text of the program's editor on a page, after the user has typed there."""

    type: Literal["source"]
    page: str
    number: int
    """Counts the page's sources, from 1."""
    revision: int
    """The program's revision from which the text was made; -1 while the page has seen none."""
    text: str
    cell: str
    """The id of the notebook cell that holds it; "" for the lab's own code box."""
    opening: bool
    """Nobody has typed: the page has found a text that is not the program's."""
    made_from: str
    """The loss from which its custom loss was made, where the notebook says so; else ""."""


class SavedLosses(TypedDict):
    """The losses saved in the notebook, for a lab that does not know them yet."""

    type: Literal["kept_losses"]
    page: str
    losses: list[SavedLoss]


class Command(TypedDict):
    """The user pressed a button."""

    type: Literal["command"]
    command: Literal[
        "train",
        "pause",
        "resume",
        "stop",
        "reset",
        "show_code",
        "apply_learning_rate",
        "fill",
        "predict",
        "step",
        "replace",
        "replace_loss",
        "keep_loss",
        "reset_loss",
        "compare",
        "script",
        "save_cell",
        "not_run",
        "cancel_queued",
        "clear_runs",
        "confirm",
        "dismiss",
        "follow",
        "first_weights",
    ]
    page: str
    cell: bool
    """Whether this page can run the program in a real cell."""


class BundleRequest(TypedDict):
    """A page needs a module that is too large to come with every lab, and asks for it once."""

    type: Literal["bundle"]
    page: str
    name: Literal["cartesian", "katex", "editor"]
    """Plotly for flat axes, KaTeX, or CodeMirror."""


FromKernel = (
    Snapshot
    | Append
    | Range
    | Program
    | Predictions
    | Bundle
    | Script
    | Comparison
    | RunsPart
    | RunColumns
    | RunComparison
    | RunsChanged
)
FromPage = (
    Attach
    | Detach
    | Seen
    | RangeRequest
    | Edit
    | Command
    | BundleRequest
    | Source
    | SavedLosses
    | RunsRequest
    | RunColumnsRequest
    | CompareRequest
    | RunsChange
)
