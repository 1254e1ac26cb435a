"""What messages say of runs and their series.

`make protocol` writes the same in TypeScript from this file.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

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
    """What there is to know of a series of a run besides its values."""

    name: str
    kind: Literal["step", "logged", "resource"]
    """One value for each step; or at some steps only, logged by user code, or what the process
    uses, about once a second."""
    unit: str
    """Such as "MB"; "" for a plain number."""


class RunState(TypedDict):
    """All that a page shows of a run besides its series."""

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
    value of each bucket and each raw value are; `raw_start` counts its values, not steps.
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
