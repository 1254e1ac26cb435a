"""What is written of a run, and what is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lossviz.series import Part

CommandKind = Literal["pause", "resume", "stop", "learning_rate"]
COMMANDS: tuple[CommandKind, ...] = get_args(CommandKind)

ENDED = "The run has ended."
"""Why a command is refused."""

ALIVE = frozenset({"queued", "running", "paused"})
ALIVE_IN_SQL = ", ".join(f"'{status}'" for status in sorted(ALIVE))
"""The same, between the brackets of `status IN (...)`."""


@dataclass(frozen=True, kw_only=True)
class RunFields:
    """What is both stored of a run and shown in the table of runs."""

    id: str
    name: str
    number: int
    status: str
    task: str
    loss: str
    config: dict[str, Any]
    program: str
    device: str
    seed: int | None
    epochs: int
    steps: int
    created: float
    ended: float | None = None
    error: str = ""
    note: str = ""

    @property
    def loss_name(self) -> str:
        """The name of its loss. A lab's program calls its function otherwise; the config tells."""
        return str(self.config.get("loss") or self.loss)


@dataclass(frozen=True, kw_only=True)
class RunRow(RunFields):
    """What is stored of a run besides its numbers: columns of the table `runs`."""

    versions: dict[str, str]
    steps_per_epoch: int | None
    written: float = 0.0
    owner: str = ""
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What other processes see of a run at a glance.

    Attributes:
        loss: of the last step; None where that is not a finite number, as below.
        best_loss: the least of all steps.
        rate: steps per second; None before that is known, and after the end.
        seconds_left: to the end of the run; None while that is not known.
        sparkline: float32 [2, n], the least and the greatest loss of n stretches of all steps.
    """

    loss: float | None = None
    best_loss: float | None = None
    rate: float | None = None
    seconds_left: float | None = None
    sparkline: NDArray[np.float32] = field(default_factory=lambda: np.empty((2, 0), np.float32))


@dataclass(frozen=True, kw_only=True)
class Update:
    """What is new of a run since it was last written.

    Attributes:
        row: its state now.
        parts: the stretches of its series since; each takes the place of what there is from its
            first value on.
        epochs: (epoch, first step, steps, metrics) of epochs that have ended since.
        first_event: how many events were written before.
        events: (kind, step, time, text) of what happened since.
        tracks: by name the knots of what goes along with the steps, whole: float64 [2, n].
        glance: what others see of it; None leaves that as it is.
    """

    row: RunRow
    parts: Sequence[Part] = ()
    epochs: Sequence[tuple[int, int, int, dict[str, float]]] = ()
    first_event: int = 0
    events: Sequence[tuple[str, int, float, str]] = ()
    tracks: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    glance: Glance | None = None


@dataclass(frozen=True, kw_only=True)
class Command:
    """What somebody asked of a run.

    Attributes:
        number: its id, in the order of asking.
        run: the id of the run.
        kind: "pause", "resume", "stop" or "learning_rate".
        value: the learning rate; None for the others.
        asked: when it was asked for, in seconds since 1970.
        done: when the run's process confirmed it, or it was refused; None until then.
        refused: why it was not carried out, or "".
    """

    number: int
    run: str
    kind: CommandKind
    value: float | None
    asked: float
    done: float | None = None
    refused: str = ""
