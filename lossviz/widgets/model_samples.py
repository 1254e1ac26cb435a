"""A run's model's predictions for a few samples, as its task shows them."""

from __future__ import annotations

from typing import Any

from lossviz import tasks
from lossviz.program import TrainingConfig
from lossviz.training import Run


def show(run: Run | None, config: TrainingConfig | None, data: Any) -> tuple[str, str]:
    """A Plotly figure as JSON and "", or "" and why there is none.

    Args:
        run: the run; None before the first one.
        config: that of its program.
        data: what it holds out, or else what it trains on.
    """
    if run is None or config is None:
        return "", "Train a model to see its predictions for validation data here."
    try:
        figure = tasks.get(config.task).show(run.model, data)
    except Exception as error:  # noqa: BLE001 - shown in the lab, whatever it is
        return "", str(error).strip().partition("\n")[0].removeprefix("data: ").capitalize()
    return str(figure.to_json()), ""
