"""Devices: the choice, and several of them against one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lossviz

TWO = """
import json, sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras
import numpy as np
import lossviz

stream = np.random.default_rng(0)
labels = np.arange(93) % 3
inputs = stream.normal(size=(93, 4)).astype(np.float32) + labels[:, None]
targets = np.eye(3, dtype=np.float32)[labels]

def own(target, output):
    return tf.reduce_mean(tf.square(target - output))

keras_loss = keras.losses.CategoricalCrossentropy(from_logits=True)

def train(device, optimizer, loss):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, "relu", kernel_regularizer="l2"),
         keras.layers.Dense(3)]
    )
    run = lossviz.train(
        model, (inputs, targets), loss=loss, optimizer=optimizer, epochs=4, seed=0,
        batch_size=23, metrics=["accuracy"], validation=(inputs, targets), device=device
    )
    run.wait()
    assert run.error is None, run.error
    assert run.model is model
    return run

found = {}
for optimizer, loss in (("sgd", "cross_entropy"), ("adam", "cross_entropy"),
                        ("sgd", keras_loss), ("sgd", own)):
    one, two = train("CPU:0", optimizer, loss), train(["CPU:0", "CPU:1"], optimizer, loss)
    found[f"{optimizer} {loss}"] = [
        float(np.abs(one.step_loss - two.step_loss).max()),
        max(float(np.abs(one.history[name] - two.history[name]).max()) for name in one.history),
        max(float(np.abs(a - b).max())
            for a, b in zip(one.model.get_weights(), two.model.get_weights())),
    ]
    found["device"] = two.record.device
print(json.dumps(found))
"""


def test_two_devices_give_the_losses_of_one(home):
    result = subprocess.run(
        [sys.executable, "-c", TWO], check=False, capture_output=True, text=True, timeout=300,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-2000:]
    import json

    found = json.loads(result.stdout.strip().splitlines()[-1])
    assert found.pop("device") == "CPU:0, CPU:1"
    for differences in found.values():
        assert max(differences) < 1e-4, found


@pytest.mark.parametrize("device", ["GPU:7", "TPU", ["CPU:0", "CPU:0"], []])
def test_devices_that_are_not_there_are_refused(device, points, dense_model):
    with pytest.raises(ValueError, match="device"):
        lossviz.train(dense_model(), points, loss="cross_entropy", device=device)


@pytest.mark.parametrize("device", ["CPU", "cpu:0", "/device:CPU:0", ["CPU:0"]])
def test_a_device_has_several_spellings(device, points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", device=device, epochs=1)
    assert run.wait(60)
    assert run.record.device == "CPU:0"
    assert np.isfinite(run.step_loss).all()
