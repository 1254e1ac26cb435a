"""A loss or step of a user's own is tried before it trains: what cannot work is told at once."""

from __future__ import annotations

import random
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz
from lossviz.program import execute, render
from lossviz.training import trial


@pytest.fixture
def one_hot(points):
    inputs, labels = points
    return inputs, np.eye(3, dtype=np.float32)[labels]


def line_of(text, part):
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


PLAIN = render(lossviz.TrainingConfig(task="regression", loss="mean_absolute_error", epochs=1))
BODY = PLAIN[PLAIN.index("    return tf.reduce_mean(") : PLAIN.index("\n\n\noptimizer")]


@pytest.mark.parametrize(
    ("body", "bad", "said"),
    [
        ("    return tf.abs(output - target)", None, "has shape.*tf.reduce_mean"),
        ("    return tf.reduce_mean(output - target[:, :0] @ output)", "@", "do not match"),
        ("    return tf.reduce_mean(tf.stack([output, target[:3]]))", "stack", "do not match"),
        ("    return tf.reduce_mean(tf.cast(output > target, tf.float32))", None, "no gradient"),
        ("    return tf.reduce_mean(output).numpy()", ".numpy", "cannot trace it"),
        ("    import numpy as np\n    return np.mean(output)", "np.mean(", "cannot trace it"),
        ("    return tf.reduce_meen(output)", "meen", "reduce_meen"),
        ("    tf.reduce_mean(output)", None, "None"),
        ("    return tf.reduce_mean(outputs)", "outputs)", "outputs"),
    ],
)
def test_a_mistake_in_a_cell_is_told_at_once_with_its_line(body, bad, said):
    text = PLAIN.replace(BODY, body)
    assert body in text
    run = execute(text, {"__name__": "__main__"})
    assert run.wait(60)
    assert (run.status, run.step) == ("failed", 0)
    assert isinstance(run.error, lossviz.training.TrialError)
    assert re.search(f"(?s){said}", run.record.error_message), run.record.error_message
    if bad:
        assert run.error.line == line_of(text, bad)
        assert f"line {run.error.line} of loss_fn" in run.record.error_message
        assert run.error.argument == "loss"


@pytest.mark.parametrize("value", ["tf.math.log(output - output)", "tf.sqrt(-1.0 - output**2)"])
def test_a_loss_that_is_not_finite_from_the_start_is_recorded_and_explained(value):
    run = execute(PLAIN.replace(BODY, f"    return tf.reduce_mean({value})"), {"__name__": "x"})
    assert run.wait(60)
    assert (run.status, run.step) == ("failed", 1)
    assert not np.isfinite(run.step_loss[0])
    assert re.search("at step 1. Usual causes: a logarithm", run.record.error_message)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (lambda target, output: tf.reduce_mean(tf.argmax(output)), "no gradient"),
        (lambda target, output: None, "None"),
        (lambda target, output: float(output[0, 0]), "cannot trace it"),
        (lambda target, output: target @ output, "do not match"),
    ],
)
def test_a_function_given_as_loss_is_tried(loss, said, one_hot, dense_model):
    run = lossviz.train(dense_model(), one_hot, loss=loss)
    assert run.wait(60)
    assert run.status == "failed"
    assert re.search(said, str(run.error)), run.error
    assert run.error.argument == "loss"


def test_losses_by_sample_are_still_taken(one_hot, dense_model):
    run = lossviz.train(
        dense_model(), one_hot, loss=lambda t, o: tf.reduce_mean((t - o) ** 2, -1), epochs=1
    )
    assert run.wait(60)
    assert run.error is None


def warnings_of(run):
    assert run.wait(60)
    assert run.error is None, run.error
    return [event.text for event in run.events if event.kind == "warning"]


def test_a_gradient_that_is_zero_is_a_warning_not_a_silent_flat_curve(one_hot, dense_model):
    def flat(target, output):
        return tf.reduce_mean(tf.maximum(output, 1e9))

    run = lossviz.train(dense_model(), one_hot, loss=flat, epochs=1)
    assert warnings_of(run)[0] == trial.ZERO_GRADIENT
    body = "    return tf.reduce_mean(tf.maximum(output, 1e9))"
    run = execute(PLAIN.replace(BODY, body), {"__name__": "__main__"})
    assert warnings_of(run)[0] == trial.ZERO_GRADIENT


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_weights_without_a_gradient_are_a_warning(one_hot):
    inputs = keras.Input((4,))
    both = [keras.layers.Dense(3)(inputs), keras.layers.Dense(3)(inputs)]
    model = keras.Model(inputs, both)
    optimizer = keras.optimizers.SGD(0.1)

    def step(inputs, target):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(inputs, training=True)[0] - target) ** 2)
        weights = model.trainable_variables
        gradients = tape.gradient(loss, weights)
        optimizer.apply(gradients, weights)
        return loss

    run = lossviz.train(
        model, one_hot, loss="quadratic", train_step=step, optimizer=optimizer, epochs=1
    )
    assert "no gradient for 2 of the model's 4" in " ".join(warnings_of(run))


