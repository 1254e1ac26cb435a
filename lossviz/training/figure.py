"""The charts of a run as a Plotly figure, for papers and for front ends without widgets.

They speak the lab's language: the loss over all epochs first, then the metrics, then every
step; each run in its colour, training solid, validation dashed; lines named at their ends.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from lossviz._arguments import shown
from lossviz.training.milestones import EpochRecord, best_epoch
from lossviz.training.record import Record
from lossviz.training.run_colours import COLOURS, rgb, run_colour

PANEL, TOP, BOTTOM, RIGHT = 170, 90, 60, 110
"""Pixels: the height of a chart; above all, below all, and at the right, for the lines' names."""

GAP, STANDOFF = 96, 8
"""Pixels between the charts, and between an axis' numbers and its title."""

NAME, LETTERS = 16, 15
"""The height of a line's name, and how many letters it may have beside the chart."""

FEW_EPOCHS = 8
"""Up to this many epochs, each has its number on the axis."""

MOST_NAMED = 3
"""Runs that the title names."""

LINE = 18
"""The height of a line of the key, which is below all charts."""

MOST_METRICS = 2
"""Charts of metrics; more would make the figure a page."""

FAINT = "#5f5f5f"

SPREAD = "10th to 90th percentile of steps"


class Comparable(Protocol):
    """A run, live or recorded."""

    id: str

    def drawn(self) -> Record:
        """What a figure shows of it."""
        ...


@dataclass(frozen=True)
class Drawn:
    """A run on the charts: what was recorded, its colour, and whether it is the only one."""

    record: Record
    colour: str
    alone: bool
    front: bool

    @property
    def name(self) -> str:
        """For Plotly, which reads a text as HTML: a run may be called anything."""
        return html.escape(self.record.name)


def figure(record: Record, compare: Comparable | Iterable[Comparable] = ()) -> Any:
    """The loss over all epochs, the first metrics, and the loss of every step.

    Args:
        record: what is drawn in front.
        compare: one or several runs to draw behind it, as for `Run.figure`.
    """
    from plotly.subplots import make_subplots

    runs = _drawn([record, *_others(compare, record.id)])
    front = runs[0]
    metrics = _metrics([row for run in runs for row in run.record.rows])[:MOST_METRICS]
    titles = ("Loss over all epochs", *map(_titled, metrics), "Loss of every step")
    inside = len(titles) * PANEL + (len(titles) - 1) * GAP
    chart = make_subplots(
        rows=len(titles), cols=1, vertical_spacing=GAP / inside, subplot_titles=titles
    )
    # Above its chart's left end, as in the lab.
    chart.update_annotations(x=0, xanchor="left")
    shaded = _add_spread(chart, front)
    for row, name in enumerate(("loss", *metrics), 1):
        # The last one lies on top.
        ends = [end for run in reversed(runs) for end in _add_epochs(chart, run, name, row)]
        _name_ends(chart, ends, row)
    key = [*_words(runs), *_add_best(chart, front), *shaded]
    ends = [end for run in reversed(runs) for end in _add_steps(chart, run, len(titles))]
    _name_ends(chart, ends, len(titles))
    # Between two of few epochs Plotly would write 1.5.
    few = all(row.epoch <= FEW_EPOCHS for run in runs for row in run.record.rows)
    chart.update_xaxes(title_text="epoch", title_standoff=STANDOFF, showgrid=False, nticks=8)
    chart.update_xaxes(dtick=1 if few else None)
    chart.update_xaxes(title_text="step", dtick=None, row=len(titles), col=1)
    chart.update_yaxes(nticks=5, zeroline=False)
    for row in range(1, len(titles) + 1):
        # Else Plotly would make room for the lines' names, which have theirs beside the chart.
        chart.update_xaxes(range=_reach(chart, row), row=row, col=1)
    _explain(chart, key)
    chart.update_layout(
        template="plotly_white",
        title_text=_title(runs),
        height=inside + TOP + BOTTOM + LINE * len(key),
        margin={"t": TOP, "b": BOTTOM + LINE * len(key), "r": RIGHT},
        showlegend=False,
    )
    return chart


