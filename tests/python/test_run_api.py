"""What a run tells and does for code: results, tables, its config, and the runs that are alive."""

from __future__ import annotations

import gc
import json
import time
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.005)


def test_result_gives_the_run_or_raises_its_error(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=2)
    assert run.result(60) is run

    def broken(target, output):
        raise KeyError("no such table")

    failed = lossviz.train(dense_model(), points, loss=broken, epochs=2)
    with pytest.raises(ValueError, match="no such table"):
        failed.result(60)
    assert "no such table" in repr(failed)


def test_result_that_is_not_there_in_time_leaves_the_run_going(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6)
    with pytest.raises(TimeoutError, match=r"has not finished after 0\.3 seconds; it is running"):
        run.result(0.3)
    assert run.status == "running"
    run.stop()
    assert run.result(60).status == "stopped"


def test_a_paused_run_is_at_hand_when_its_variable_is_lost(points, dense_model):
    name = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6).id
    gc.collect()
    (found,) = lossviz.live_runs()
    found.pause()
    until(lambda: found.status == "paused")
    assert found.id == name
    assert lossviz.load_run(name) is found
    waiting = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1)
    assert lossviz.live_runs() == [found, waiting]
    found.stop()
    assert waiting.wait(60)
    assert lossviz.live_runs() == []


@pytest.mark.parametrize("way", ["train", "fit"])
def test_every_argument_is_recorded_however_a_run_was_started(way, points, dense_model):
    x, labels = points
    model = dense_model()
    if way == "fit":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.02, beta_1=0.8), loss, metrics=["accuracy"])
        run = lossviz.fit(model, x, labels, batch_size=16, epochs=2, shuffle=False)
    else:
        run = lossviz.train(
            model, points, loss="focal", loss_params={"gamma": 3.0}, batch_size=16, epochs=2,
            optimizer=keras.optimizers.Adam(0.02, beta_1=0.8), shuffle=False, seed=5,
        )  # fmt: skip
    run.result(60)
    config = run.config
    assert config["batch_size"] == 16
    assert config["epochs"] == 2
    assert config["shuffle"] is False
    assert config["optimizer"] == "adam"
    assert config["optimizer_params"]["beta_1"] == pytest.approx(0.8)
    assert config["learning_rate"] == pytest.approx(0.02)
    assert config["samples"] == 90
    if way == "train":
        assert config["loss"] == "focal"
        assert config["loss_params"]["gamma"] == 3.0
        assert config["from_logits"] is True
        assert config["seed"] == 5
    else:
        assert "crossentropy" in config["loss"]
    assert json.loads(json.dumps(config)) == config
    # Also of a run that is loaded, and a copy: what is done to it changes no record.
    config["epochs"] = 7
    assert run.config["epochs"] == 2
    from lossviz.training import PastRun

    assert PastRun(run.id).config == run.config


def test_the_name_of_the_loss_is_the_one_that_trains(points, dense_model):
    def loss_fn(target, output):
        return tf.reduce_mean(tf.square(tf.one_hot(target, 3) - output))

    run = lossviz.train(dense_model(), points, loss=loss_fn, epochs=1).result(60)
    assert run.record.loss == "own loss"
    lab = lossviz.LossLab(config=lossviz.TrainingConfig(loss="focal", epochs=1))
    lab._session.command("train")
    until(lambda: lab.run is not None)
    assert lab.run.record.loss == "focal"
    assert lab.run.wait(120)
    assert lab.run.record.loss == "focal"
    lab.close()


def test_tables_hold_epochs_and_steps(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=3, metrics=["accuracy"], validation=0.2
    ).result(60)
    epochs = run.to_frame()
    assert list(epochs.index) == [1, 2, 3]
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(epochs.columns)
    np.testing.assert_array_equal(epochs["loss"], run.history["loss"])
    steps = run.to_frame("steps")
    assert len(steps) == run.step
    np.testing.assert_array_equal(steps["loss"].to_numpy(np.float32), run.step_loss)
    with pytest.raises(ValueError, match="kind"):
        run.to_frame("batches")


def test_what_ended_runs_held_is_free(dense_model):
    # A tensor is taken as it is: nothing but the run holds it after this.
    inputs = tf.random.normal((300, 4))
    held = weakref.ref(inputs)
    data = (inputs, np.arange(300) % 3)
    run = lossviz.train(dense_model(), data, loss="cross_entropy", epochs=1)
    del inputs, data
    assert run.wait(60)
    until(lambda: gc.collect() >= 0 and held() is None, 10)


def test_arrays_stay_on_the_device_that_was_asked_for(points, dense_model):
    from lossviz.training import devices

    seen = []
    real = devices.on

    def noted(device):
        seen.append(device)
        return real(device)

    try:
        devices.on = noted
        run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1, device="CPU")
    finally:
        devices.on = real
    assert run.wait(60)
    # Before anything is made of the arrays.
    assert seen[0] == "CPU:0"


def test_two_programs_on_their_way_keep_their_own_configs():
    lab = lossviz.LossLab(config=lossviz.TrainingConfig(task="regression", epochs=3, seed=1))
    lab._session.command("train")
    lab._session.edit("epochs", "2")
    lab._session.command("train")
    until(lambda: len(lab.runs) == 2)
    for run in lab.runs:
        assert run.wait(120)
    told = {
        run.record.epochs: lab._session._launcher.runs._configs[run.id].epochs for run in lab.runs
    }
    assert told == {3: 3, 2: 2}
    lab.close()


def test_a_run_that_waits_says_for_which_one(points, dense_model):
    first = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=10**6, name="left alone"
    )
    first.pause()
    until(lambda: first.status == "paused")
    second = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1)
    assert "Waiting for 'left alone' (paused) to finish." in repr(second)
    first.stop()
    assert second.wait(60)
    assert "Waiting for" not in repr(second)
