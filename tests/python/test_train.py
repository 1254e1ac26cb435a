"""`lossviz.train` against independent sources: values, means, obedience, refusals."""

from __future__ import annotations

import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz


def wait(run) -> None:
    assert run.wait(120), f"{run} did not end"


def finished(*arguments, **options):
    run = lossviz.train(*arguments, **options)
    wait(run)
    assert run.error is None, run.error
    assert run.status == "completed"
    return run


def test_it_returns_at_once_and_records_every_step(points, dense_model):
    run = finished(dense_model(), points, loss="cross_entropy", epochs=4, seed=0)
    assert run.step == len(run.step_loss) == 4 * 3
    assert run.step_loss.dtype == np.float32
    assert run.epoch == 4
    assert set(run.history) == {"loss"}


def test_losses_and_weights_are_those_of_a_plain_loop(points, dense_model):
    inputs, labels = points
    model, reference = dense_model(), dense_model()
    run = finished(
        model, points, loss="cross_entropy", learning_rate=0.2, epochs=3, batch_size=16, seed=7
    )
    losses = []
    for epoch in (1, 2, 3):
        order = np.random.Generator(np.random.Philox(key=[7, epoch])).permutation(90)
        for start in range(0, 90, 16):
            rows = order[start : start + 16]
            with tf.GradientTape() as tape:
                logits = reference(inputs[rows])
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(labels[rows], logits)
                )
            for weight, slope in zip(
                reference.trainable_variables,
                tape.gradient(loss, reference.trainable_variables),
                strict=True,
            ):
                weight.assign(weight - 0.2 * slope)
            losses.append(float(loss))
    np.testing.assert_allclose(run.step_loss, losses, rtol=1e-5)
    for ours, theirs in zip(model.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_a_short_last_batch_counts_only_what_it_holds(points, dense_model):
    run = finished(dense_model(), points, loss="cross_entropy", epochs=2, batch_size=64, seed=0)
    first, rest = run.step_loss[:2]
    assert run.history["loss"][0] == pytest.approx((64 * first + 26 * rest) / 90, rel=1e-6)
    assert run.history["loss"][0] != pytest.approx((first + rest) / 2, rel=1e-4)


def test_validation_and_accuracy_are_those_of_keras(points, dense_model):
    inputs, labels = points
    model = dense_model()
    run = finished(
        model,
        points,
        loss="cross_entropy",
        epochs=1,
        validation=(inputs[:50], labels[:50]),
        metrics=["accuracy"],
        seed=0,
    )
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    loss, accuracy = model.evaluate(inputs[:50], labels[:50], verbose=0)
    assert run.history["val_loss"][0] == pytest.approx(loss, rel=1e-5)
    assert run.history["val_accuracy"][0] == pytest.approx(accuracy, rel=1e-6)


def test_the_same_seed_gives_the_same_losses_to_the_bit(points, dense_model):
    runs = [
        finished(dense_model(), points, loss="cross_entropy", epochs=5, seed=3) for _ in range(2)
    ]
    assert runs[0].step_loss.tobytes() == runs[1].step_loss.tobytes()


def test_regularisation_is_part_of_the_loss(points):
    keras.utils.set_random_seed(0)
    layer = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.1))
    model = keras.Sequential([keras.Input((4,)), layer])
    own = float(0.1 * tf.reduce_sum(tf.square(layer.kernel)))
    inputs, labels = points
    plain = float(
        tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(inputs)))
    )
    run = finished(model, points, loss="cross_entropy", epochs=1, batch_size=90, seed=0)
    assert run.step_loss[0] == pytest.approx(plain + own, rel=1e-5)


