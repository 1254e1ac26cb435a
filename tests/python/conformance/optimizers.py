"""Optimizers with all their words, reductions, regularisation, precision and compilation."""

from __future__ import annotations

import keras
from keras import layers, optimizers

from conformance.arrays import curve, one_hot, points
from conformance.catalogue import setup


def regression(**compiled):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(12, "tanh"), layers.Dense(1)])
    model.compile(**{"loss": "mse", **compiled})
    return model


def numbers(**arguments):
    x, y = curve()
    return {"x": x, "y": y[:, None], "epochs": 2, "validation_split": 0.2, **arguments}


@setup("optimizers", words={})
def cosine_decay(folder):
    """CosineDecay with warm-up, Adam with clipnorm."""
    schedule = optimizers.schedules.CosineDecay(
        1e-3, decay_steps=10, warmup_target=1e-2, warmup_steps=4
    )
    return regression(optimizer=optimizers.Adam(schedule, clipnorm=0.5)), numbers()


@setup("optimizers", words={})
def step_schedule_lion(folder):
    """PiecewiseConstantDecay, Lion with global_clipnorm."""
    schedule = optimizers.schedules.PiecewiseConstantDecay([3, 6], [1e-2, 5e-3, 1e-3])
    return regression(optimizer=optimizers.Lion(schedule, global_clipnorm=1.0)), numbers()


@setup("optimizers", words={})
def averaged_weights(folder):
    """use_ema: the averaged weights are the model's at the end."""
    optimizer = optimizers.Adam(1e-2, use_ema=True, ema_momentum=0.9)
    return regression(optimizer=optimizer), numbers(epochs=3)


@setup("optimizers", words={})
def averaged_weights_overwrite(folder):
    """use_ema with ema_overwrite_frequency: averages are written back every three steps."""
    optimizer = optimizers.SGD(0.05, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=3)
    return regression(optimizer=optimizer), numbers()


@setup("optimizers", words={})
def accumulated_gradients(folder):
    """gradient_accumulation_steps=3: one update for three batches."""
    optimizer = optimizers.Adam(1e-2, gradient_accumulation_steps=3)
    return regression(optimizer=optimizer), numbers(batch_size=16, epochs=3)


@setup("optimizers", words={})
def clipped_values(folder):
    """Adagrad with clipvalue and weight_decay; "log_cosh"."""
    optimizer = optimizers.Adagrad(0.05, clipvalue=0.3, weight_decay=1e-3)
    return regression(optimizer=optimizer, loss="log_cosh"), numbers()


@setup("optimizers", words={})
def summed_loss(folder):
    """MeanSquaredError(reduction="sum")."""
    loss = keras.losses.MeanSquaredError(reduction="sum")
    return regression(optimizer=optimizers.SGD(1e-3), loss=loss), numbers(batch_size=20)


@setup("optimizers", words={})
def unreduced_loss(folder):
    """MeanAbsoluteError(reduction=None)."""
    loss = keras.losses.MeanAbsoluteError(reduction=None)
    model = regression(optimizer=optimizers.SGD(1e-3), loss=loss)
    return model, numbers()


@setup("optimizers", words={})
def scaled_loss(folder):
    """LossScaleOptimizer around Adam, in float32."""
    optimizer = optimizers.LossScaleOptimizer(optimizers.Adam(1e-2), initial_scale=1024.0)
    return regression(optimizer=optimizer), numbers()


@setup("regularisation", words={})
def weights_and_activities(folder):
    """L2 and L1 on kernels, an activity regulariser, a max-norm constraint, GaussianNoise."""
    x, y = points()
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.GaussianNoise(0.1, seed=7),
            layers.Dense(12, "relu", kernel_regularizer="l2", activity_regularizer="l1"),
            layers.Dense(8, "relu", kernel_constraint=keras.constraints.MaxNorm(1.0)),
            layers.Dense(3, "softmax", bias_regularizer=keras.regularizers.L1(0.01)),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": x, "y": one_hot(y), "epochs": 2, "validation_split": 0.2}


class Sparsity(layers.Layer):
    """Adds the mean activity to the loss."""

    def call(self, inputs):
        self.add_loss(0.05 * keras.ops.mean(keras.ops.abs(inputs)))
        return inputs


@setup("regularisation", words={})
def loss_added_by_a_layer(folder):
    """A layer that calls add_loss, beside a compiled loss."""
    x, y = points()
    inputs = keras.Input((6,))
    hidden = Sparsity()(layers.Dense(12, "relu")(inputs))
    model = keras.Model(inputs, layers.Dense(3)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_split": 0.2}


def half_classifier(loss_scale=None):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, "relu"),
            layers.Dense(3),
            layers.Activation("softmax", dtype="float32"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = points()
    return model, {"x": x, "y": y, "epochs": 3, "validation_split": 0.2}


@setup("precision", policy="mixed_float16", words={})
def mixed_float16(folder):
    """The policy mixed_float16 with a float32 softmax and its own loss scaling."""
    return half_classifier()


@setup("precision", policy="mixed_bfloat16", words={})
def mixed_bfloat16(folder):
    """The policy mixed_bfloat16."""
    return half_classifier()


@setup("execution", words={})
def compiled_with_xla(folder):
    """jit_compile=True."""
    return regression(optimizer="adam", jit_compile=True), numbers()


@setup("execution", words={})
def plain_graph(folder):
    """jit_compile=False."""
    return regression(optimizer="adam", jit_compile=False, metrics=["mae"]), numbers()


@setup("execution", words={})
def many_steps_at_once(folder):
    """steps_per_execution=4 with a number of batches that four does not divide."""
    model = regression(optimizer="adam", steps_per_execution=4, metrics=["mae"])
    return model, numbers(batch_size=18, epochs=3)


@setup("execution", words={})
def eager(folder):
    """run_eagerly=True, with Python and NumPy inside the call."""

    class Counted(layers.Layer):
        calls = 0

        def call(self, inputs):
            if hasattr(inputs, "numpy"):
                Counted.calls += 1
            return inputs * 2

    model = keras.Sequential([keras.Input((4,)), Counted(), layers.Dense(1)])
    model.compile("adam", "mse", run_eagerly=True, metrics=["mae"])
    return model, numbers(batch_size=64)


@setup("execution", words={})
def metrics_computed_rarely(folder):
    """Adafactor, and compiled metrics by name and by function."""

    def largest_error(y_true, y_pred):
        return keras.ops.max(keras.ops.abs(y_true - y_pred), axis=-1)

    model = regression(
        optimizer=optimizers.Adafactor(1e-2),
        loss=[keras.losses.LogCosh(name="lc")],
        metrics=[largest_error, "mean_squared_logarithmic_error", keras.metrics.R2Score()],
    )
    return model, numbers()


class WarmedUp(optimizers.schedules.LearningRateSchedule):
    """The schedule of the Transformer's tutorial, which has no `get_config`."""

    def __init__(self, width, warm_up=6.0):
        super().__init__()
        self.width, self.warm_up = width, warm_up

    def __call__(self, step):
        step = keras.ops.cast(step, "float32") + 1
        return self.width**-0.5 * keras.ops.minimum(step**-0.5, step * self.warm_up**-1.5)


@setup("optimizers", words={})
def schedule_of_ones_own(folder):
    """A custom learning-rate schedule without get_config, Adam with beta_2=0.98."""
    return regression(optimizer=optimizers.Adam(WarmedUp(64.0), beta_2=0.98)), numbers()
