"""In what some runs differ, and how good each of them is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lossviz.history import RunSummary, flat
from lossviz.wire.run_tables import ComparedMetric, ComparedSetting

LOSSES_DIFFER = (
    "These runs used different losses, so their loss values cannot be compared. Compare a "
    "metric instead."
)

UNTOLD = frozenset({"loss_fn", "notebook"})
"""Entries of a config that are not hyperparameters."""


def text_of(value: Any) -> str:
    """A hyperparameter as people read it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(map(text_of, value))
    return f"{value:.6g}" if isinstance(value, float) else json.dumps(value)


def value_of(value: Any) -> str | float | bool | None:
    """A hyperparameter for a column of a table."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return text_of(value)


def settings(runs: Sequence[RunSummary]) -> list[ComparedSetting]:
    """The hyperparameters that are not the same in all of these runs."""
    configs = [flat(run.config) | {"task": run.task, "loss": run.loss_name} for run in runs]
    names = dict.fromkeys(name for config in configs for name in config)
    rows: list[ComparedSetting] = [
        {"name": name, "values": [text_of(config.get(name)) for config in configs]}
        for name in names
        if name not in UNTOLD
    ]
    return [row for row in rows if len(set(row["values"])) > 1]


def metrics(runs: Sequence[RunSummary]) -> list[ComparedMetric]:
    """The metrics of these runs side by side."""
    names = dict.fromkeys(name for run in runs for name in run.metrics)
    return [
        {
            "name": name,
            "last": [run.metrics[name][0] if name in run.metrics else None for run in runs],
            "best": [run.best(name) for run in runs],
        }
        for name in names
    ]


def warning(runs: Sequence[RunSummary]) -> str:
    """What is not to be compared of these runs."""
    kinds = {(run.loss_name, json.dumps(run.config.get("loss_params"))) for run in runs}
    return LOSSES_DIFFER if len(kinds) > 1 else ""
