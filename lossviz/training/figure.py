"""The charts of a run as a Plotly figure, for papers and for front ends without widgets."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np

from lossviz.training.milestones import EpochRecord, best_epoch
from lossviz.training.record import Record

TRAINING = VALIDATION = "#0072B2"
"""Blue of the Okabe-Ito palette. As in the lab a run has one colour: training is solid, validation
dashed."""

HEIGHT, TOP, BOTTOM = 600, 90, 60
"""Pixels of the whole and of its margins."""

GAP, STANDOFF = 96, 8
"""Pixels between the charts, and between an axis' numbers and its title."""


def figure(record: Record) -> Any:
    """Two charts, one above the other: the loss of every step, and epoch averages."""
    from plotly.graph_objects import Figure, Scatter
    from plotly.subplots import make_subplots

    chart: Figure = make_subplots(
        rows=2,
        cols=1,
        # Room for the upper axis with its title, and for the lower chart's title.
        vertical_spacing=GAP / (HEIGHT - TOP - BOTTOM),
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
    _add_spread(chart, record, rows)
    _add_best(chart, rows)
    chart.update_xaxes(title_standoff=STANDOFF)
    chart.update_xaxes(title_text="step", row=1, col=1)
    chart.update_xaxes(title_text="epoch", row=2, col=1)
    chart.update_yaxes(title_text="loss")
    # Plotly reads a title as HTML, and the name may be anything.
    title = html.escape(f"{record.name} - {record.loss}")
    chart.update_layout(
        template="plotly_white",
        title_text=title,
        height=HEIGHT,
        margin={"t": TOP, "b": BOTTOM},
        # Beside the chart whose lines it names.
        legend={"y": chart.layout.yaxis2.domain[1], "yanchor": "top"},
    )
    return chart


def _add_spread(chart: Any, record: Record, rows: list[EpochRecord]) -> None:
    """The band between whose edges eight of ten steps of each epoch lie."""
    from plotly.graph_objects import Scatter

    edges = [(row.epoch, *record.spread(row)) for row in rows]
    known = [edge for edge in edges if math.isfinite(edge[1])]
    if len(known) < 2:
        return
    epochs, low, high = zip(*known, strict=True)
    chart.add_trace(
        Scatter(
            x=[*epochs, *reversed(epochs)], y=[*low, *reversed(high)], mode="lines",
            name="80 % of the steps", fill="toself", fillcolor="rgba(0, 114, 178, 0.15)",
            line={"width": 0}, hoverinfo="skip",
        ),
        row=2, col=1,
    )  # fmt: skip


def _add_best(chart: Any, rows: list[EpochRecord]) -> None:
    """A star at the epoch with the lowest validation loss, or else training loss."""
    from plotly.graph_objects import Scatter

    found = best_epoch(rows)
    if found is None:
        return
    best, name = found
    chart.add_trace(
        Scatter(
            x=[best.epoch], y=[best.metrics[name]], mode="markers",
            name=f"best: {best.metrics[name]:.4g}",
            marker={"symbol": "star", "size": 12, "color": TRAINING},
        ),
        row=2, col=1,
    )  # fmt: skip


def _step_line(record: Record) -> tuple[Any, Any]:
    """The line through every step; long runs as the extremes of short ranges of steps."""
    window = record.losses.window(points=5000)
    middle = window.start + np.arange(len(window.minimum)) * window.width
    x = np.repeat(middle, 2).astype(np.int64)
    if len(x):
        x[1::2] += window.width // 2
    y = np.column_stack([window.minimum, window.maximum]).reshape(-1)
    raw = window.raw_start + np.arange(len(window.raw))
    return np.concatenate([x, raw]) + 1, np.concatenate([y, window.raw])
