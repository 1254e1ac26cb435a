"""What a notebook keeps of a lab: a picture, and where widget state is saved, a small snapshot."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import tensorflow as tf
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from lossviz.training import HEIGHT, WIDTH, Record, empty_picture, picture
from lossviz.wire import saved

ROOT = Path(__file__).resolve().parents[2]
BLUE = (0, 114, 178)
STEPS_FROM = HEIGHT * 3 // 5
"""The row at which the chart of the steps begins."""

MOST = 100_000

LAB = """
import lossviz
lab = lossviz.LossLab(config=lossviz.TrainingConfig(epochs=3))
lab
"""
TRAIN = """
import time
lab._session.command("train")
while lab.run is None:
    time.sleep(0.05)
assert lab.run.wait(100)
"""


def recorded(steps: int, epochs: int, *, name: str = "run 1", spike: int = -1) -> Record:
    record = Record(id="r", name=name, number=1, loss="mse", epochs=epochs, device="CPU:0")
    each = steps // epochs
    losses = np.random.default_rng(0).normal(1, 0.05, steps).astype("f4")
    if spike >= 0:
        losses[spike] = 9
    record.steps_per_epoch = each
    for epoch in range(epochs):
        record.begin_epoch(epoch + 1)
        part = losses[epoch * each : (epoch + 1) * each]
        record.add_steps(part, 1.0)
        record.end_epoch({"loss": float(part.mean()), "val_loss": 1.1, "accuracy": 0.5})
    record.end("completed", "")
    return record


def as_json(one: object) -> str:
    """As a notebook's file holds it."""
    return json.dumps(one, default=lambda data: base64.b64encode(data).decode())


def ink(png: bytes) -> np.ndarray:
    """Where a picture shows a curve's colour; shape [rows, columns]."""
    pixels = tf.io.decode_png(png, channels=3).numpy()
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    return (pixels == BLUE).all(2)


@pytest.mark.parametrize("share", [0.0, 0.123, 0.5, 0.999])
def test_the_picture_of_a_million_steps_is_small_and_shows_one_step_s_spike(share):
    steps = 1_000_000
    record = recorded(steps, 2000, spike=min(int(share * steps), steps - 1))
    png = picture(record).png
    kept = saved(record, [record] * 10)
    assert len(base64.b64encode(png)) + len(as_json(kept)) < MOST
    lower = ink(png)[STEPS_FROM:]
    # The curve without the spike lies in the lowest quarter of its chart.
    rows, columns = np.nonzero(lower)
    assert rows.min() < rows.max() - 170
    high = columns[rows < rows.min() + 70]
    whole = columns.max() - columns.min()
    assert abs(high.mean() - columns.min() - share * whole) < 4
    (part,), (low, high, raw) = kept["message"]["series"], kept["buffers"][2:]
    low, high = (low, high) if part["buckets"] else (raw, raw)
    last = record.losses.read(part["start"])
    assert np.frombuffer(low, "<f4").min() == last.min()
    assert np.frombuffer(high, "<f4").max() == last.max()


def test_the_snapshot_of_a_long_epoch_keeps_its_extremes():
    record = recorded(1_000_000, 1, spike=765_432)
    kept = saved(record, [])
    (part,), (low, high, raw) = kept["message"]["series"], kept["buffers"][2:]
    assert len(low) == len(high) == 4 * part["buckets"]
    assert max(np.frombuffer(high, "<f4").max(), np.frombuffer(raw, "<f4").max()) == 9
    assert len(as_json(kept)) < MOST // 3


def test_the_snapshot_keeps_some_other_series_with_their_extremes():
    record = Record(id="r", name="run 1", number=1, loss="mse", epochs=1, device="CPU:0")
    record.begin_epoch(1)
    values = np.random.default_rng(0).normal(1, 0.05, 500_000).astype("f4")
    values[123_456] = 7
    record.add_steps(values, 1.0, dict.fromkeys((*"abcdefgh", "gradient_norm"), values))
    kept = saved(record, [])
    names = [part["name"] for part in kept["message"]["series"]]
    assert names == ["loss", "gradient_norm", "a", "b", "c"]
    assert len(kept["buffers"]) == 2 + 3 * len(names)
    low, high, raw = kept["buffers"][5:8]
    assert max(np.frombuffer(high, "<f4").max(), np.frombuffer(raw, "<f4").max()) == 7
    assert len(low) == len(high) > 400
    assert len(as_json(kept)) < MOST // 2


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_runs_with_little_to_draw_have_a_picture_that_says_so(bad):
    record = Record(id="r", name="run 1", number=1, loss="mse", epochs=1, device="CPU:0")
    before = picture(record)
    assert "0 of 1 epochs, 0 steps" in before.text
    record.begin_epoch(1)
    record.add_steps(np.array([bad], "f4"), 1.0)
    record.end_epoch({"loss": bad})
    assert not ink(picture(record).png).any()
    record.add_steps(np.array([0.5], "f4"), 1.0)
    assert ink(picture(record).png)[STEPS_FROM:].any()
    assert not ink(empty_picture().png).any()


