"""Every message between a kernel and a page, typed.

`make protocol` writes the same in TypeScript from this file.
Numbers of a run travel in the message's binary buffers, little-endian, never as JSON.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from lossviz.wire.lab_traits import KeptLoss

PROTOCOL = 2
"""The version of these messages. A page and a kernel of different ones do not understand each
other."""

Status = Literal["queued", "running", "paused", "completed", "stopped", "failed", "interrupted"]
"""The life of a run. The first three are alive, the others are ends."""


class ErrorState(TypedDict):
    """Why a run failed, in words for a newcomer, with the traceback one click away."""

    message: str
    traceback: str
    step: int


class Progress(TypedDict):
    """Where a run is. Sent with every append, so its keys are few and its values short."""

    step: int
    """Steps taken so far."""
    epoch: int
    """The current epoch, counted from 1; 0 before the first step."""
    epoch_start: int
    """Index in the run's series of the current epoch's first step."""
    phase: str
    """What the trainer is doing: "waiting", "compiling", "training", "validating" or ""."""
    rate: float
    """Steps per second over the last seconds; 0 while unknown."""
    left: float | None
    """Seconds to the end of the run; None while unknown and after the end."""
    seconds: float
    """When the latest step was taken, in seconds since the run started, pauses included."""


class EpochRow(TypedDict):
    """The means of one finished epoch. A loss that is not finite travels as None."""

    epoch: int
    """Counted from 1."""
    first_step: int
    steps: int
    metrics: dict[str, float | None]
    """Keras' names: loss, val_loss, accuracy, val_accuracy, ..."""
    low: float | None
    """A tenth of the epoch's steps had a smaller loss."""
    high: float | None
    """A tenth of the epoch's steps had a greater loss."""
    seconds: float | None
    """When its last step was taken, in seconds since the run started."""
    learning_rate: float | None
    """That of its last step."""


class EventMark(TypedDict):
    """Something that happened to a run, to be marked on its charts."""

    kind: str
    """Such as "learning_rate", "paused", "resumed", "nan", "warning", "failed"."""
    step: int
    """How many steps had been taken."""
    text: str


class SeriesState(TypedDict):
    """What there is to know of a series of a run beside its values."""

    name: str
    kind: Literal["step", "logged", "resource"]
    """One value for each step; or at some steps only, logged by user code, or what the process
    uses, about once a second."""
    unit: str
    """Such as "MB"; "" for a plain number."""


class RunState(TypedDict):
    """All that a page shows of a run beside its series."""

    id: str
    name: str
    status: Status
    epochs: int
    """How many epochs the run is asked to make."""
    steps_per_epoch: int | None
    device: str
    colour: int
    """Index in the palette of run colours."""
    loss: str
    """The name of the loss."""
    events: list[EventMark]
    """The latest of each kind, without starts and ends that went well."""
    checkpoints: list[int]
    """After which steps one was written; of many an even choice."""
    error: ErrorState | None
    series: list[SeriesState]
    """What a page can ask for; "loss" first."""


class EarlierRun(TypedDict):
    """A run of the same lab before the one that is followed, bounded in size."""

    run: RunState
    progress: Progress
    rows: list[EpochRow]
    last: float | None
    """The loss of its last step."""
    best: float | None
    """The least loss of all its steps."""


class SeriesPart(TypedDict):
    """A range of a series in bounded size: buckets, then raw values.

    Buffers: `[minimum, maximum, raw]`, float32. `minimum` and `maximum` hold `buckets` values each:
    bucket i covers the steps `start + i * width` to `start + (i + 1) * width`. `raw` holds every
    step from `raw_start` on. Of a `sparse` series two more, float64: the steps at which the first
    value of each bucket and each raw value stand; `raw_start` counts its values, not steps.
    """

    name: str
    start: int
    width: int
    buckets: int
    raw_start: int
    best: float | None
    """The least value of all; None of a sparse series."""
    sparse: bool


class SeriesNews(TypedDict):
    """What is new of a series. Buffers: `[values]`, float32; of a sparse one their steps, too."""

    name: str
    start: int
    """Index in the series of the first value."""
    sparse: NotRequired[bool]
    part: NotRequired[SeriesPart]
    """There were more values than may travel: this, and its buffers, take the place of all that the
    page holds."""


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
    """Of a run with thousands of epochs some; the least and the greatest losses among them."""
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
    line goes on to `progress.step` and `progress.seconds`."""
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
    """Put the program, the `text` of the trait `code`, on show; the answer to a person's press."""

    type: Literal["program"]
    page: str
    run: bool
    """Whether to run its cell: Train was pressed and nothing stands in the way."""
    revision: int
    """The program's revision; what the page has typed since belongs to it, too."""


class Script(TypedDict):
    """The same training without lossviz, as the answer to the command `script`."""

    type: Literal["script"]
    page: str
    text: str
    message: str
    """What is to be known about it; without a text, why there is none."""


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
    """What the model says of a few held-out samples, as the answer to the command `predict`."""

    type: Literal["predictions"]
    page: str
    figure: str
    """A Plotly figure as JSON; "" where there is none."""
    text: str
    """Why there is none; else ""."""


class Plotly(TypedDict):
    """Plotly's bundle for a page without the extension. Buffers: `[JavaScript text, UTF-8]`."""

    type: Literal["plotly"]
    page: str


class Attach(TypedDict):
    """A page asks for a snapshot: at its start, when it shows other series, and after a gap."""

    type: Literal["attach"]
    page: str
    protocol: int
    """The version of the messages that it understands."""
    series: list[str]
    """Those that it shows, beside "loss", which comes always."""


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
    """Up to so many steps come raw; of more, the extremes of so many buckets."""
    smoothing: float
    """The weight of the past in a moving average of the steps, from 0 (none) to under 1: for more
    steps than the page could average itself."""


class Edit(TypedDict):
    """A person changed a field. `value` is the text as typed, or the value that was chosen."""

    type: Literal["edit"]
    page: str
    number: int
    """Counts the page's edits, from 1."""
    field: str
    value: str


class Source(TypedDict):
    """What stands in an editor of the program on a page, after a person has typed there."""

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


class KeptLosses(TypedDict):
    """The losses that the notebook keeps, told to a lab that does not know them yet."""

    type: Literal["kept_losses"]
    page: str
    losses: list[KeptLoss]


class Command(TypedDict):
    """A person pressed a button."""

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


class PlotlyRequest(TypedDict):
    """A page without the extension asks for Plotly, once."""

    type: Literal["plotly"]
    page: str


FromKernel = Snapshot | Append | Range | Program | Predictions | Plotly | Script | Comparison
FromPage = (
    Attach | Detach | Seen | RangeRequest | Edit | Command | PlotlyRequest | Source | KeptLosses
)
