"""The charts of a run as a Plotly figure, for papers and for front ends without widgets."""

from __future__ import annotations

import html
from typing import Any

import numpy as np

from lossviz.training.record import Record

TRAINING, VALIDATION = "#0072B2", "#D55E00"
"""Blue and vermilion of the Okabe-Ito palette: distinct for colour-blind readers and in grey."""


def figure(record: Record) -> Any:
    """Two charts, one above the other: the loss of every step, and the means of each epoch."""
    from plotly.graph_objects import Figure, Scatter
    from plotly.subplots import make_subplots

    chart: Figure = make_subplots(
        rows=2,
        cols=1,
        vertical_spacing=0.16,
        subplot_titles=("Loss of every step", "Loss over all epochs"),
    )
    steps, losses = _step_line(record)
    chart.add_trace(
        Scatter(
            x=steps, y=losses, mode="lines", name="training", line={"color": TRAINING, "width": 1},
            showlegend=False,
        ),
        row=1, col=1,
    )  # fmt: skip
    rows = record.rows
    for name, label, colour, dash in (
        ("loss", "training", TRAINING, "solid"),
        ("val_loss", "validation", VALIDATION, "dash"),
    ):
        if any(name in row.metrics for row in rows):
            chart.add_trace(
                Scatter(
                    x=[row.epoch for row in rows],
                    y=[row.metrics.get(name) for row in rows],
                    mode="lines+markers",
                    name=label,
                    line={"color": colour, "dash": dash},
                ),
                row=2, col=1,
            )  # fmt: skip
    chart.update_xaxes(title_text="step", row=1, col=1)
    chart.update_xaxes(title_text="epoch", row=2, col=1)
    chart.update_yaxes(title_text="loss")
    # Plotly reads a title as HTML, and the name may be anything.
    title = html.escape(f"{record.name} - {record.loss}")
    chart.update_layout(template="plotly_white", title_text=title, height=560)
    return chart


def _step_line(record: Record) -> tuple[Any, Any]:
    """The line through every step; long runs as the extremes of short ranges of steps."""
    window = record.series.window(points=5000)
    middle = window.start + np.arange(len(window.minimum)) * window.width
    x = np.repeat(middle, 2).astype(np.int64)
    if len(x):
        x[1::2] += window.width // 2
    y = np.column_stack([window.minimum, window.maximum]).reshape(-1)
    raw = window.raw_start + np.arange(len(window.raw))
    return np.concatenate([x, raw]) + 1, np.concatenate([y, window.raw])