def _others(compare: Comparable | Iterable[Comparable], own: str) -> list[Record]:
    """What was recorded of other runs, each once."""
    several = isinstance(compare, Iterable) and not isinstance(compare, str)
    runs: list[Any] = list(compare) if several else [compare]  # type: ignore[arg-type]
    for run in runs:
        if not callable(getattr(run, "drawn", None)):
            raise TypeError(
                f"compare: got {shown(run)}; expected runs, such as those of lossviz.train, "
                "lossviz.load_run or lossviz.runs."
            )
    return list({run.id: run.drawn() for run in runs if run.id != own}.values())


def _drawn(records: Sequence[Record]) -> list[Drawn]:
    """Each in its run's colour, or, where another has that already, in the next one."""
    taken: list[str] = []
    for record in records:
        choices = [run_colour(record.number + more) for more in range(len(COLOURS))]
        taken.append(next((one for one in choices if one not in taken), choices[0]))
    return [
        Drawn(record, colour, len(records) == 1, place == 0)
        for place, (record, colour) in enumerate(zip(records, taken, strict=True))
    ]


def _title(runs: Sequence[Drawn]) -> str:
    """The first runs, each with its loss where those differ."""
    losses = [html.escape(run.record.loss) for run in runs]
    same = len(set(losses)) == 1
    named = [
        run.name if same else f"{run.name} - {loss}" for run, loss in zip(runs, losses, strict=True)
    ][:MOST_NAMED]
    more = f" and {len(runs) - MOST_NAMED} more" if len(runs) > MOST_NAMED else ""
    return f"{', '.join(named)}{more}{f' - {losses[0]}' if same else ''}"


def _words(runs: Sequence[Drawn]) -> list[str]:
    """What is to be said of several runs."""
    if len(runs) == 1:
        return []
    validated = any("val_loss" in row.metrics for run in runs for row in run.record.rows)
    differ = len({run.record.loss for run in runs}) > 1
    return [
        *(["different losses: compare a metric"] if differ else []),
        *(["training solid, validation dashed"] if validated else []),
    ]


def _metrics(rows: Sequence[EpochRecord]) -> list[str]:
    """What the epochs have beside the loss, accuracy first."""
    names = dict.fromkeys(name.removeprefix("val_") for row in rows for name in row.metrics)
    others = [name for name in names if name not in ("loss", "learning_rate", "gradient_norm")]
    return sorted(others, key=lambda name: name != "accuracy")


def _titled(metric: str) -> str:
    words = metric.replace("_", " ")
    return html.escape(words[:1].upper() + words[1:])


End = tuple[float, float, str, str]
"""Where a line ends, x and y, what it is called there, and its colour."""


def _add_epochs(chart: Any, run: Drawn, name: str, row: int) -> list[End]:
    """A metric of a run's epochs; returns where its lines end."""
    from plotly.graph_objects import Scatter

    ends: list[End] = []
    for metric, label, dash in ((name, "training", "solid"), (f"val_{name}", "validation", "dash")):
        rows = run.record.rows
        known = [(one.epoch, one.metrics[metric]) for one in rows if metric in one.metrics]
        if not known:
            continue
        epochs, means = zip(*known, strict=True)
        dashed = dash == "dash"
        full = label if run.alone else f"{run.name}, validation" if dashed else run.name
        chart.add_trace(
            Scatter(
                x=epochs, y=means, mode="lines+markers", name=full,
                line={"color": run.colour, "dash": dash}, marker={"size": 5},
            ),
            row=row, col=1,
        )  # fmt: skip
        finite = [(at, mean) for at, mean in known if math.isfinite(mean)]
        # Of the runs behind, the validation's line is known by its colour and its dashes.
        if finite and (run.front or not ends):
            called = label if run.alone else _short(run.record.name, ", val." if dashed else "")
            ends.append((*finite[-1], called, run.colour))
    return ends


def _add_steps(chart: Any, run: Drawn, row: int) -> list[End]:
    """The loss of every step; returns where its line ends, where it has to be named."""
    from plotly.graph_objects import Scatter

    steps, losses = _step_line(run.record)
    chart.add_trace(
        Scatter(
            x=steps, y=losses, mode="lines", name="loss" if run.alone else run.name,
            line={"color": run.colour, "width": 1},
        ),
        row=row, col=1,
    )  # fmt: skip
    finite = np.flatnonzero(np.isfinite(losses))
    if run.alone or not len(finite):
        return []
    last = finite[-1]
    return [(float(steps[last]), float(losses[last]), _short(run.record.name), run.colour)]


