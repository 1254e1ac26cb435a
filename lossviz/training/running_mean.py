"""The mean loss of the batches so far, as Keras tells it to callbacks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lossviz.training.batches import Chunk
from lossviz.training.data_cursor import DataCursor


class RunningMean:
    """The mean of steps' losses a sample: a short batch counts only as it holds.

    Attributes:
        steps: how many steps it is the mean of.
    """

    def __init__(
        self, cursor: DataCursor | None = None, losses: NDArray[np.float32] | None = None
    ) -> None:
        """Begin with the steps of an epoch that `position` tells, and their losses."""
        self.steps = 0
        self._samples, self._sum = 0, 0.0
        if cursor is not None and losses is not None and len(losses) and cursor.sizes:
            samples, times = np.array(cursor.sizes).T
            self.steps, self._samples = cursor.steps, int((samples * times).sum())
            self._sum = cursor.mean(losses) * self._samples

    def add(self, chunk: Chunk) -> None:
        """Count the steps of a chunk."""
        self.steps += len(chunk.losses)
        self._samples += int(chunk.sizes.sum())
        self._sum += float(np.dot(chunk.losses.astype(np.float64), chunk.sizes))

    @property
    def mean(self) -> float:
        """NaN before the first step."""
        return self._sum / self._samples if self._samples else float("nan")
