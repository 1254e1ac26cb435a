"""What each step tells beside its loss: each value the step's own, and the same by another way."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz

FLOAT32 = {"rtol": 1e-5, "atol": 1e-7}


def norms(model, x, y, loss, size, optimizer=None, clip=None) -> list[float]:
    """The gradient's global norm of one pass in order, step by step without a graph."""
    optimizer = optimizer or keras.optimizers.SGD(0.1)
    found = []
    for start in range(0, len(x), size):
        part = slice(start, start + size)
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss(y[part], model(x[part], training=True)))
        gradients = tape.gradient(value, model.trainable_variables)
        dense = [tf.convert_to_tensor(one) for one in gradients]
        found.append(float(np.sqrt(sum(np.square(one.numpy()).sum() for one in dense))))
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return found


def sparse(target, output):
    return keras.losses.sparse_categorical_crossentropy(target, output, from_logits=True)


@pytest.mark.parametrize("how", ["train", "compiled", "xla", "dataset", "eager"])
def test_every_run_has_gradient_norm_learning_rate_and_accuracy(how, points, dense_model):
    x, y = points
    expected = norms(dense_model(), x, y, sparse, 32)
    model = dense_model()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if how in {"train", "xla"}:
        run = lossviz.train(
            model, points, loss=loss, learning_rate=0.1, epochs=2, metrics=["accuracy"],
            shuffle=False, jit_compile=how == "xla",
        ).result(60)  # fmt: skip
    else:
        eager = how == "eager"
        model.compile(
            keras.optimizers.SGD(0.1), loss, metrics=["accuracy"], run_eagerly=eager,
            jit_compile=False,
        )  # fmt: skip
        data = (x, y)
        if how == "dataset":
            data = (tf.data.Dataset.from_tensor_slices((x, y)).batch(32), None)
        run = lossviz.fit(model, *data, epochs=2, shuffle=False).result(60)
    names = {"loss", "gradient_norm", "learning_rate", "accuracy"}
    assert set(run.series_names()) >= names
    for name in names:
        assert run.series(name).dtype == np.float32
        assert len(run.series(name)) == run.step == 6
    assert run.series("loss").tobytes() == run.step_loss.tobytes()
    np.testing.assert_allclose(run.series("gradient_norm")[:3], expected, rtol=1e-4)
    assert (run.series("learning_rate") == np.float32(0.1)).all()
    sizes = np.array([32, 32, 26] * 2)
    counts = run.series("accuracy") * sizes
    np.testing.assert_allclose(counts, np.round(counts), atol=1e-4)
    by_epoch = counts.reshape(2, 3).sum(1) / 90
    np.testing.assert_allclose(by_epoch, run.history["accuracy"], **FLOAT32)


def test_a_schedule_is_known_at_every_step(points, dense_model):
    rate = keras.optimizers.schedules.CosineDecay(0.1, 200)
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", optimizer=keras.optimizers.SGD(rate),
        epochs=60,
    ).result(60)  # fmt: skip
    expected = [float(rate(step)) for step in range(180)]
    np.testing.assert_allclose(run.series("learning_rate"), expected, rtol=1e-5)


def test_each_output_has_its_own_loss_and_metrics():
    inputs = keras.Input((3,))
    outputs = {
        "left": keras.layers.Dense(1, name="left")(inputs),
        "right": keras.layers.Dense(2, name="right")(inputs),
    }
    x = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    y = {"left": x[:, :1], "right": x[:, :2]}
    run = lossviz.train(
        keras.Model(inputs, outputs), (x, y), loss={"left": "mse", "right": "mae"},
        metrics={"right": ["mse"]}, epochs=3,
    ).result(60)  # fmt: skip
    assert {"left_loss", "right_loss", "right_mse"} <= set(run.series_names())
    both = run.series("left_loss") + run.series("right_loss")
    np.testing.assert_allclose(both, run.step_loss, **FLOAT32)
    for name in ("left_loss", "right_loss", "right_mse"):
        means = run.series(name).reshape(3, 2).mean(1)
        np.testing.assert_allclose(means, run.history[name], **FLOAT32)


@pytest.mark.parametrize("form", ["plain", "function", "xla"])
def test_a_step_returns_what_it_wants_to_have_recorded(form, points, dense_model):
    model, optimizer = dense_model(), keras.optimizers.SGD(0.1)

    def train_step(inputs, target):
        with tf.GradientTape() as tape:
            output = model(inputs, training=True)
            fitting = tf.reduce_mean(sparse(target, output))
            size = tf.add_n([tf.nn.l2_loss(one) for one in model.trainable_variables])
            loss = fitting + 0.01 * size
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return {"loss": loss, "fitting": fitting, "samples": tf.shape(inputs)[0]}, output

    step = train_step if form == "plain" else tf.function(train_step, jit_compile=form == "xla")
    run = lossviz.train(
        model, points, loss="cross_entropy", optimizer=optimizer, train_step=step, epochs=2,
        metrics=["accuracy"],
    ).result(60)  # fmt: skip
    assert {"fitting", "samples", "accuracy", "gradient_norm"} <= set(run.series_names())
    assert run.series("samples").tolist() == [32, 32, 26] * 2
    assert (run.series("fitting") < run.step_loss).all()
    assert (run.series("gradient_norm") > 0).all()
    weighted = np.average(run.series("fitting").reshape(2, 3), axis=1, weights=[32, 32, 26])
    np.testing.assert_allclose(run.history["fitting"], weighted, **FLOAT32)


