"""Smoothing of a noisy curve, on the raw values; the kernel's side of series/smoothing.ts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lossviz.series.blocks import Values

BLOCK = 64


def smoothed(values: Values, weight: float) -> Values:
    """The exponential moving average of float32 values [n], without its bias at the start.

    What is not finite stays as it is and is left out (D. P. Kingma, J. Ba, Adam, 2015, section 3).

    Args:
        values: the raw values, such as the losses of all steps of an epoch.
        weight: that of the past, from 0 (no smoothing) to just under 1.

    Example:
        >>> import numpy as np
        >>> from lossviz.series.smoothing import smoothed
        >>> [round(float(one), 2) for one in smoothed(np.array([4, 2, 8], np.float32), 0.5)]
        [4.0, 2.67, 5.71]
    """
    finite = np.isfinite(values)
    known = values[finite].astype(np.float64)
    sums = _decayed_sums((1 - weight) * known, weight)
    shares = -np.expm1(np.arange(1, len(known) + 1) * np.log(weight)) if weight else 1.0
    result = np.array(values, np.float32)
    result[finite] = sums / shares
    return result


def _decayed_sums(values: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """y[n] = decay * y[n - 1] + values[n], block by block instead of value by value."""
    powers = float(decay) ** np.arange(BLOCK + 1)
    place = np.arange(BLOCK)
    within = np.tril(powers[np.abs(place[:, None] - place[None, :])])
    count = len(values)
    if count <= BLOCK:
        start: NDArray[np.float64] = within[:count, :count] @ values
        return start
    rows = np.pad(values, (0, -count % BLOCK)).reshape(-1, BLOCK) @ within.T
    ends = _decayed_sums(rows[:, -1], powers[BLOCK])
    rows[1:] += ends[:-1, None] * powers[1:]
    result: NDArray[np.float64] = rows.ravel()[:count]
    return result