def _short(name: str, ending: str = "") -> str:
    """A name as far as there is room for it."""
    most = LETTERS - len(ending)
    return html.escape((name if len(name) <= most else f"{name[: most - 1]}…") + ending)


def _name_ends(chart: Any, ends: Sequence[End], row: int) -> None:
    """Call each line of a chart by its name at its end, no name on another."""
    drawn = [
        np.asarray(one.y, np.float64) for one in chart.select_traces(row=row, col=1) if len(one.y)
    ]
    values = np.concatenate([np.zeros(0), *drawn])
    values = values[np.isfinite(values)]
    span = float(np.ptp(values)) if len(values) else 0.0
    pixels = PANEL / (1.1 * span) if span else 0.0
    ordered = sorted(ends, key=lambda end: end[1])
    for (x, y, text, colour), height in zip(
        ordered, _apart([end[1] * pixels for end in ordered]), strict=True
    ):
        chart.add_annotation(
            x=x, y=y, text=text, xanchor="left", showarrow=False, xshift=8,
            yshift=height - y * pixels, font={"color": colour, "size": 12}, row=row, col=1,
        )  # fmt: skip


def _apart(heights: Sequence[float]) -> list[float]:
    """Of names in ascending order the heights, as near to these as they can be without touching."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while (
            len(groups) > 1
            and _middle(groups[-1]) - _middle(groups[-2])
            < NAME * (len(groups[-1]) + len(groups[-2])) / 2
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [
        _middle(group) + (place - (len(group) - 1) / 2) * NAME
        for group in groups
        for place in range(len(group))
    ]


def _middle(group: Sequence[float]) -> float:
    return sum(group) / len(group)


def _add_spread(chart: Any, run: Drawn) -> list[str]:
    """The band between whose edges eight of ten steps of each epoch lie, and what to say of it."""
    from plotly.graph_objects import Scatter

    edges = [(row.epoch, *run.record.spread(row)) for row in run.record.rows]
    known = [edge for edge in edges if math.isfinite(edge[1])]
    if len(known) < 2:
        return []
    epochs, low, high = zip(*known, strict=True)
    words = SPREAD if run.alone else f"{SPREAD} of {run.name}"
    red, green, blue = rgb(run.colour)
    chart.add_trace(
        Scatter(
            x=[*epochs, *reversed(epochs)], y=[*low, *reversed(high)], mode="lines",
            name=words, fill="toself",
            fillcolor=f"rgba({red}, {green}, {blue}, 0.15)", line={"width": 0}, hoverinfo="skip",
        ),
        row=1, col=1,
    )  # fmt: skip
    return [f"shaded: {words}"]


def _add_best(chart: Any, run: Drawn) -> list[str]:
    """A star at the lowest validation loss, or else training loss, and what to say of it."""
    from plotly.graph_objects import Scatter

    found = best_epoch(run.record.rows)
    if found is None:
        return []
    best, name = found
    kind = "validation" if name == "val_loss" else "training"
    words = f"lowest {kind} loss: {best.metrics[name]:.4g}"
    chart.add_trace(
        Scatter(
            x=[best.epoch], y=[best.metrics[name]], mode="markers", name=words,
            marker={"symbol": "star", "size": 12, "color": run.colour},
        ),
        row=1, col=1,
    )  # fmt: skip
    return [f"★ {words}"]


def _explain(chart: Any, words: Sequence[str]) -> None:
    """What the marks mean, below all charts: one line each, which fits a narrow page, too."""
    if words:
        chart.add_annotation(
            text="<br>".join(words), xref="paper", yref="paper", x=0, y=0, xanchor="left",
            yanchor="top", yshift=-BOTTOM, align="left", showarrow=False,
            font={"color": FAINT, "size": 12},
        )  # fmt: skip


def _reach(chart: Any, row: int) -> list[float] | None:
    """The ends of a chart's x axis, with a little room; None where nothing is drawn."""
    drawn = [
        x for one in chart.select_traces(row=row, col=1) for x in one.x[:: len(one.x) - 1 or 1]
    ]
    if not drawn:
        return None
    low, high = float(min(drawn)), float(max(drawn))
    room = 0.02 * (high - low) or 0.5
    return [low - room, high + room]


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