def test_a_gradient_norm_is_the_same_inside_and_outside_a_function(points, dense_model):
    def trained(wrap):
        model, optimizer = dense_model(), keras.optimizers.SGD(0.1)

        def train_step(inputs, target):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(sparse(target, model(inputs, training=True)))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            return loss

        return lossviz.train(
            model, points, loss="cross_entropy", optimizer=optimizer, train_step=wrap(train_step),
            epochs=2, seed=1,
        ).result(60)  # fmt: skip

    plain, inside = trained(lambda step: step), trained(tf.function)
    np.testing.assert_array_equal(plain.series("gradient_norm"), inside.series("gradient_norm"))
    # The trial of the step must leave no trace of itself in it.
    assert inside.step_loss[3:].mean() < inside.step_loss[:3].mean()


def test_a_dict_without_a_loss_is_refused(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", train_step=lambda x, y: {"kl": 1.0}
    )
    with pytest.raises(ValueError, match="must contain the loss"):
        run.result(60)


def test_an_embedding_used_twice_in_a_batch_counts_once():
    def model():
        keras.utils.set_random_seed(0)
        layers = keras.layers
        return keras.Sequential(
            [keras.Input((6,), dtype="int32"), layers.Embedding(4, 3), layers.Flatten(),
             layers.Dense(1)]
        )  # fmt: skip

    x = np.random.default_rng(0).integers(0, 4, (32, 6))
    y = x.mean(1, keepdims=True).astype(np.float32)
    expected = norms(model(), x, y, keras.losses.mean_squared_error, 8)
    for fast in (False, True):
        run = lossviz.train(
            model(), (x, y), loss="mse", learning_rate=0.1, epochs=1, batch_size=8, shuffle=False,
            jit_compile=fast,
        ).result(60)  # fmt: skip
        np.testing.assert_allclose(run.series("gradient_norm"), expected, rtol=1e-4)


def test_clipping_and_loss_scaling_leave_the_norm_as_it_is(points, dense_model):
    x, y = points
    clipped = keras.optimizers.SGD(0.1, global_clipnorm=1e-3)
    expected = norms(dense_model(), x, y, sparse, 30, keras.optimizers.SGD(0.1, clipnorm=1e-9))
    for optimizer in (clipped, keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1e-12))):
        model = dense_model()
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer, loss)
        run = lossviz.fit(model, x, y, batch_size=30, shuffle=False).result(60)
        np.testing.assert_allclose(run.series("gradient_norm"), expected, rtol=1e-2)


def test_a_gan_shows_the_losses_of_both_sides():
    class Gan(keras.Model):
        def __init__(self):
            super().__init__()
            self.sides = [keras.layers.Dense(1), keras.layers.Dense(1)]
            self.optimizers_ = [keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.2)]
            self.trackers = [keras.metrics.Mean(name=name) for name in ("d_loss", "g_loss")]

        @property
        def metrics(self):
            return self.trackers

        def call(self, inputs):
            return self.sides[1](self.sides[0](inputs))

        def train_step(self, data):
            told = {}
            pairs = zip(self.sides, self.optimizers_, self.trackers, strict=True)
            for side, optimizer, tracker in pairs:
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.square(side(data)))
                gradients = tape.gradient(loss, side.trainable_variables)
                optimizer.apply_gradients(zip(gradients, side.trainable_variables, strict=True))
                tracker.update_state(loss)
                told[tracker.name] = tracker.result()
            return told

    model = Gan()
    model.compile()
    model(np.ones((1, 1), np.float32))
    x = np.random.default_rng(0).normal(size=(64, 1)).astype(np.float32)
    run = lossviz.fit(model, x, epochs=2, batch_size=16).result(60)
    assert {"d_loss", "g_loss", "gradient_norm"} <= set(run.series_names())
    total = run.series("d_loss") + run.series("g_loss")
    np.testing.assert_allclose(total, run.step_loss, **FLOAT32)
    # Not the running means, which Keras tells.
    for name in ("d_loss", "g_loss"):
        np.testing.assert_allclose(run.series(name)[4:].mean(), run.history[name][1], **FLOAT32)


def test_a_metric_that_is_no_mean_is_recorded_by_epoch_alone(points, dense_model):
    x, y = points
    run = lossviz.train(
        dense_model(outputs=1), (x, (y > 0).astype("f4")[:, None]), loss="binary_cross_entropy",
        metrics=["auc", "binary_accuracy"], epochs=2,
    ).result(60)  # fmt: skip
    assert "auc" in run.history
    assert "auc" not in run.series_names()
    assert "binary_accuracy" in run.series_names()
