"""The charts over time, what they say on hover, their marks, and very many steps at once."""

from __future__ import annotations

import json

import pytest

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, NotebookPage, until
from tests.browser.test_charts import chart, line, trained

# A run of ten million steps that goes on; one step in its middle sticks out.
LONG = """
import lossviz, json, os, threading, time
import numpy as np
from lossviz.training import Record, Run
from lossviz.training.control import Control
from lossviz.wire import publisher
lab = lossviz.LossLab()
record = Record(id="long", name="long", number=1, loss="mse", epochs=1, device="CPU:0")
record.begin_epoch(1)
losses = np.random.default_rng(0).normal(1, 0.1, 10_000_000).astype(np.float32)
losses[7_654_321] = 9
record.add_steps(losses, 1.0)
record.set_status("running")
lab._session._launcher.runs.add(Run(record, Control(), None))
publisher.wake()
def flood(parts=40):
    for _ in range(parts):
        part = np.random.default_rng(1).normal(1, 0.1, 25_000).astype(np.float32)
        part[1234] = 7
        record.add_steps(part, 0.05)
        time.sleep(0.05)
lab
"""


def zoom(page: NotebookPage, low: float, high: float) -> None:
    chart(page, STEPS_CHART).evaluate(
        """(figure, [a, b]) => figure.querySelector('.js-plotly-plot').emit(
            'plotly_relayout', { 'xaxis.range[0]': a, 'xaxis.range[1]': b })""",
        [low, high],
    )


def test_both_charts_go_over_time_with_the_earlier_run_beside(notebook):
    page = trained(notebook, runs=2)
    figure = chart(page, EPOCHS_CHART)
    axis = figure.get_by_label("X axis")
    axis.focus()
    page.page.keyboard.press("End")  # the last choice, as a keyboard gives it
    axis.select_option("time")
    ends = "[record.times.at([r.first_step + r.steps for r in record.rows]).tolist()"
    times = json.loads(page.ask_kernel(f"json.dumps({ends} for record in [lab.run.record]][0])"))
    until(lambda: line(page, EPOCHS_CHART, "run 2")["x"] == pytest.approx(times, abs=0.03), "time")
    assert len(line(page, EPOCHS_CHART, "run 1")["x"]) == 6
    steps = chart(page, STEPS_CHART)
    steps.get_by_label("X axis").select_option("time")
    expected = json.loads(
        page.ask_kernel(
            "json.dumps([(t.at(list(range(226, 271))) - t.at([225], later=True)).tolist() "
            "for t in [lab.run.record.times]][0])"
        )
    )
    until(
        lambda: line(page, STEPS_CHART, "epoch 6")["x"] == pytest.approx(expected, abs=0.03),
        "the steps over time",
    )
    # The same after a reload: the page gets all times with its snapshot.
    page.save_and_reload()
    until(lambda: page.points(STEPS_CHART) == 45, "the steps again")
    for name in (STEPS_CHART, EPOCHS_CHART):
        chart(page, name).get_by_label("X axis").select_option("time")
    until(
        lambda: line(page, STEPS_CHART, "epoch 6")["x"] == pytest.approx(expected, abs=0.03),
        "the same times",
    )
    assert line(page, EPOCHS_CHART, "run 2")["x"] == pytest.approx(times, abs=0.03)


@pytest.mark.parametrize("name", [STEPS_CHART, EPOCHS_CHART])
def test_a_point_tells_step_epoch_loss_and_learning_rate(notebook, name):
    page = trained(notebook)
    figure = chart(page, name)
    figure.scroll_into_view_if_needed()
    plot = figure.locator(".js-plotly-plot .nsewdrag")
    heard = []

    def told() -> bool:
        # Along the whole width: somewhere there is a point. The page may still move below.
        box = plot.bounding_box()
        x = box["x"] + box["width"] * (0.02 + 0.03 * len(heard) % 0.96)
        page.page.mouse.move(x, box["y"] + box["height"] * 0.5)
        page.page.mouse.move(x + 2, box["y"] + box["height"] * 0.5)
        page.page.wait_for_timeout(100)
        heard.append(" ".join(figure.locator(".hoverlayer .hovertext").all_text_contents()))
        return all(word in heard[-1] for word in ("step", "epoch", "loss", "learning rate 0.1"))

    until(told, "the details of a point", 30)


