"""Mistakes in how data are fed: their order, what they are validated on, pictures from folders."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from case import Case
from keras import layers
from seeds import SPARSE, classes, pictures, seeded, table
from small_models import compiled, conv, dense


@seeded("validation_is_training")
def a_dataset_validated_on_itself(rng):
    data = tf.data.Dataset.from_tensor_slices((table(rng), table(rng, 120, 1))).batch(16)
    return Case(compiled(dense(5, 1), "mse"), data=data, validation_data=data)


class Rows(keras.utils.PyDataset):
    """Five batches of a table."""

    def __init__(self, rng):
        super().__init__()
        self.x = table(rng, 80)

    def __len__(self):
        return 5

    def __getitem__(self, index):
        part = self.x[index * 16 : index * 16 + 16]
        return part, part[:, :1]


@seeded("validation_is_training")
def a_py_dataset_validated_on_itself(rng):
    rows = Rows(rng)
    return Case(compiled(dense(5, 1), "mse"), data=rows, validation_data=rows)


@seeded("validation_on_another_scale")
def validation_that_was_not_standardised(rng):
    x, y = table(rng), table(rng, 120, 1)
    held = (table(rng, 40) * 20 + 900, y[:40])
    return Case(compiled(dense(5, 1), "mse"), x, y, validation_data=held)


@seeded("batches_of_one_class")
def few_sorted_batches_without_shuffle(rng):
    y = np.sort(classes(rng, 150))
    model = compiled(dense(5, 3, "softmax"), SPARSE)
    return Case(model, table(rng, 150), y, batch_size=16, shuffle=False)


@seeded("pixels_not_scaled")
def pictures_that_were_resized(rng):
    x = tf.image.resize(pictures(rng, size=20), (12, 12)).numpy()
    return Case(compiled(conv((12, 12, 3), 2, "softmax"), SPARSE), x, classes(rng, 40, 2))


@seeded("softmax_over_another_axis")
def softmax_over_the_batch(rng):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, layers.Softmax(axis=0)(layers.Dense(3)(inputs)))
    return Case(compiled(model, SPARSE), table(rng), classes(rng))


@seeded("logits_as_probabilities")
def dice_of_logits(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(1, 3, padding="same")(inputs))
    masks = (rng.random((20, 8, 8, 1)) > 0.5).astype("f4")
    return Case(compiled(model, "dice"), rng.normal(size=(20, 8, 8, 1)).astype("f4"), masks)


@seeded("monitor_missing")
def early_stopping_on_a_validation_that_is_not_there(rng):
    more = {"callbacks": [keras.callbacks.EarlyStopping("val_loss", patience=2)]}
    return Case(compiled(dense(5, 1), "mse"), table(rng), table(rng, 120, 1), more=more)


@seeded("output_without_loss")
def one_loss_in_a_list_for_two_outputs(rng):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, [layers.Dense(1)(inputs), layers.Dense(1)(inputs)])
    y = [table(rng, 120, 1), table(rng, 120, 1)]
    return Case(compiled(model, ["mse"]), table(rng), y)
