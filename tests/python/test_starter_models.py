"""Starter models predict as they were trained, for every data set, after a short training, too."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

import lossviz
from tests.python.small_tasks import DATASETS, small

STEPS = 30


@pytest.mark.parametrize(("task", "dataset"), DATASETS)
def test_a_short_training_leaves_nothing_that_only_training_knows(task, dataset):
    """Moving statistics that lag behind the weights made fits that predict nonsense.

    The segmentation programs ended at a mean IoU of 0.02 to 0.97, depending on the seed.
    """
    known, data = lossviz.tasks.get(task), small(task, dataset, samples=4)
    tf.keras.utils.set_random_seed(STEPS)
    model = known.build_model(data)
    losses = [
        name for name in known.losses if known.dataset(dataset).takes(lossviz.losses.get(name))
    ]
    run = lossviz.train(
        model, data.train, loss=losses[0], optimizer=known.optimizer,
        learning_rate=known.learning_rate, epochs=STEPS, batch_size=4, seed=0,
    )  # fmt: skip
    assert run.wait(300)
    assert run.error is None, run.error
    inputs = data.validation_inputs
    trained, inferred = (np.asarray(model(inputs, training=mode)) for mode in (True, False))
    np.testing.assert_allclose(inferred, trained, rtol=1e-4, atol=1e-4 * np.ptp(trained))


def test_pictures_are_standardised_by_their_own_channels():
    """Dark spots on bright paper were hidden from the first layers: nuclei were found late."""
    random = np.random.default_rng(5)
    pictures = random.normal((200, 100, 3), (20, 5, 0), (24, 8, 12, 3)).astype("f4")
    masks = random.integers(0, 3, (24, 8, 12))
    model = lossviz.tasks.get("image_segmentation").build_model((pictures, masks))
    inside = model.get_layer(index=1)(pictures)
    np.testing.assert_allclose(np.mean(inside, (0, 1, 2)), 0, atol=1e-2)
    # A channel that says nothing stays finite.
    np.testing.assert_allclose(np.std(inside, (0, 1, 2)), [1, 1, 0], atol=1e-2)
    other = tf.keras.models.clone_model(model)
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(other(pictures), model(pictures))