def test_a_good_loss_has_no_warning(one_hot, dense_model):
    for loss in (lambda t, o: tf.reduce_mean((t - o) ** 2), keras.losses.Huber(), "quadratic"):
        assert warnings_of(lossviz.train(dense_model(), one_hot, loss=loss, epochs=1)) == []
    assert warnings_of(execute(PLAIN, {"__name__": "__main__"})) == []


def restless(seed):
    """A model and a step in which everything that may change does so."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([
        keras.Input((4,)), keras.layers.Dense(16, activation="relu"),
        keras.layers.BatchNormalization(), keras.layers.Dropout(0.5), keras.layers.Dense(3),
    ])  # fmt: skip
    optimizer = keras.optimizers.Adam(0.01)
    counter, drawn = tf.Variable(0), tf.random.Generator.from_seed(seed)

    def loss_fn(target, output):
        noise = tf.random.normal(tf.shape(output), stddev=0.1)
        shift = random.random() + np.random.rand()  # noqa: NPY002 - people's code
        return tf.reduce_mean((output + noise + shift - target) ** 2)

    def step(inputs, target):
        counter.assign_add(1)
        with tf.GradientTape() as tape:
            output = model(inputs + drawn.normal([4]), training=True)
            loss = loss_fn(target, output) + 0.001 * tf.cast(counter, tf.float32)
        weights = model.trainable_variables
        gradients = tape.gradient(loss, weights)
        optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return loss, output

    return model, optimizer, loss_fn, step, counter


@pytest.mark.parametrize("own_step", [True, False])
def test_the_trial_leaves_no_trace(own_step, one_hot, monkeypatch):
    def trained():
        model, optimizer, loss_fn, step, counter = restless(5)
        run = lossviz.train(
            model, one_hot, loss=loss_fn, train_step=step if own_step else None,
            optimizer=optimizer, epochs=4, seed=5, metrics=["accuracy"],
        )  # fmt: skip
        assert run.wait(60)
        assert run.error is None, run.error
        assert int(counter) == (run.step if own_step else 0)
        return run

    tried = []
    for name in ("try_step", "try_loss"):
        real = getattr(trial, name)

        def noted(*args, real=real, **options):
            tried.append(1)
            return real(*args, **options)

        monkeypatch.setattr(trial, name, noted)
    with_trial = trained()
    assert tried == [1]
    monkeypatch.setattr(trial, "is_own", lambda *_: False)
    without = trained()
    assert tried == [1]
    assert with_trial.step_loss.tobytes() == without.step_loss.tobytes()
    for name, values in without.history.items():
        assert values.tobytes() == with_trial.history[name].tobytes(), name


def generators():
    return random.getstate(), np.random.get_state()[1].tobytes()  # noqa: NPY002 - the global one


def test_the_trial_itself_changes_nothing(one_hot):
    model, optimizer, _, step, counter = restless(3)
    optimizer.build(model.trainable_variables)
    every = [*model.variables, *optimizer.variables, counter]
    before = [tf.convert_to_tensor(one).numpy() for one in every]
    states = generators()
    batch = tuple(tf.constant(part[:32], tf.float32) for part in one_hot)
    assert trial.try_step(step, "quadratic", batch, optimizer) == []
    assert states == generators()
    for one, value in zip(every, before, strict=True):
        np.testing.assert_array_equal(tf.convert_to_tensor(one).numpy(), value)
    assert "apply" not in vars(optimizer)


def test_a_step_with_a_side_effect_is_traced_but_not_run(one_hot, dense_model):
    model, seen = dense_model(), []
    optimizer = keras.optimizers.SGD()

    def step(inputs, target):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(inputs))
            loss = tf.numpy_function(lambda x: seen.append(1) or x, [loss], tf.float32) * 0 + loss
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    batch = tuple(tf.constant(part[:8]) for part in one_hot)
    assert trial.try_step(step, "quadratic", batch, optimizer) == []
    assert seen == []


def test_a_dataset_is_not_read_for_the_trial(one_hot, dense_model):
    read, model = [], dense_model()

    def rows():
        read.append(1)
        yield from zip(*one_hot, strict=True)

    dataset = tf.data.Dataset.from_generator(
        rows, output_signature=(tf.TensorSpec([4]), tf.TensorSpec([3]))
    ).batch(8)

    def step(inputs, target):
        return tf.reduce_mean(model(inputs)).numpy()

    run = lossviz.train(model, dataset, loss="quadratic", train_step=step)
    assert run.wait(60)
    assert "cannot trace it" in str(run.error)
    assert read == []


def test_a_loss_that_is_not_finite_may_be_wanted(one_hot, dense_model):
    run = lossviz.train(
        dense_model(), one_hot, loss=lambda t, o: tf.reduce_mean(o) / 0.0, epochs=1,
        stop_at_nan=False,
    )  # fmt: skip
    assert run.wait(60)
    assert run.status == "completed"
