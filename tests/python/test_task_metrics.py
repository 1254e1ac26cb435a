"""The tasks' metrics, anchors and decoding against independent ways to work them out."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import jaccard_score

import lossviz
from lossviz.tasks import Anchors
from lossviz.tasks.anchors import Detections, iou
from lossviz.tasks.box_metrics import BINS, LARGEST, average_precision, matches, overlaps
from lossviz.tasks.reading_metrics import readings
from tests.python.small_tasks import whole

ANCHORS = Anchors((6, 6), ((0.2, 0.2), (0.3, 0.15)), ("a", "b", "c"))


def metric(name, classes=3, data=None):
    return lossviz.tasks.metrics.build(name, data, classes)


@given(seed=st.integers(0, 2**31), batches=st.integers(1, 3))
@settings(max_examples=15)
def test_mean_iou_is_that_of_scikit_learn(seed, batches):
    stream = np.random.default_rng(seed)
    mean = metric("mean_iou")
    true, said = [], []
    for _ in range(batches):
        labels, output = stream.integers(0, 3, (2, 4, 4)), stream.normal(size=(2, 4, 4, 3))
        true.append(labels), said.append(output.argmax(-1))
        mean.update_state(tf.one_hot(labels, 3), tf.constant(output, tf.float32))
    result = {name: float(value) for name, value in mean.result().items()}
    true, said = np.concatenate(true).ravel(), np.concatenate(said).ravel()
    each = jaccard_score(true, said, average=None, labels=[0, 1, 2], zero_division=0)
    assert [result[f"iou_{one}"] for one in range(3)] == pytest.approx(list(each), abs=1e-6)
    assert result["mean_iou"] == pytest.approx(each.mean(), abs=1e-6)


def test_mean_iou_names_the_classes_and_takes_labels():
    data = whole("image_segmentation")
    mean = metric("mean_iou", 4, data)
    mean.update_state(data.targets[:3].argmax(-1), tf.constant(data.targets[:3]))
    assert list(mean.result()) == [
        "mean_iou", "iou_background", "iou_red_cell", "iou_white_cell", "iou_nucleus",
    ]  # fmt: skip
    assert float(mean.result()["mean_iou"]) == 1


def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        row, before = [i], row
        for j, other in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (one != other)))
    return row[-1]


@given(seed=st.integers(0, 2**31))
@settings(max_examples=25)
def test_reading_metrics_are_those_of_plain_edit_distance(seed):
    stream = np.random.default_rng(seed)
    output = stream.normal(size=(4, 7, 3))
    target = np.zeros((4, 4), np.int32)
    for row in target:
        length = stream.integers(0, 5)
        row[:length] = stream.integers(1, 3, length)
    expected = []
    for line in output.argmax(-1):
        read = [int(c) for i, c in enumerate(line) if c and (i == 0 or line[i - 1] != c)]
        expected.append(read)
    assert readings(output) == expected
    edits = [
        levenshtein(said, [int(c) for c in row if c])
        for said, row in zip(expected, target, strict=True)
    ]
    rate, exact = metric("character_error_rate"), metric("exact_match")
    for one in (rate, exact):
        one.update_state(target, tf.constant(output, tf.float32))
    characters = (target != 0).sum()
    assert float(rate.result()) == pytest.approx(sum(edits) / characters if characters else 0)
    assert float(exact.result()) == pytest.approx(np.mean([edit == 0 for edit in edits]))


@st.composite
def scenes(draw):
    """A few boxes that hardly overlap, with labels."""
    stream = np.random.default_rng(draw(st.integers(0, 2**31)))
    boxes, labels = [], []
    for _ in range(draw(st.integers(0, 4))):
        size = stream.uniform(0.1, 0.35, 2)
        top = stream.uniform(0, 1 - size)
        box = np.concatenate([top, top + size])
        if not boxes or iou([box], boxes).max() < 0.1:
            boxes.append(box)
            labels.append(int(stream.integers(0, 3)))
    return np.float32(boxes).reshape(-1, 4), np.array(labels, int)


@given(scenes())
@settings(max_examples=40)
def test_boxes_come_back_from_what_a_detector_learns(scene):
    boxes, labels = scene
    target = ANCHORS.encode(boxes, labels)
    assert target.shape == (72, 8)
    assert (target[:, :4].sum(-1) == 1).all()
    true = ANCHORS.truths(target[None])
    count = int(true.counts[0])
    assert count == len(boxes)
    found = sorted(
        zip(true.classes[0][:count].numpy().tolist(), true.boxes[0][:count].numpy().tolist(),
            strict=True)
    )  # fmt: skip
    wanted = sorted(zip(labels.tolist(), boxes.tolist(), strict=True))
    for (label, box), (right, there) in zip(found, wanted, strict=True):
        assert label == right
        np.testing.assert_allclose(box, there, atol=1e-4)


def test_iou_of_boxes_by_counting_pixels():
    stream = np.random.default_rng(0)
    corners = stream.integers(0, 10, (8, 2))
    boxes = np.concatenate([corners, corners + stream.integers(1, 10, (8, 2))], 1)
    grids = []
    for top, left, bottom, right in boxes:
        grid = np.zeros((20, 20), bool)
        grid[top:bottom, left:right] = True
        grids.append(grid)
    expected = [[(a & b).sum() / (a | b).sum() for b in grids] for a in grids]
    np.testing.assert_allclose(iou(boxes, boxes), expected, rtol=1e-6)
    floats = tf.constant(boxes, tf.float32)
    np.testing.assert_allclose(overlaps(floats, floats), expected, rtol=1e-6)


def counted_as(score):
    """The score as the metric counts it: finds whose scores differ by less are equally good."""
    score = np.clip(np.float32(score), np.float32(1e-6), np.float32(1 - 1e-6))
    odds = np.log(score) - np.log1p(-score)
    return int((odds + np.float32(LARGEST)) / np.float32(2 * LARGEST) * np.float32(BINS))


def plain_average_precision(rows, boxes):
    """From scores and hits one by one, as the paper says; of equal ones the right come last."""
    rows = sorted(rows, key=lambda row: (-counted_as(row[0]), row[1]))
    area, best_after = 0.0, 0.0
    hits = np.cumsum([hit for _, hit in rows])
    for index in range(len(rows) - 1, -1, -1):
        best_after = max(best_after, hits[index] / (index + 1))
        area += best_after * rows[index][1] / boxes
    return area


@given(seed=st.integers(0, 2**31), noise=st.sampled_from([0.3, 1.0, 3.0]))
@example(seed=142, noise=1.0)  # two finds in one bin
@settings(max_examples=15)
def test_mean_average_precision_by_going_through_all_finds(seed, noise):
    stream = np.random.default_rng(seed)
    boxes = [stream.uniform(0, 0.6, (2, 2)) for _ in range(6)]
    boxes = [np.concatenate([one, one + stream.uniform(0.15, 0.35, (2, 2))], 1) for one in boxes]
    labels = [stream.integers(0, 3, 2) for _ in boxes]
    target = ANCHORS.encode_all(boxes, labels)
    sharp = np.concatenate([4 * target[..., :4], target[..., 4:]], -1)
    output = np.float32(sharp + noise * stream.normal(size=target.shape))
    data = lossviz.tasks.Data(
        name="", inputs=output, targets=target, validation_inputs=output,
        validation_targets=target, classes=ANCHORS.classes, anchors=ANCHORS,
    )  # fmt: skip
    ours = metric("mean_average_precision", 8, data)
    for rows in (slice(0, 4), slice(4, 6)):
        ours.update_state(target[rows], output[rows])
    found, true = ANCHORS.detect(output), ANCHORS.truths(target)
    values = []
    for label in range(3):
        rows, total = [], 0
        for image in range(6):
            there = int(true.counts[image])
            real = [
                true.boxes[image][index].numpy()
                for index in range(there)
                if int(true.classes[image][index]) == label
            ]
            total += len(real)
            for index in range(int(found.counts[image])):
                if int(found.classes[image][index]) != label:
                    continue
                box = found.boxes[image][index].numpy()
                overlap = iou([box], real)[0] if real else np.zeros(0)
                hit = len(overlap) > 0 and overlap.max() >= 0.5
                if hit:
                    real.pop(int(overlap.argmax()))
                rows.append((float(found.scores[image][index]), hit))
        if total:
            values.append(plain_average_precision(rows, total))
    assert float(ours.result()) == pytest.approx(np.mean(values), abs=1e-4)


def test_a_perfect_detector_has_a_mean_average_precision_of_one():
    data = whole("object_detection")
    ours = metric("mean_average_precision", 15, data)
    target = data.validation_targets[:40]
    ours.update_state(target, np.concatenate([20 * target[..., :-4], target[..., -4:]], -1))
    assert float(ours.result()) == pytest.approx(1, abs=1e-6)


def test_the_better_find_takes_the_box():
    boxes = tf.constant([[[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 1, 1]]], tf.float32)
    classes = tf.constant([[1, 1, 0]])
    found = Detections(boxes, classes, tf.constant([[0.9, 0.8, 0.7]]), tf.constant([3]))
    true = Detections(boxes[:, :1], classes[:, :1], tf.ones((1, 1)), tf.constant([1]))
    assert matches(found, true).numpy().tolist() == [[True, False, False]]


def test_average_precision_of_a_worked_example():
    # Right, wrong, right of three boxes: precision 1 up to recall 1/3, then 2/3 up to 2/3.
    assert average_precision([1, 0, 1], [0, 1, 0], 3) == pytest.approx(1 / 3 + 2 / 9)


def test_objects_and_boxes_are_judged_alone():
    target = np.eye(3)[[[0, 0, 1, 2]]]
    output = np.eye(3)[[[0, 1, 1, 1]]]
    accuracy = metric("object_accuracy")
    accuracy.update_state(tf.constant(target), tf.constant(output))
    assert float(accuracy.result()) == 0.5
    box = metric("box_iou")
    box.update_state(tf.constant([[0, 0, 1, 1.0]]), tf.constant([[0, 0, 1, 0.5]]))
    assert float(box.result()) == 0.5


@pytest.mark.parametrize(
    ("boxes", "labels", "said"),
    [
        ([[0, 0, 0.5, 0.5]], [0, 1], "each box needs one"),
        ([[0.5, 0, 0.2, 0.5]], [0], "bottom greater than top"),
        ([[0, 0, 0.5, 0.5]], [3], "from 0 to 2"),
        ([[0, 0, 0.5, 0.5]], [0.5], "integers"),
    ],
)
def test_boxes_that_are_none_are_refused(boxes, labels, said):
    with pytest.raises(ValueError, match=said):
        ANCHORS.encode(boxes, labels)


def test_unknown_anchors_are_told():
    model = lossviz.tasks.get("regression").build_model(whole("regression"))
    pair = whole("regression").train
    with pytest.raises(ValueError, match="anchors"):
        lossviz.train(model, pair, loss="mse", metrics=["mean_average_precision"])