def test_marks_of_what_happened_and_ticks_of_checkpoints(notebook):
    page = trained(notebook, epochs=3)
    page.fill("Epochs", "100000")
    page.press("Train")
    until(lambda: page.points(EPOCHS_CHART) >= 3, "three epochs", 60)
    page.press("Pause")
    until(lambda: page.run_status() == "paused", "paused")
    page.ask_kernel("lab.run.set_learning_rate(0.05)")
    page.press("Resume")
    before = page.points(EPOCHS_CHART)
    until(lambda: page.points(EPOCHS_CHART) > before + 2, "more epochs", 60)
    page.press("Stop")
    until(lambda: page.run_status() == "stopped", "stopped")
    figure = chart(page, EPOCHS_CHART)

    def marks() -> tuple[str, list[float]]:
        layout = figure.evaluate(
            """figure => { const { annotations, shapes } =
                figure.querySelector('.js-plotly-plot').layout;
                return [annotations.map(one => one.hovertext).join(' '),
                    shapes.filter(one => one.y1 < 1).map(one => one.x0)]; }"""
        )
        return layout[0], layout[1]

    until(lambda: "Learning rate changed from 0.1 to 0.05" in marks()[0], "the change of the rate")
    texts, ticks = marks()
    assert "Training paused." in texts
    assert "Training resumed." in texts
    assert ticks
    checkpoints = json.loads(page.ask_kernel("json.dumps(lab.run.record.checkpoints)"))
    per_epoch = int(page.ask_kernel("lab.run.record.steps_per_epoch"))
    places = [step / per_epoch for step in checkpoints]
    assert all(any(abs(tick - place) < 1e-6 for place in places) for tick in ticks)


def test_a_spike_in_ten_million_steps_is_seen_at_every_zoom_also_over_time(notebook):
    page = notebook(LONG, "0")
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    spike = 7_654_322  # as the axis counts, from 1
    until(lambda: 9 in line(page, STEPS_CHART, "training")["y"], "the spike", 60)
    for width in (5_000_000, 300_000, 20_000, 500, 20):
        zoom(page, spike - 0.4 * width, spike + 0.6 * width)

        def seen(width: int = width) -> bool:
            found = line(page, STEPS_CHART, "training")
            if 9 not in found["y"]:
                return False
            return abs(found["x"][found["y"].index(9)] - spike) <= width / 500

        until(seen, f"the spike among {width} steps")
        # Its pixels: the highest point of the drawn line is near the top of the plot.
        top = chart(page, STEPS_CHART).evaluate(
            """figure => {
                const paths = [...figure.querySelectorAll('.js-plotly-plot .js-line')];
                const tops = paths.map(one => one.getBoundingClientRect().top);
                const plot = figure.querySelector('.nsewdrag').getBoundingClientRect();
                return (Math.min(...tops) - plot.top) / plot.height; }"""
        )
        assert top < 0.2
    figure = chart(page, STEPS_CHART)
    figure.get_by_label("X axis").select_option("time")
    until(lambda: 9 in line(page, STEPS_CHART, "training")["y"], "the spike over time")
    # More than a page could hold is smoothed by the kernel, on every step.
    figure.get_by_role("button", name="Linear scale").click()
    zoom(page, 0, 1e9)
    figure.get_by_role("button", name="Smoothing of").click()
    figure.get_by_role("slider", name="Smoothing").fill("0.9")
    until(lambda: len(line(page, STEPS_CHART, "smoothed")["y"]) > 1000, "the smoothed curve", 30)
    smoothed = line(page, STEPS_CHART, "smoothed")["y"]
    assert max(smoothed) == pytest.approx(1.8, abs=0.2)  # 0.9 * 1 + 0.1 * 9
    assert min(smoothed) > 0.7
    page.ask_kernel("record.end('stopped', '')")


def test_a_million_steps_in_two_seconds_are_bounded_and_raw_after_a_zoom(notebook, page):
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received = [0]
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: received.__setitem__(
            0, received[0] + len(event["response"]["payloadData"]) * 3 // 4
        ),
    )
    book = notebook(LONG, "flood()", "0")
    book.run_cell(0)
    book.lab.wait_for(timeout=60_000)
    until(lambda: book.points(STEPS_CHART) == 10_000_000, "the long run", 60)
    before = received[0]
    book.run_cell(1)
    until(lambda: book.points(STEPS_CHART) == 11_000_000, "all steps", 60)
    assert received[0] - before < 1_000_000  # raw they would be 4,000,000
    place = 10_000_000 + 20 * 25_000 + 1234
    zoom(book, place - 300, place + 300)
    expected = json.loads(
        book.ask_kernel(f"json.dumps(record.losses.read({place - 250}, {place + 250}).tolist())")
    )

    # The answer's cell may have pushed the chart off the screen, and what nobody sees is not drawn.
    chart(book, STEPS_CHART).scroll_into_view_if_needed()

    def exact() -> bool:
        found = line(book, STEPS_CHART, "training")
        pairs = dict(zip(found["x"], found["y"], strict=True))
        return [pairs.get(step + 1) for step in range(place - 250, place + 250)] == expected

    until(exact, "the raw steps")
    assert 7 in expected
    book.ask_kernel("record.end('stopped', '')")
