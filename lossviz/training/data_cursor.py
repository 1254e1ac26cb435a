"""Where a training run is in its data, exactly enough to resume there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class DataCursor:
    """A place between two steps.

    Attributes:
        epoch: the current epoch, counted from 1.
        steps: steps taken in it.
        sizes: the samples of those steps' batches, as `[samples, times]` in order.
        trained: the epoch's training means, once all its steps have been taken and only the
            validation is missing; else None.
        drawn: batches drawn since the start of the data, where epochs end elsewhere than the data.
    """

    epoch: int = 1
    steps: int = 0
    sizes: list[list[int]] = field(default_factory=list)
    trained: dict[str, float] | None = None
    drawn: int = 0

    def advance(self, sizes: NDArray[np.int64]) -> None:
        """Steps with batches of these sizes have been taken."""
        if not len(sizes):
            return  # the data ended just where the chunk before it did
        self.steps += len(sizes)
        starts = np.flatnonzero(np.diff(sizes, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(sizes)], strict=True):
            samples, times = int(sizes[start]), int(end - start)
            if self.sizes and self.sizes[-1][0] == samples:
                self.sizes[-1][1] += times
            else:
                self.sizes.append([samples, times])

    def mean(self, losses: NDArray[np.float32]) -> float:
        """The mean of the epoch's losses a sample: a short batch counts only as it holds."""
        if not self.sizes:
            return float("nan")
        samples, times = np.array(self.sizes).T
        weights = np.repeat(samples, times)
        return float(np.average(losses.astype(np.float64), weights=weights))

    def next_epoch(self) -> DataCursor:
        """The place before the first step of the next epoch."""
        return DataCursor(self.epoch + 1, drawn=self.drawn)

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "epoch": self.epoch,
            "steps": self.steps,
            "sizes": [list(size) for size in self.sizes],
            "trained": self.trained,
            "drawn": self.drawn,
        }
