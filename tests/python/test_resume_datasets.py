"""Resuming runs whose data are a `tf.data.Dataset`: the same batches in the same order."""

from __future__ import annotations

import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz

OPTIONS = {
    "loss": "cross_entropy", "optimizer": "adam", "epochs": 6, "seed": 5, "metrics": ["accuracy"],
}  # fmt: skip


def rows():
    stream = np.random.default_rng(0)
    labels = np.arange(333) % 3
    inputs = stream.normal(size=(333, 4)).astype(np.float32) + labels[:, None]
    return tf.data.Dataset.from_tensor_slices((inputs, np.eye(3, dtype=np.float32)[labels]))


def generated():
    stream = np.random.default_rng(0)
    inputs = stream.normal(size=(333, 4)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[np.arange(333) % 3]
    signature = (tf.TensorSpec([4], tf.float32), tf.TensorSpec([3], tf.float32))
    return tf.data.Dataset.from_generator(
        lambda: zip(inputs, targets, strict=True), output_signature=signature
    )


PIPELINES = {
    "in order": lambda: rows().batch(20),
    "shuffled for each epoch": lambda: rows().shuffle(333, seed=1).batch(20),
    "cached": lambda: rows().cache().shuffle(100, seed=1).batch(20).prefetch(2),
    "shuffled once": lambda: rows().shuffle(50, seed=1, reshuffle_each_iteration=False).batch(20),
    "in parallel": lambda: (
        rows().shuffle(333, seed=2).batch(20).map(lambda x, y: (x * 2, y), num_parallel_calls=2)
    ),
    "generated": lambda: generated().shuffle(99, seed=4).batch(20),
}


def model():
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3)]
    )


def until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.002)


def stopped_after(steps, dataset):
    run = lossviz.train(model(), dataset, **OPTIONS)
    run.pause()
    run.advance(steps)
    until(lambda: run.status == "paused" and run.step == steps)
    run.stop()
    assert run.wait(60)
    return run


@pytest.mark.parametrize("kind", PIPELINES)
@pytest.mark.parametrize("again", ["the same dataset", "another one, built in the same way"])
def test_datasets_go_on_where_they_were(kind, again):
    whole = lossviz.train(model(), PIPELINES[kind](), **OPTIONS)
    assert whole.wait(60)
    assert whole.error is None, whole.error
    assert whole.step == 6 * 17
    orders = {whole.step_loss[i * 17 : i * 17 + 17].tobytes() for i in range(6)}
    assert len(orders) == 6
    # Inside an epoch, at the very end of one, and after the first step of the next.
    for steps in (40, 51, 52):
        dataset = PIPELINES[kind]()
        run = stopped_after(steps, dataset)
        if again != "the same dataset":
            dataset = PIPELINES[kind]()
        more = lossviz.train(model(), dataset, resume_from=run, **OPTIONS)
        assert more.wait(60)
        assert more.error is None, more.error
        assert more.step_loss.tobytes() == whole.step_loss.tobytes(), steps
        assert list(more.history["accuracy"]) == list(whole.history["accuracy"])


def test_more_epochs_of_a_shuffled_dataset():
    build = PIPELINES["shuffled for each epoch"]
    whole = lossviz.train(model(), build(), **OPTIONS)
    half = lossviz.train(model(), build(), **OPTIONS | {"epochs": 3})
    assert whole.wait(60)
    assert half.wait(60)
    more = lossviz.train(model(), build(), resume_from=half, **OPTIONS)
    assert more.wait(60)
    assert more.step_loss.tobytes() == whole.step_loss.tobytes()


def test_another_pipeline_is_refused():
    run = stopped_after(20, PIPELINES["shuffled for each epoch"]())
    with pytest.raises(ValueError, match="data: the dataset differs from the one"):
        lossviz.train(model(), PIPELINES["in order"](), resume_from=run, **OPTIONS)
