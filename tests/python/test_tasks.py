"""Every task trains out of the box, with every loss that suits it, and with data of one's own."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

import lossviz
from tests.python.small_tasks import DATASETS, PAIRS, small, small_for, whole


@pytest.mark.parametrize(("task", "dataset"), DATASETS)
def test_data_are_split_typed_and_the_same_again(task, dataset):
    data = whole(task, dataset)
    assert len(data.inputs) == len(data.targets)
    assert len(data.validation_inputs) == len(data.validation_targets)
    assert data.inputs.shape[1:] == data.validation_inputs.shape[1:]
    assert data.targets.shape[1:] == data.validation_targets.shape[1:]
    assert data.inputs.dtype == np.float32
    assert np.isfinite(data.inputs).all()
    assert data.name == dataset
    again, other = (lossviz.tasks.get(task).load(dataset, seed=seed) for seed in (0, 1))
    assert again.inputs.tobytes() == data.inputs.tobytes()
    assert again.targets.tobytes() == data.targets.tobytes()
    assert other.inputs.tobytes() != data.inputs.tobytes()
    # What is held out is nowhere in what is learnt.
    rows = {row.tobytes() for row in data.inputs}
    assert not any(row.tobytes() in rows for row in data.validation_inputs)


def test_no_handwriting_is_both_learnt_and_held_out():
    from lossviz.tasks.digit_images import digit_images

    train, validation = digit_images(0)
    assert len(train.images) + len(validation.images) == 1797
    kept = {image.tobytes() for image in train.images}
    assert sum(image.tobytes() in kept for image in validation.images) == 0


def test_rare_digits_are_rare_only_in_what_is_learnt():
    data = whole("image_classification", "imbalanced_digits")
    counts, held_out = data.targets.sum(0), data.validation_targets.sum(0)
    assert counts[:5].min() > 100
    assert (counts[5:] == 6).all()
    assert held_out.min() > 20


def test_cells_have_a_dominant_background_and_rare_nuclei():
    data = whole("image_segmentation")
    shares = data.targets.mean((0, 1, 2))
    assert data.classes == ("background", "red cell", "white cell", "nucleus")
    assert list(np.argsort(shares)[::-1]) == [0, 1, 2, 3]
    assert shares[0] > 0.6
    assert shares[3] < 0.01
    assert (data.targets.sum(-1) == 1).all()
    # The mask is where the paint is: nuclei are the darkest, the background the brightest.
    mask = data.targets.argmax(-1)
    brightness = [data.inputs[mask == one].mean() for one in range(4)]
    assert np.argmin(brightness) == 3
    assert np.argmax(brightness) == 0


def test_lines_hold_three_to_six_digits_and_no_blank():
    data = whole("optical_character_recognition")
    lengths = (data.targets != 0).sum(1)
    assert set(lengths) == {3, 4, 5, 6}
    assert data.targets.max() == 10
    lossviz.losses.check_targets(
        lossviz.losses.get("ctc"), data.targets, [None, data.inputs.shape[2] // 2, 11]
    )


def test_scattered_digits_have_one_to_four_boxes_inside_the_picture():
    data = whole("object_detection")
    true = data.anchors.truths(data.targets[:200])
    assert set(true.counts.numpy()) == {1, 2, 3, 4}
    for boxes, count in zip(true.boxes.numpy(), true.counts.numpy(), strict=True):
        assert boxes[:count].min() > -1e-3
        assert boxes[:count].max() < 1 + 1e-3


def test_outliers_turn_squares_away_from_the_line_and_not_absolute_errors():
    data = whole("regression", "line_with_outliers")
    x, y = data.inputs[:, 0], data.targets[:, 0]
    squares = np.polyfit(x, y, 1)
    assert abs(squares[0] - 1.5) > 0.7
    inliers = np.abs(y - (0.5 + 1.5 * x)) < 1
    assert 0.1 < 1 - inliers.mean() < 0.2
    assert np.abs(data.validation_targets - (0.5 + 1.5 * data.validation_inputs)).max() < 1


@pytest.mark.parametrize(("task", "loss"), PAIRS)
def test_every_suitable_loss_trains_every_task(task, loss):
    data = small_for(task, loss)
    model = lossviz.tasks.get(task).build_model(data)
    before = [weight.numpy() for weight in model.trainable_variables]
    run = lossviz.train(
        model, data, loss=loss, task=task, epochs=1, batch_size=4, seed=0, learning_rate=0.01
    )
    assert run.wait(120)
    assert run.error is None, run.error
    assert np.isfinite(run.step_loss).all()
    assert len(run.step_loss) == 2
    for name in lossviz.tasks.get(task).metrics_for(data):
        assert np.isfinite(run.history[f"val_{name}"]).all()
    after = [weight.numpy() for weight in model.trainable_variables]
    assert any((one != other).any() for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("task", lossviz.tasks.names())
def test_the_program_of_every_task_runs(task):
    config = lossviz.TrainingConfig(task=task, train="mine", epochs=1, batch_size=4)
    text = lossviz.program.render(config)
    run = lossviz.program.execute(text, {"__name__": "__main__", "mine": small(task)})
    assert run.wait(120)
    assert run.error is None, run.error
    assert "val_loss" in run.history


@pytest.mark.parametrize("task", lossviz.tasks.names())
@pytest.mark.parametrize("name", lossviz.losses.names())
def test_what_is_said_of_an_unsuitable_loss_is_true(task, name):
    loss = lossviz.losses.get(name)
    said = lossviz.losses.why_not(loss, task)
    assert bool(said) == (name not in lossviz.losses.names(task))
    data = small_for(task, name)
    model = lossviz.tasks.get(task).build_model(data)

    def begin() -> None:
        lossviz.train(model, data, loss=name, task=task, epochs=1).stop()

    if said.endswith("It cannot be used for training here."):
        with pytest.raises(ValueError, match=name):
            begin()
    else:
        begin()


@pytest.mark.parametrize("task", lossviz.tasks.names())
def test_configs_take_the_defaults_of_their_task_and_data_that_the_loss_can_learn(task):
    known = lossviz.tasks.get(task)
    plain = lossviz.TrainingConfig(task=task)
    assert plain.loss == known.default_loss
    assert plain.dataset == known.datasets[0]
    assert (plain.optimizer, plain.epochs) == (known.optimizer, known.epochs)
    for loss in known.losses:
        config = lossviz.TrainingConfig(task=task, loss=loss)
        assert known.dataset(config.dataset).takes(lossviz.losses.get(loss))


OWN_TARGETS = {
    "image_classification": (lambda n: np.arange(n) % 3, (8, 8, 1), 3),
    "image_segmentation": (lambda n: np.arange(n * 100).reshape(n, 10, 10) % 3, (10, 10, 3), 3),
    "optical_character_recognition": (
        lambda n: np.tile([1, 2, 0], (n, 1)).astype(np.int32), (16, 40, 1), 3,
    ),
    "regression": (lambda n: np.linspace(0, 1, n), (5,), 1),
}  # fmt: skip


@pytest.mark.parametrize("task", OWN_TARGETS)
def test_starter_models_and_losses_take_arrays_of_ones_own(task):
    make, shape, outputs = OWN_TARGETS[task]
    targets = make(12)
    inputs = np.random.default_rng(0).random((12, *shape)).astype("f4")
    known = lossviz.tasks.get(task)
    model = known.build_model((inputs, targets))
    assert model.output_shape[-1] == outputs
    run = lossviz.train(
        model, (inputs, targets), loss=known.default_loss, task=task, epochs=1, seed=0
    )
    assert run.wait(60)
    assert run.error is None, run.error


class Batches(keras.utils.PyDataset):
    def __init__(self, inputs, targets) -> None:
        super().__init__()
        self.parts = inputs, targets

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return tuple(part[rows] for part in self.parts)


def test_starter_models_take_tables_and_datasets_of_ones_own():
    x = np.random.default_rng(0).random((12, 4)).astype("f4")
    y = x.sum(1)
    table = pd.DataFrame(x, columns=list("abcd"))
    dataset = tf.data.Dataset.from_tensor_slices((x, y[:, None])).batch(4)
    task = lossviz.tasks.get("regression")
    for data in ((table, pd.Series(y)), dataset, Batches(x, y[:, None])):
        model = task.build_model(data)
        run = lossviz.train(model, data, loss="huber", task="regression", epochs=1, seed=0)
        assert run.wait(60)
        assert run.error is None, run.error
        assert "mean_absolute_error" in run.history


def test_data_that_no_starter_model_fits_are_refused():
    task = lossviz.tasks.get("image_classification")
    x, labels = np.zeros((12, 8, 8, 1), "f4"), np.arange(12) % 3
    with pytest.raises(ValueError, match="one-hot"):
        task.build_model(tf.data.Dataset.from_tensor_slices((x, labels)).batch(4))
    with pytest.raises(ValueError, match="pair"):
        task.build_model(x)
    with pytest.raises(ValueError, match="anchors"):
        lossviz.tasks.get("object_detection").build_model((x, labels))


def test_class_weights_are_the_balanced_ones():
    labels = np.random.default_rng(0).choice(4, 500, p=[0.7, 0.2, 0.06, 0.04])
    expected = compute_class_weight("balanced", classes=np.arange(4), y=labels)
    inputs = np.zeros((500, 1))
    for targets in (labels, labels[:, None], np.eye(4)[labels]):
        found = lossviz.tasks.class_weights((inputs, targets))
        np.testing.assert_allclose(found, expected, rtol=1e-3)
    masks = np.eye(4)[labels].reshape(5, 10, 10, 4)
    np.testing.assert_allclose(
        lossviz.tasks.class_weights((np.zeros((5, 10, 10, 1)), masks)), expected, rtol=1e-3
    )
    with pytest.raises(ValueError, match="not classes"):
        lossviz.tasks.class_weights((inputs, np.linspace(0, 1, 500)))


@pytest.mark.parametrize(("task", "dataset"), DATASETS)
def test_predictions_are_shown_for_every_data_set(task, dataset):
    data = small(task, dataset)
    known = lossviz.tasks.get(task)
    figure = known.show(known.build_model(data), data, count=5)
    assert figure.layout.title.text
    assert len(figure.layout.images) >= 4 or len(figure.data) == 2


def test_names_of_classes_are_escaped_in_pictures():
    from dataclasses import replace

    data = replace(small("image_classification"), classes=("<b>x</b>",) * 10)
    task = lossviz.tasks.get("image_classification")
    figure = task.show(task.build_model(data), data)
    assert "<b>" not in figure.to_json()
    assert "&lt;b&gt;" in figure.to_json()