@pytest.mark.parametrize("kind", ["dataset", "generator", "py_dataset", "pandas", "lists"])
def test_every_form_of_data_gives_the_same_losses(kind, points, dense_model):
    inputs, labels = points

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            rows = slice(32 * index, 32 * index + 32)
            return inputs[rows], labels[rows]

    def batches():
        for start in range(0, 90, 32):
            yield inputs[start : start + 32], labels[start : start + 32]

    def data():
        if kind == "dataset":
            return tf.data.Dataset.from_tensor_slices(points).batch(32)
        if kind == "generator":
            spec = (tf.TensorSpec([None, 4]), tf.TensorSpec([None], tf.int64))
            return tf.data.Dataset.from_generator(batches, output_signature=spec)
        if kind == "py_dataset":
            return Batches()
        if kind == "pandas":
            import pandas as pd

            return pd.DataFrame(inputs), pd.Series(labels)
        return inputs.tolist(), labels.tolist()

    run = finished(dense_model(), data(), loss="cross_entropy", epochs=2, batch_size=32, seed=0)
    assert run.step == 6
    if kind in {"pandas", "lists"}:  # arrays are shuffled
        expected = finished(
            dense_model(), points, loss="cross_entropy", epochs=2, batch_size=32, seed=0
        )
        np.testing.assert_allclose(run.step_loss, expected.step_loss, rtol=1e-6)
    else:
        model = dense_model()
        first = tf.nn.sparse_softmax_cross_entropy_with_logits(labels[:32], model(inputs[:32]))
        assert run.step_loss[0] == pytest.approx(float(tf.reduce_mean(first)), rel=1e-5)


def test_a_column_of_targets_does_not_broadcast(dense_model):
    inputs = np.linspace(-1, 1, 40, dtype=np.float32)[:, None] * np.ones(4, np.float32)
    targets = inputs[:, 0] * 3
    run = finished(
        dense_model(outputs=1), (inputs, targets), loss="mse", epochs=200, learning_rate=0.1, seed=0
    )
    assert run.step_loss[-1] < 0.02  # with [batch] against [batch, 1] it would stay near 3


def test_any_function_and_any_keras_loss_can_be_minimised(points, dense_model):
    inputs, labels = points
    one_hot = np.eye(3, dtype=np.float32)[labels]

    def own(target, output):
        return tf.reduce_mean(tf.square(tf.nn.softmax(output) - target))

    for loss in (own, keras.losses.MeanSquaredError(), keras.losses.mean_squared_error):
        run = finished(dense_model(), (inputs, one_hot), loss=loss, epochs=1, seed=0)
        assert run.step_loss.shape == (3,)


def test_a_custom_step_is_what_runs(points, dense_model):
    calls = []

    def step(inputs, target):
        calls.append(inputs.shape)
        return tf.reduce_mean(inputs) * 0 + 42.0

    run = finished(dense_model(), points, loss="cross_entropy", train_step=step, epochs=1, seed=0)
    assert set(run.step_loss) == {42.0}
    assert calls, "the step was never traced"


@pytest.fixture
def slow_model():
    """A classifier whose step takes a few milliseconds, so that commands find it training."""

    class Slow(keras.layers.Layer):
        def call(self, inputs):
            tf.numpy_function(lambda: time.sleep(0.005) or np.float32(0), [], tf.float32)
            return inputs

    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), Slow(), keras.layers.Dense(3)])


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.005)


def test_pause_resume_learning_rate_and_stop(points, slow_model):
    run = lossviz.train(slow_model, points, loss="cross_entropy", epochs=10_000, seed=0)
    until(lambda: run.step > 3)
    run.pause()
    until(lambda: run.status == "paused")
    held = run.step
    time.sleep(0.2)
    assert run.step == held
    run.set_learning_rate(0.5)
    run.resume()
    until(lambda: run.step > held)
    run.stop()
    wait(run)
    assert run.status == "stopped"
    assert [event.kind for event in run.events] == [
        "started", "paused", "resumed", "learning_rate", "stopped",
    ]  # fmt: skip
    run.stop(), run.pause(), run.resume(), run.set_learning_rate(1.0)
    assert run.status == "stopped"


def test_runs_wait_for_their_turn_and_can_be_stopped_while_waiting(points, slow_model, dense_model):
    first = lossviz.train(slow_model, points, loss="cross_entropy", epochs=10_000, seed=0)
    second = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1, seed=0)
    third = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1, seed=0)
    until(lambda: first.status == "running")
    assert second.status == third.status == "queued"
    second.stop()
    wait(second)
    assert (second.status, second.step) == ("stopped", 0)
    first.stop()
    wait(third)
    assert third.status == "completed"


def test_no_thread_is_left_behind(points, dense_model):
    finished(dense_model(), points, loss="cross_entropy", epochs=1, seed=0)
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("lossviz run")])