def test_names_and_faults_of_any_kind_are_kept_as_they_are_but_no_traceback():
    name = "<script>alert(1)</script> \u5b66\u4e60\n" + 200 * "x"
    record = recorded(20, 1, name=name)
    record._ended.clear()
    try:
        raise ValueError("no good")
    except ValueError as error:
        record.end("failed", "no good", error)
    found = picture(record)
    assert found.text.startswith(name)
    assert b"script" not in found.png
    kept = saved(record, [record])
    assert "no good" in as_json(kept)
    assert __file__ not in as_json(kept)
    assert "Traceback" not in as_json(kept)


def test_the_style_sheet_knows_every_picture_by_its_first_bytes():
    for png in (empty_picture().png, picture(recorded(10, 1)).png):
        begins = "data:image/png;base64," + base64.b64encode(png[:63]).decode()
        for sheet in ("saved.css", "kept.css"):
            text = (ROOT / "labextension" / "style" / sheet).read_text()
            found = re.findall(r"src\^='([^']+)'", text)
            assert found
            assert set(found) == {begins}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """A notebook that was run without any page, as `jupyter nbconvert --execute` does."""
    cells = [nbformat.v4.new_code_cell(source) for source in (LAB, TRAIN, "lab")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=200, kernel_name="python3").execute(
        cwd=str(tmp_path_factory.mktemp("run"))
    )
    return notebook


def pictures(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [one for one in cell.outputs if "image/png" in one.get("data", {})]


def test_a_notebook_that_was_run_without_a_page_has_the_picture(executed):
    widget, kept = executed.cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" in widget.data
    assert ink(base64.b64decode(kept.data["image/png"])).any()
    assert "completed" in kept.data["text/plain"]
    # Shown a second time, the lab has its picture at once.
    again = pictures(executed.cells[2])
    assert [one.data["image/png"] for one in again] == [kept.data["image/png"]]


def test_the_saved_widget_state_has_the_snapshot_and_is_small(executed):
    states = executed.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    lab = next(one for one in states.values() if "lab_id" in one["state"])
    message = lab["state"]["saved"]["message"]
    assert message["run"]["status"] == "completed"
    assert len(message["rows"]) == 3
    assert "completed" in lab["state"]["status"]["text"]
    buffers = {tuple(one["path"]): base64.b64decode(one["data"]) for one in lab["buffers"]}
    assert len(buffers["saved", "buffers", 4]) == 4 * message["progress"]["step"]
    code = sum(len(lab["state"].pop(name)) for name in ("_esm", "_css", "code_of_page"))
    data = len(json.dumps(lab)) + len(json.dumps(executed.cells[0].outputs))
    assert data < MOST, (data, code)


@pytest.mark.parametrize("state", [True, False])
def test_a_converted_notebook_shows_the_picture(executed, state):
    notebook = nbformat.from_dict(json.loads(json.dumps(executed)))
    if not state:
        del notebook.metadata["widgets"]
    html, _ = HTMLExporter().from_notebook_node(notebook)
    png = executed.cells[0].outputs[1].data["image/png"]
    assert html.replace("\n", "").count(png[:2000]) == 2


def test_each_lab_s_picture_goes_to_its_own_output():
    sources = (LAB, "other = lossviz.LossLab()\nother", TRAIN)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=200, kernel_name="python3").execute()
    first, second = (pictures(cell) for cell in notebook.cells[:2])
    assert "completed" in first[0].data["text/plain"]
    assert "without a run yet" in second[0].data["text/plain"]


def test_the_names_of_lines_that_end_close_to_each_other_do_not_overlap():
    """Between the two names is a row without ink, whatever the ends' places."""
    for apart in (0.0, 1e-4, 0.5):
        record = Record(id="r", name="run", number=1, loss="mse", epochs=3, device="CPU:0")
        for epoch in range(3):
            record.begin_epoch(epoch + 1)
            record.add_steps(np.array([1.0, 2.0], "f4"), 1.0)
            record.end_epoch({"loss": 1.5 - 0.1 * epoch, "val_loss": 1.5 - 0.1 * epoch + apart})
        names = ink(picture(record).png)[: HEIGHT // 2, 1092:].any(1)
        rows = np.flatnonzero(names)
        assert not names[rows.min() : rows.max()].all()
