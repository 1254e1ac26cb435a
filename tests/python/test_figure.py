"""`run.figure()`: the lab's charts in the lab's language."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import lossviz
from lossviz.training.figure import NAME, _apart
from lossviz.training.run_colours import COLOURS, run_colour


def test_the_figure_speaks_the_labs_language_and_escapes_names(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=2, name="<b>bold</b>", seed=0,
        validation=points, metrics=["accuracy"],
    )  # fmt: skip
    assert run.wait(120)
    figure = run.figure()
    validation = run.history["val_loss"]
    lowest = f"lowest validation loss: {validation.min():.4g}"
    by_axis = [(one.yaxis, one.name, one.line.dash) for one in figure.data]
    assert by_axis == [
        ("y", "10th to 90th percentile of steps", None),
        ("y", "training", "solid"),
        ("y", "validation", "dash"),
        ("y2", "training", "solid"),
        ("y2", "validation", "dash"),
        ("y", lowest, None),
        ("y3", "loss", None),
    ]
    traces = {name: one for one in figure.data for name in [one.name] if one.yaxis != "y2"}
    assert traces[lowest].x[0] == validation.argmin() + 1
    each = len(run.step_loss) // 2
    low = np.quantile(run.step_loss[:each], 0.1)
    band = traces["10th to 90th percentile of steps"]
    np.testing.assert_allclose(band.y[0], low, rtol=1e-6)
    np.testing.assert_allclose(traces["loss"].y, run.step_loss)
    said = [one.text for one in figure.layout.annotations]
    assert said[:3] == ["Loss over all epochs", "Accuracy", "Loss of every step"]
    assert f"★ {lowest}<br>shaded: 10th to 90th percentile of steps" in said
    # Named at their ends, in place of a legend.
    ends = [one for one in figure.layout.annotations if one.text in ("training", "validation")]
    assert [(one.x, one.yref) for one in ends] == [(2, "y"), (2, "y"), (2, "y2"), (2, "y2")]
    assert (figure.layout.xaxis.dtick, figure.layout.xaxis3.dtick) == (1, None)
    assert figure.layout.xaxis.range == pytest.approx((0.98, 2.02))
    assert figure.layout.showlegend is False
    colours = {one.line.color for one in figure.data if one.mode != "markers"} - {None}
    assert colours == {run_colour(run.record.number)}
    assert "<b>" not in figure.layout.title.text


def test_runs_have_the_labs_colours():
    palette = Path(__file__).resolve().parents[2] / "labextension/src/chart/palette.ts"
    light = palette.read_text().split("ON_DARK")[0]
    assert tuple(re.findall(r"#[0-9a-f]{6}", light)) == COLOURS
    assert run_colour(len(COLOURS) + 1) == run_colour(1) == COLOURS[0]


def test_no_title_of_the_figure_lies_on_another(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=2, validation=points, seed=0
    )
    assert run.wait(60)
    line = 1.3  # the height of a line of text, in sizes of its font
    for one in (run, lossviz.load_run(run.id)):
        layout = one.figure().layout
        inside = layout.height - layout.margin.t - layout.margin.b
        gap = (layout.yaxis.domain[0] - layout.yaxis2.domain[1]) * inside
        upper, lower = layout.annotations[:2]
        # Plotly's sizes where the layout gives none: 12 for text, 14 for the titles of axes.
        axis = line * 12 + layout.xaxis.title.standoff + line * 14
        assert gap > axis + line * lower.font.size + 10
        assert layout.margin.b > axis
        # The figure's own title stands in the middle of the margin above.
        assert layout.margin.t > 2 * (line * upper.font.size + line * 17 / 2)
        # Both charts can still be read.
        for domain in (layout.yaxis.domain, layout.yaxis2.domain):
            assert (domain[1] - domain[0]) * inside > 140


def small_run(points, dense_model, **more):
    arguments = {"loss": "cross_entropy", "epochs": 2, "seed": 0, "validation": points} | more
    run = lossviz.train(dense_model(), points, **arguments)
    assert run.wait(120)
    return run


def test_several_runs_are_drawn_as_on_the_page(points, dense_model):
    first = small_run(points, dense_model, name="<i>first")
    second = small_run(points, dense_model, name="second", learning_rate=0.1)
    # A recorded run has the same data; a run beside itself is drawn once.
    figure = second.figure(compare=[lossviz.load_run(first.id), second])
    lines = [one for one in figure.data if one.yaxis == "y" and one.mode == "lines+markers"]
    assert [(one.name, one.line.dash, one.line.color) for one in lines] == [
        ("&lt;i&gt;first", "solid", run_colour(first.record.number)),
        ("&lt;i&gt;first, validation", "dash", run_colour(first.record.number)),
        ("second", "solid", run_colour(second.record.number)),
        ("second, validation", "dash", run_colour(second.record.number)),
    ]
    np.testing.assert_allclose(lines[0].y, first.history["loss"])
    steps = [one for one in figure.data if one.yaxis == "y2"]
    assert [one.name for one in steps] == ["&lt;i&gt;first", "second"]
    np.testing.assert_allclose(steps[0].y, first.step_loss)
    said = [one.text for one in figure.layout.annotations]
    # On each chart every run has its name in its colour; dashes are named once.
    named = Counter(text for text in said if "first" in text or "second" in text)
    assert named["&lt;i&gt;first"] == named["second"] == 2
    assert named["second, val."] == 1
    assert named["&lt;i&gt;first, val."] == 0
    key = next(text for text in said if "★" in text)
    assert key.startswith("training solid, validation dashed<br>★ lowest validation loss")
    assert key.endswith("10th to 90th percentile of steps of second")
    assert figure.layout.title.text == "second, &lt;i&gt;first - cross_entropy"
    assert figure.layout.showlegend is False


def test_different_losses_are_not_compared_silently(points, dense_model):
    first = small_run(points, dense_model, name="first")
    second = small_run(points, dense_model, name="second", loss="hinge")
    for figure in (second.figure(compare=first), lossviz.load_run(second.id).figure([first])):
        assert figure.layout.title.text == "second - hinge, first - cross_entropy"
        assert any(
            one.text.startswith("different losses: compare a metric<br>")
            for one in figure.layout.annotations
        )


def test_runs_with_one_colour_get_two(points, dense_model):
    first, second = (small_run(points, dense_model, name=name, epochs=1) for name in "ab")
    second.record.number = first.record.number + len(COLOURS)
    colours = {one.line.color for one in second.figure([first]).data if one.yaxis == "y2"}
    assert len(colours) == 2
    many = second.figure([first, *(small_run(points, dense_model, epochs=1) for _ in range(3))])
    assert many.layout.title.text.startswith("b, a, ")
    assert many.layout.title.text.endswith(" and 2 more - cross_entropy")


def test_names_at_the_ends_of_lines_do_not_touch():
    heights = _apart([0, 1, 2, 100, 300, 310])
    assert np.diff(heights).min() >= NAME - 1e-9
    assert heights[1] == 1
    assert heights[3] == 100
    assert _apart([]) == []


@pytest.mark.parametrize("wrong", ["run 1", [3], None])
def test_only_runs_are_compared(wrong, points, dense_model):
    run = small_run(points, dense_model, epochs=1)
    with pytest.raises(TypeError, match=r"compare: got .*; expected runs"):
        run.figure(compare=wrong)
