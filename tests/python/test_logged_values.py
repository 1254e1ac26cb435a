"""`run.log`, resources, and a training without SQLite."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


@pytest.fixture
def paused(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6)
    run.pause()
    until(lambda: run.status == "paused")
    run.advance(5)
    until(lambda: run.step >= 5 and run.status == "paused")
    yield run
    run.stop()
    assert run.wait(60)


@pytest.mark.parametrize("value", [1, 1.5, True, np.float32(2), np.array(3), tf.constant([4.0])])
def test_any_number_is_logged_with_the_latest_step(paused, value):
    paused.log("mine", value)
    expected = np.full(paused.step, np.nan, np.float32)
    expected[-1] = float(np.asarray(value).reshape(()))
    np.testing.assert_array_equal(paused.series("mine"), expected)
    assert "mine" in paused.to_frame("steps")


@pytest.mark.parametrize(
    ("name", "value", "error", "said"),
    [
        (3, 1.0, TypeError, "name: got 3"),
        (" ", 1.0, ValueError, "name: got ' '"),
        ("seconds", 1.0, ValueError, "name: got 'seconds'"),
        ("loss", 1.0, ValueError, "recorded by the run itself"),
        ("gradient_norm", 1.0, ValueError, "recorded by the run itself"),
        ("mine", "1.0", TypeError, "must be a single number"),
        ("mine", [1.0], TypeError, "must be a single number"),
        ("mine", np.ones(3), TypeError, "must be a single number"),
        ("mine", None, TypeError, "must be a single number"),
    ],
)
def test_what_cannot_be_logged_is_said(paused, name, value, error, said):
    before = paused.series_names()
    with pytest.raises(error, match=said):
        paused.log(name, value)
    assert paused.series_names() == before


def test_a_tensor_of_a_graph_is_to_be_returned(paused):
    @tf.function
    def step(value):
        paused.log("mine", value)

    with pytest.raises(TypeError, match="return it from train_step"):
        step(tf.constant(1.0))


def test_nothing_is_logged_after_the_end(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1).result(60)
    with pytest.raises(ValueError, match=r"has ended \(completed\)"):
        run.log("mine", 1.0)


def test_every_value_that_threads_log_is_there(paused):
    def log(number):
        for value in range(500):
            paused.log(f"mine {number % 2}", value)

    threads = [threading.Thread(target=log, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("mine 0", "mine 1"):
        assert sorted(paused.record.series[name].read()[1]) == sorted([*range(500)] * 2)


def test_what_the_process_uses_is_recorded_about_once_a_second(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6)
    until(lambda: "process_cpu" in run.series_names())
    until(lambda: len(run.record.series["process_cpu"]) >= 3)
    run.stop()
    assert run.wait(60)
    memory, cpu = (run.record.series[name].read()[1] for name in ("process_memory", "process_cpu"))
    assert (memory > 100).all()
    assert (cpu > 0).all()
    kinds = {one.name: (one.kind, one.unit) for one in run.record.series.describe()}
    assert kinds["process_memory"] == ("resource", "MB")
    assert kinds["process_cpu"] == ("resource", "%")
    past = lossviz.PastRun(run.id)
    assert past.series("process_memory").tobytes() == run.series("process_memory").tobytes()
    assert len(memory) <= 3 + run.duration / 0.4


WITHOUT = """
import sys
sys.modules["sqlite3"] = sys.modules["_sqlite3"] = None
import numpy as np, keras, lossviz
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
x = np.linspace(-1, 1, 64)[:, None]
run = lossviz.train(model, (x, 2 * x), loss="quadratic", epochs=3, seed=0, name="mine").result(60)
print(run.status, run.step, len(run.series("gradient_norm")))
print([event.text for event in run.events if event.kind == "warning"])
print(len(lossviz.train(model, (x, 2 * x), loss="quadratic", epochs=5, seed=0,
                        resume_from=run).result(60).step_loss))
try:
    lossviz.runs()
except RuntimeError as error:
    print(error)
"""


def test_training_needs_no_sqlite(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={"LOSSVIZ_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": ".",
             "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "completed 6 6"
    assert lines[1].count("not being saved: this Python was built without sqlite3") == 1
    assert lines[2] == "10"
    assert "without sqlite3" in lines[3]


def test_a_monitor_records_more_than_the_loss(points, dense_model):
    x, y = points
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = dense_model()
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    run = lossviz.fit(model, x, y, epochs=2, shuffle=False).result(60)
    other = dense_model()
    other.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    monitor = lossviz.Monitor()
    kept = other.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks=[monitor])
    for name in ("loss", "gradient_norm", "learning_rate", "accuracy"):
        np.testing.assert_allclose(monitor.run.series(name), run.series(name), rtol=1e-4)
    np.testing.assert_array_equal(kept.history["loss"], monitor.run.history["loss"])
