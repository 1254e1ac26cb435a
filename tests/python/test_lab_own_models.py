"""A lab around a model and data that somebody has: what its output holds, and its targets' form."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from test_lab import command, field, finished, until

import lossviz

STREAM = np.random.default_rng(0)
INPUTS = STREAM.normal(size=(48, 5)).astype("f4")
LABELS = STREAM.integers(0, 3, 48)
YES = (LABELS > 1).astype("i4")


def dense(units, activation=None):
    keras.utils.set_random_seed(2)
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(units, activation=activation)])


class Net(keras.Model):
    def __init__(self, activation):
        super().__init__()
        self.out = keras.layers.Dense(3, activation=activation)

    def call(self, inputs):
        return self.out(inputs)


def dataset(targets):
    return tf.data.Dataset.from_tensor_slices((INPUTS, targets)).batch(16)


def lab_of(model, targets, stream=False, **arguments):
    train = dataset(targets) if stream else (INPUTS, targets)
    config = lossviz.TrainingConfig(epochs=2, **arguments)
    return lossviz.LossLab(model=model, train=train, validation=train, config=config)


def fitted_losses(model, loss, targets, lab):
    """The losses that `fit` gives, on the batches of a dataset."""
    model.compile(keras.optimizers.SGD(lab.config.learning_rate), loss=loss)
    return model.fit(dataset(targets), epochs=2, shuffle=False, verbose=0).history["loss"]


@pytest.mark.parametrize("loss", ["cross_entropy", "focal", "dice", "kl_divergence"])
def test_a_softmax_is_found_and_said(loss):
    lab = lab_of(dense(3, "softmax"), LABELS, loss=loss)
    assert "Your model ends in softmax, so from_logits is off." in lab._session.status()["text"]
    assert field(lab, f"loss.{loss}.from_logits")["value"] == "False"
    assert lab.config.loss_params == {"from_logits": False}
    assert "from_logits=False):" in lab.code
    # Another loss begins with it, too.
    lab._on_message(
        None, {"type": "edit", "field": "loss", "value": "jaccard", "page": "p", "number": 1}, []
    )
    assert lab.config.loss == "jaccard" or lab.config.loss_params == {"from_logits": False}
    assert "from_logits=False):" in lab.code


@pytest.mark.parametrize(
    ("model", "on"), [(lambda: dense(3), True), (lambda: Net("softmax"), False)]
)
def test_what_is_not_known_from_the_end_is_asked_of_a_few_samples(model, on):
    model = model()
    model(INPUTS[:1])
    lab = lab_of(model, LABELS, loss="cross_entropy")
    assert lab.config.all_loss_params()["from_logits"] is on
    assert ("so from_logits is off" in lab._session.status()["text"]) is not on


def test_an_explicit_choice_wins():
    lab = lab_of(
        dense(3, "softmax"), LABELS, loss="cross_entropy", loss_params={"from_logits": True}
    )
    assert lab.config.loss_params.get("from_logits", True) is True
    assert "from_logits=True):" in lab.code


@pytest.mark.parametrize("column", [False, True], ids=["labels", "column"])
@pytest.mark.parametrize("dtype", ["i4", "i8", "u1"])
def test_a_dataset_of_labels_trains_as_fit_does(column, dtype):
    targets = LABELS.astype(dtype)
    targets = targets[:, None] if column else targets
    lab = lab_of(dense(3, "softmax"), targets, stream=True, loss="cross_entropy")
    finished(lab)
    assert ".map(lambda inputs, target: (inputs, tf.one_hot(target, 3)))" in lab.code
    expected = fitted_losses(dense(3, "softmax"), "sparse_categorical_crossentropy", targets, lab)
    np.testing.assert_allclose(lab.run.history["loss"], expected, rtol=1e-5)


@pytest.mark.parametrize("stream", [False, True], ids=["arrays", "dataset"])
@pytest.mark.parametrize("targets", [YES, YES.astype(bool), YES.astype("f4"), YES[:, None]])
def test_a_single_sigmoid_trains_as_fit_does(targets, stream):
    lab = lab_of(dense(1, "sigmoid"), targets, stream=stream, loss="binary_cross_entropy")
    finished(lab)
    if stream:
        expected = fitted_losses(dense(1, "sigmoid"), "binary_crossentropy", targets, lab)
        np.testing.assert_allclose(lab.run.history["loss"], expected, rtol=1e-5)
    else:
        assert lab.run.history["loss"][0] < 1.5


@pytest.mark.parametrize("stream", [False, True], ids=["arrays", "dataset"])
def test_numbers_beside_a_column_do_not_broadcast(stream):
    targets = INPUTS @ np.float32([1, -1, 0, 2, 0.5])
    lab = lab_of(dense(1), targets, stream=stream, task="regression", loss="quadratic",
                 optimizer="sgd", learning_rate=0.1)  # fmt: skip
    finished(lab)
    # Against [n, n] differences it would stay at the targets' variance.
    assert lab.run.history["loss"][-1] < 0.6 * targets.var()


@pytest.mark.parametrize("dtype", ["i4", "f4"])
def test_a_lab_around_a_single_sigmoid_begins_with_the_loss_for_it(dtype):
    lab = lossviz.LossLab(model=dense(1, "sigmoid"), train=(INPUTS, YES.astype(dtype)))
    assert lab.config.loss == "binary_cross_entropy"
    assert lab.config.loss_params == {"from_logits": False}


def test_losses_of_classes_are_refused_for_a_single_output():
    lab = lab_of(dense(1, "sigmoid"), YES, loss="cross_entropy")
    command(lab, "train")
    until(lambda: lab._session.status()["kind"] == "error")
    assert "Choose Binary cross-entropy" in lab._session.status()["text"]


def test_masks_of_labels_train():
    inputs = STREAM.normal(size=(8, 4, 4, 1)).astype("f4")
    masks = STREAM.integers(0, 2, (8, 4, 4))
    for targets in (masks, masks[..., None]):
        model = keras.Sequential(
            [keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 1, activation="softmax")]
        )
        config = lossviz.TrainingConfig(task="image_segmentation", loss="dice", epochs=1)
        lab = lossviz.LossLab(model=model, train=(inputs, targets), config=config)
        finished(lab)
        assert 0 < lab.run.history["loss"][0] < 1


def test_the_program_of_a_dataset_is_read_and_changed():
    config = lossviz.TrainingConfig(
        loss="focal", loss_params={"from_logits": False}, model="net", train="stream",
        validation="(x, y)", one_hot=4, streamed=["train"],
    )  # fmt: skip
    text = lossviz.program.render(config)
    assert "data = stream.map(lambda inputs, target: (inputs, tf.one_hot(target, 4)))" in text
    assert "validation = (x, tf.one_hot(y, 4))" in text
    reading = lossviz.program.read(text)
    assert reading.config == config
    assert reading.custom == []
    changed = lossviz.program.update(text, loss="dice", loss_params={"from_logits": True})
    said = lossviz.program.read(changed).config
    assert (said.loss, said.one_hot, said.streamed) == ("dice", 4, ("train",))
    assert said.loss_params["from_logits"] is True
    plain = lossviz.program.update(text, one_hot=0)
    assert "data = stream\n" in plain
    script = lossviz.program.script(config)
    assert "from_logits=False" in script
    assert "lossviz" not in script