def test_a_loss_that_is_not_finite_ends_the_run_at_its_step(points, dense_model):
    # In the target: a fused kernel of some CPUs makes 0 of a NaN that goes through a relu.
    target = np.zeros((90, 3), np.float32)
    target[40] = np.nan
    data = tf.data.Dataset.from_tensor_slices((points[0], target)).batch(8)
    run = lossviz.train(dense_model(), data, loss="mse", epochs=3)
    wait(run)
    assert run.status == "failed"
    assert run.step == 6
    assert np.isfinite(run.step_loss[:5]).all()
    assert "step 6" in str(run.error)


def test_an_error_in_the_users_loss_fails_the_run_and_nothing_else(points, dense_model):
    def broken(target, output):
        raise RuntimeError("my own mistake")

    run = lossviz.train(dense_model(), points, loss=broken, epochs=1)
    wait(run)
    assert run.status == "failed"
    assert "my own mistake" in str(run.error)
    finished(dense_model(), points, loss="cross_entropy", epochs=1)


REFUSED = [
    ({"loss": "cross_entorpy"}, "loss", "cross_entropy"),
    ({"optimizer": "adma"}, "optimizer", "adam"),
    ({"learning_rate": 0}, "learning_rate", "greater than 0"),
    ({"learning_rate": -1.0}, "learning_rate", "greater than 0"),
    ({"learning_rate": float("nan")}, "learning_rate", "greater than 0"),
    ({"learning_rate": float("inf")}, "learning_rate", "greater than 0"),
    ({"learning_rate": "fast"}, "learning_rate", "greater than 0"),
    ({"learning_rate": True}, "learning_rate", "greater than 0"),
    ({"epochs": 0}, "epochs", "at least 1"),
    ({"epochs": 1.5}, "epochs", "at least 1"),
    ({"batch_size": 0}, "batch_size", "at least 1"),
    ({"batch_size": "many"}, "batch_size", "at least 1"),
    ({"seed": -1}, "seed", "at least 0"),
    ({"task": "image_clasification"}, "task", "image_classification"),
    ({"device": "GPU:7"}, "device", "CPU:0"),
    ({"metrics": ["acuracy"]}, "metrics", "accuracy"),
    ({"validation": 5}, "validation", "pair"),
]


@pytest.mark.parametrize(("options", "argument", "accepted"), REFUSED)
def test_bad_arguments_are_refused_before_anything_starts(
    options, argument, accepted, points, dense_model
):
    with pytest.raises(ValueError, match=argument) as caught:
        lossviz.train(dense_model(), points, **{"loss": "cross_entropy", **options})
    assert accepted in str(caught.value)
    assert caught.value.argument == argument


def bad_data(points):
    inputs, labels = points
    return {
        "different lengths": ((inputs, labels[:5]), "data", "90 and 5"),
        "empty": ((inputs[:0], labels[:0]), "data", "no samples"),
        "one array": (inputs, "data", "pair"),
        "text": ((["a"] * 90, labels), "model", "(string)"),
        "a ragged list": (([[1.0], [1.0, 2.0]], [0, 1]), "data", "array of numbers"),
        "a number": ((3.0, 4.0), "data", "no samples"),
        "other width": ((inputs[:, :2], labels), "model", "[batch, 2]"),
        "label too large": ((inputs, labels + 1), "data", "0 to 2"),
        "target of another width": ((inputs, np.eye(5)[labels]), "model", "[?, 5]"),
        "a dataset of single tensors": (tf.data.Dataset.range(4).batch(2), "data", "pair"),
        "an infinite dataset": (
            tf.data.Dataset.from_tensor_slices(points).batch(2).repeat(), "data", "infinite",
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    "case",
    [
        "different lengths", "empty", "one array", "text", "a ragged list", "a number",
        "other width",
        "label too large", "target of another width", "a dataset of single tensors",
        "an infinite dataset",
    ],
)  # fmt: skip
def test_bad_data_are_refused_before_anything_starts(case, points, dense_model):
    data, argument, said = bad_data(points)[case]
    with pytest.raises(ValueError, match=argument) as caught:
        lossviz.train(dense_model(), data, loss="cross_entropy")
    assert said in str(caught.value)
    assert caught.value.argument == argument


def test_wrong_kinds_are_type_errors(points, dense_model):
    for options in ({"loss": 5}, {"loss": lambda target: target}, {"optimizer": 5}):
        with pytest.raises(TypeError, match=next(iter(options))):
            lossviz.train(dense_model(), points, **{"loss": "cross_entropy", **options})
    with pytest.raises(TypeError, match="model"):
        lossviz.train("a model", points, loss="cross_entropy")
