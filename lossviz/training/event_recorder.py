"""Events that a record gets besides losses: learning rates, and losses that are not finite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.training.learning_rate import NAME, LearningRate
from lossviz.training.record import Record


class EventRecorder:
    """Notes for one run; the training thread only."""

    def __init__(self, record: Record, optimizer: Any) -> None:
        """Write into `record` what `optimizer` does."""
        self._record = record
        self._optimizer = optimizer
        self._source = LearningRate(optimizer)
        self._rate: float | None = None
        self._warned_of_nan = False

    @property
    def scheduled(self) -> bool:
        """Whether the learning rate changes from step to step without anybody setting it."""
        return self._source.scheduled

    def set_learning_rate(self, rate: float, *, tell: bool = True) -> None:
        """The user sets another learning rate from the next step on."""
        try:
            self._optimizer.learning_rate = rate
        except TypeError:
            self._record.warn("The learning rate follows a schedule and cannot be set manually.")
            return
        self.learning_rate(tell=tell)

    def learning_rate(self, *, tell: bool) -> None:
        """Note that of the next step; with `tell` a change is an event."""
        record, scheduled = self._record, self._source.scheduled
        self._rate = rate = self._source.read()
        if rate is None:
            return
        before = record.learning_rates.last
        record.set_learning_rate(rate, jumps=not scheduled)
        if tell and not scheduled and before not in {None, rate}:
            text = f"Learning rate changed from {before:.4g} to {rate:.4g}."
            record.add_event("learning_rate", text)

    def with_rate(
        self, named: Mapping[str, NDArray[np.float32]], steps: int
    ) -> dict[str, NDArray[np.float32]]:
        """The values of `steps` steps by name, with the learning rate that was noted before them.

        It was that of all of them, where their graph does not say otherwise.
        """
        if self._rate is None or NAME in named:
            return dict(named)
        return {**named, NAME: np.full(steps, self._rate, np.float32)}

    def losses(self, taken: NDArray[np.float32]) -> None:
        """These are the latest losses, float32 [steps]: mark the first that is not finite."""
        if self._warned_of_nan or np.isfinite(taken).all():
            return
        self._warned_of_nan = True
        first = int(np.flatnonzero(~np.isfinite(taken))[0])
        step = len(self._record.losses) - len(taken) + first + 1
        text = f"The loss is not finite from step {step:,} on; training continues."
        self._record.add_event("nan", text, step)
