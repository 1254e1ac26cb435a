"""The charts of a run as a Plotly figure, for papers and for front ends without widgets.

They speak the lab's language: the loss over all epochs first, then the metrics, then every
step; the run's colour, training solid, validation dashed; lines named at their ends.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lossviz.training.milestones import EpochRecord, best_epoch
from lossviz.training.record import Record
from lossviz.training.run_colours import rgb, run_colour

PANEL, TOP, BOTTOM, RIGHT = 170, 90, 60, 110
"""Pixels: the height of a chart; above all, below all, and at the right, for the lines' names."""

GAP, STANDOFF = 96, 8
"""Pixels between the charts, and between an axis' numbers and its title."""

NAME = 16
"""The height of a line's name."""

MOST_METRICS = 2
"""Charts of metrics; more would make the figure a page."""

FAINT = "#5f5f5f"


def figure(record: Record) -> Any:
    """The loss over all epochs, the first metrics, and the loss of every step."""
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    rows = record.rows
    metrics = _metrics(rows)[:MOST_METRICS]
    titles = ("Loss over all epochs", *map(_titled, metrics), "Loss of every step")
    inside = len(titles) * PANEL + (len(titles) - 1) * GAP
    chart = make_subplots(
        rows=len(titles), cols=1, vertical_spacing=GAP / inside, subplot_titles=titles
    )
    # Above its chart's left end, as in the lab.
    chart.update_annotations(x=0, xanchor="left")
    colour = run_colour(record.number)
    shaded = _add_spread(chart, record, rows, colour)
    for row, name in enumerate(("loss", *metrics), 1):
        _add_epochs(chart, rows, name, row, colour)
    _explain(chart, [*_add_best(chart, rows, colour), *shaded])
    steps, losses = _step_line(record)
    chart.add_trace(
        Scatter(x=steps, y=losses, mode="lines", name="loss", line={"color": colour, "width": 1}),
        row=len(titles), col=1,
    )  # fmt: skip
    chart.update_xaxes(title_text="epoch", title_standoff=STANDOFF, showgrid=False, nticks=8)
    chart.update_xaxes(title_text="step", row=len(titles), col=1)
    chart.update_yaxes(nticks=5, zeroline=False)
    # Plotly reads a title as HTML, and the name may be anything.
    title = html.escape(f"{record.name} - {record.loss}")
    chart.update_layout(
        template="plotly_white",
        title_text=title,
        height=inside + TOP + BOTTOM,
        margin={"t": TOP, "b": BOTTOM, "r": RIGHT},
        showlegend=False,
    )
    return chart


def _metrics(rows: Sequence[EpochRecord]) -> list[str]:
    """What the epochs have beside the loss, accuracy first."""
    names = dict.fromkeys(name.removeprefix("val_") for row in rows for name in row.metrics)
    others = [name for name in names if name not in ("loss", "learning_rate", "gradient_norm")]
    return sorted(others, key=lambda name: name != "accuracy")


def _titled(metric: str) -> str:
    words = metric.replace("_", " ")
    return html.escape(words[:1].upper() + words[1:])


def _add_epochs(chart: Any, rows: Sequence[EpochRecord], name: str, row: int, colour: str) -> None:
    """A metric of the epochs, with the names of its lines at their ends."""
    from plotly.graph_objects import Scatter

    ends: list[tuple[float, int, str]] = []
    values: list[float] = []
    for metric, label, dash in ((name, "training", "solid"), (f"val_{name}", "validation", "dash")):
        known = [(one.epoch, one.metrics[metric]) for one in rows if metric in one.metrics]
        if not known:
            continue
        epochs, means = zip(*known, strict=True)
        chart.add_trace(
            Scatter(
                x=epochs, y=means, mode="lines+markers", name=label,
                line={"color": colour, "dash": dash}, marker={"size": 5},
            ),
            row=row, col=1,
        )  # fmt: skip
        finite = [(at, mean) for at, mean in known if math.isfinite(mean)]
        values += [mean for _, mean in finite]
        if finite:
            ends.append((finite[-1][1], finite[-1][0], label))
    height = (max(values) - min(values)) / PANEL if values else 0.0
    close = len(ends) == 2 and abs(ends[0][0] - ends[1][0]) < NAME * height
    for place, (value, epoch, label) in enumerate(sorted(ends)):
        chart.add_annotation(
            x=epoch, y=value, text=label, xanchor="left", showarrow=False, xshift=8,
            yshift=(place - 0.5) * NAME if close else 0, font={"color": colour, "size": 12},
            row=row, col=1,
        )  # fmt: skip


def _add_spread(chart: Any, record: Record, rows: Sequence[EpochRecord], colour: str) -> list[str]:
    """The band between whose edges eight of ten steps of each epoch lie, and what to say of it."""
    from plotly.graph_objects import Scatter

    edges = [(row.epoch, *record.spread(row)) for row in rows]
    known = [edge for edge in edges if math.isfinite(edge[1])]
    if len(known) < 2:
        return []
    epochs, low, high = zip(*known, strict=True)
    red, green, blue = rgb(colour)
    chart.add_trace(
        Scatter(
            x=[*epochs, *reversed(epochs)], y=[*low, *reversed(high)], mode="lines",
            name="10th to 90th percentile of steps", fill="toself",
            fillcolor=f"rgba({red}, {green}, {blue}, 0.15)", line={"width": 0}, hoverinfo="skip",
        ),
        row=1, col=1,
    )  # fmt: skip
    return ["shaded: 10th to 90th percentile of steps"]


def _add_best(chart: Any, rows: Sequence[EpochRecord], colour: str) -> list[str]:
    """A star at the lowest validation loss, or else training loss, and what to say of it."""
    from plotly.graph_objects import Scatter

    found = best_epoch(rows)
    if found is None:
        return []
    best, name = found
    kind = "validation" if name == "val_loss" else "training"
    words = f"lowest {kind} loss: {best.metrics[name]:.4g}"
    chart.add_trace(
        Scatter(
            x=[best.epoch], y=[best.metrics[name]], mode="markers", name=words,
            marker={"symbol": "star", "size": 12, "color": colour},
        ),
        row=1, col=1,
    )  # fmt: skip
    return [f"★ {words}"]


def _explain(chart: Any, words: Sequence[str]) -> None:
    """What the marks mean, at the right above the first chart."""
    if words:
        chart.add_annotation(
            text=" · ".join(words), xref="paper", yref="paper", x=1, y=1, xanchor="right",
            yanchor="bottom", showarrow=False, font={"color": FAINT, "size": 12},
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
