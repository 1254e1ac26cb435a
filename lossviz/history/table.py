"""What a table of runs asks of the history, and what it shows of each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lossviz.history.rows import RunFields
from lossviz.history.summaries import small_is_good

CONFIG, METRIC = "config:", "metric:"
"""What the names of columns begin with that hold a hyperparameter, or the best of a metric."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a table of runs is to show.

    Attributes:
        runs: the ids of those among which to look; None for all.
        own: only those that this process has written.
        words: each of them occurs somewhere; `name=value` finds a hyperparameter.
        sort: a column; by default when the run was started.
        descending: the highest first. What has no value comes last in both orders.
    """

    runs: tuple[str, ...] | None = None
    own: bool = False
    words: tuple[str, ...] = ()
    sort: str = "started"
    descending: bool = True


@dataclass(frozen=True, kw_only=True)
class RunSummary(RunFields):
    """A row of the table of runs.

    Attributes:
        epoch: the last one that has finished.
        seconds: from the start to the last step; None where that is not known.
        metric: the name of the headline metric, or "".
        metrics: last, lowest and highest value by name.
    """

    epoch: int
    seconds: float | None
    metric: str
    metrics: dict[str, tuple[float | None, float | None, float | None]] = field(
        default_factory=dict
    )

    def best(self, metric: str) -> float | None:
        """The best value of a metric; None where it has none."""
        _, low, high = self.metrics.get(metric, (None, None, None))
        return low if small_is_good(metric) else high


def flat(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config with what lies in its dicts under names such as "optimizer_params.momentum"."""
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{inner}": one for inner, one in flat(value).items()}
        else:
            found[name] = value
    return found
