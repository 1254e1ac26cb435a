"""The runs of one lab: the one that trains, those behind it, and those that have ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lossviz.program import TrainingConfig
from lossviz.training import Run

BREAKS = frozenset({"stopped", "interrupted"})
"""How a run ends that can be resumed."""


class LabRuns:
    """The runs of a lab, oldest first. Not locked; its lab is.

    Attributes:
        all: every run of the lab. A resumed run replaces its earlier part.
    """

    def __init__(self) -> None:
        self.all: list[Run] = []
        self._configs: dict[str, TrainingConfig] = {}

    @property
    def live(self) -> list[Run]:
        """Those that have not ended: the first one trains, or is to train next."""
        return [run for run in self.all if not run.record.ended]

    @property
    def current(self) -> Run | None:
        """The run that trains, or the latest; those behind it wait for their turn."""
        live = self.live
        if live:
            return live[0]
        return self.all[-1] if self.all else None

    @property
    def training(self) -> bool:
        """Whether a run trains or waits for its turn."""
        return bool(self.live)

    @property
    def broken_off(self) -> Run | None:
        """The latest run, where it ended before its time and can be resumed with its program."""
        run = self.all[-1] if self.all else None
        good = run is not None and run.status in BREAKS and run.program and run.step
        return run if good else None

    @property
    def config(self) -> TrainingConfig | None:
        """The config of the current run; None where no lab's program has started it."""
        run = self.current
        return None if run is None else self._configs.get(run.id)

    def add(self, run: Run) -> None:
        """A run of the lab has been started, or one that was started elsewhere is followed."""
        self.all = [*(one for one in self.all if one.id != run.id), run]
        config = _config_of(run)
        if config is not None:
            self._configs[run.id] = config

    def set_learning_rate(self, rate: float) -> None:
        """Let the current run use another learning rate."""
        run, config = self.current, self.config
        if run is not None:
            run.set_learning_rate(rate)
            if config is not None:
                self._configs[run.id] = config.with_changes(learning_rate=rate)

    def stop(self) -> None:
        """End the current run, and with it what waits behind it."""
        run = self.current
        self.cancel_queued()
        if run is not None:
            run.stop()

    def cancel_queued(self) -> None:
        """Take back the runs that wait behind the current one; nothing of them is on the charts."""
        for run in reversed(self.live[1:]):
            run.stop()
            self.all.remove(run)

    def replace(self, *, by_one_to_come: bool) -> None:
        """End the current run; of several that wait the last is what is wanted now.

        Args:
            by_one_to_come: whether the run that is wanted has not been started yet.
        """
        for run in self.live if by_one_to_come else self.live[:-1]:
            run.stop()

    def clear(self) -> None:
        """Let go of the runs that have ended; the history keeps them."""
        self.forget([run.id for run in self.all])

    def forget(self, runs: Sequence[str]) -> None:
        """Let go of those of these runs that have ended."""
        self.all = [run for run in self.all if run.id not in runs or not run.record.ended]
        kept = {run.id for run in self.all}
        self._configs = {run: config for run, config in self._configs.items() if run in kept}


def _config_of(run: Run) -> TrainingConfig | None:
    """The config of the program that has started a run; None where no lab's program has.

    The run's own record tells it: another program may be on its way by now.
    """
    record = run.record
    if not record.program:
        return None
    names = TrainingConfig().as_dict()
    known: dict[str, Any] = record.config
    return TrainingConfig(**{name: known[name] for name in names if name in known})
