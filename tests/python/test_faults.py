"""What went wrong, in the words that tell it; with real errors of Keras, TensorFlow and Python."""

from __future__ import annotations

import importlib.util
import json
import re
import secrets
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import lossviz
from lossviz.training import faults
from lossviz.training.checkpoint import Checkpoints, State

WHEREVER = ["lib", "lossviz", "keras", "with space", "autograph", "python3.11/lib"]
NOISE = re.compile(r"inspect\._empty|Arguments received|\x1b|{{|\[Op:|in user code|Traceback|\n|•")


class Forgetful(keras.Model):
    def call(self, inputs):
        return {"a": inputs}["b's"]


def dense(inputs=4):
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(3)])


class TwoWidths(keras.Model):
    def __init__(self):
        super().__init__()
        self.narrow, self.wide = layers.Dense(3), layers.Dense(4)

    def call(self, inputs):
        return self.narrow(inputs) + self.wide(inputs)


class Talkative(keras.Model):
    def call(self, inputs):
        raise ValueError("the sensor's name is missing\nhere are some more words")


class Nameless(keras.Model):
    def call(self, inputs):
        raise KeyError


def traced(function, *shapes):
    """Call `function` in a graph, of which nothing but these shapes is known while it is traced."""
    specs = [tf.TensorSpec(shape) for shape in shapes]
    given = [tf.zeros([2 if size is None else size for size in shape or ()]) for shape in shapes]
    return tf.function(function, input_signature=specs)(*given)


def summed(dataset):
    return tf.function(lambda: dataset.reduce(0.0, lambda total, x: total + tf.reduce_sum(x)))()


def generated(shape, *, fails=False, batch=None):
    def give():
        yield np.zeros(4, "f4")
        if fails:
            raise RuntimeError("the file 7.png: is gone")
        yield np.zeros(5, "f4")

    dataset = tf.data.Dataset.from_generator(give, output_signature=tf.TensorSpec(shape))
    return dataset if batch is None else dataset.batch(batch)


def refuse(_):
    raise RuntimeError("decoder: bad file 17.png")


def functional():
    given = keras.Input((4,))
    return keras.Model(given, layers.Dense(2)(given))


def fit_unbatched():
    model = dense()
    model.compile("sgd", "mse")
    samples = tf.data.Dataset.from_tensor_slices((np.zeros((9, 4), "f4"), np.zeros((9, 3), "f4")))
    model.fit(samples, verbose=0, shuffle=False)


def used_again():
    first, second = dense(), dense()
    optimizer = keras.optimizers.Adam()
    optimizer.build(first.trainable_variables)
    zeros = [tf.zeros_like(variable) for variable in second.trainable_variables]
    optimizer.apply(zeros, second.trainable_variables)


def labels_outside():
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits
    tf.function(loss).get_concrete_function(
        tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, 3])
    )(tf.constant([1, 7]), tf.zeros((2, 3)))


REASONS = {
    "a layer's call, unbatched": (lambda: dense()(tf.zeros(4)), r"^Invalid input shape .* \(4,\)$"),
    "a layer's call, other width": (lambda: dense()(tf.zeros((2, 5))), r"^Input 0 .*\(2, 5\)$"),
    "a functional model": (lambda: functional()(tf.zeros((2, 5))), r"^Input 0 .*found shape=\(2, "),
    "an array over several lines": (
        lambda: keras.Sequential([keras.Input((None, 4)), layers.LSTM(3)])(tf.zeros((2, 4))),
        r"^Invalid input shape for input \[\.\.\.\] .* shape \(2, 4\)$",
    ),
    "fit": (fit_unbatched, r"^Invalid input shape .* shape \(4,\)$"),
    "eager kernel in a call": (
        lambda: TwoWidths()(tf.zeros((2, 5))), r"^Incompatible shapes: \[2,3\] vs\. \[2,4\]$",
    ),
    "strings": (lambda: dense(1)(tf.constant([["a"]])), r"^Cast string to float is not supported$"),
    "in user code, a layer's call": (
        lambda: traced(TwoWidths(), (2, 5)), r"^Dimensions must be equal, but are 3 and 4$",
    ),
    "in user code, several lines": (
        lambda: traced(Talkative(), (2, 5)), r"^the sensor's name is missing$",
    ),
    "in user code, a Keras loss": (
        lambda: traced(keras.losses.CategoricalCrossentropy(), (2, 3), (2, 4)),
        r"^Arguments `target` and `output` must have the same shape\.",
    ),
    "in user code, without words": (lambda: traced(Nameless(), (2, 5)), r"^no message$"),
    "a KeyError in a call": (lambda: Forgetful()(tf.zeros((2, 5))), r"^\"?b's\"?$"),
    "in user code, a KeyError": (lambda: traced(Forgetful(), (2, 5)), r"^\"?b's\"?$"),
    "shapeless": (
        lambda: traced(dense(), None), r"^Cannot take the length .* rank\. The shapes of the data",
    ),
    "shapeless, to be built": (
        lambda: traced(keras.Sequential([layers.Dense(3)]), None), r"shapes of the dataset's elem",
    ),
    "a generator": (lambda: summed(generated(None, fails=True)), r"^the file 7\.png: is gone$"),
    "a generator's shape": (
        lambda: summed(generated((4,))), r"yielded an element of shape \(5,\) .* \(4,\) was expect",
    ),
    "batches of several shapes": (
        lambda: summed(generated((None,), batch=2)),
        r"^Cannot batch tensors with different shapes in component 0\. .* shape \[5\]\.$",
    ),
    "Python in a map": (
        lambda: summed(
            tf.data.Dataset.range(3).map(lambda x: tf.py_function(refuse, [x], tf.float32))
        ),
        r"^decoder: bad file 17\.png$",
    ),
    "a kernel in a map": (
        lambda: summed(
            tf.data.Dataset.range(3).map(lambda x: tf.gather([1.0], tf.cast(x, tf.int32) + 1))
        ),
        r"^indices = 1 is not in \[0, 1\)$",
    ),
    "Python in a graph": (
        lambda: traced(lambda x: tf.numpy_function(refuse, [x], tf.float32), ()),
        r"^decoder: bad file 17\.png$",
    ),
    "a graph's execution": (labels_outside, r"^Received a label value of 7 which is outside .* 7$"),
    "an assertion": (
        lambda: traced(lambda x: tf.debugging.assert_greater(x, 1.0, "too small") and x, (3,)),
        r"^assertion failed: \[too small\]",
    ),
    "an optimizer of another model": (used_again, r"^Unknown variable: .*float32.*>\. This "),
    "a layer that cannot be": (
        lambda: keras.Sequential([keras.Input((4,)), layers.Reshape((3, 2))]),
        r"^The total size of the tensor must be unchanged\.",
    ),
    "no call": (lambda: keras.Model()(tf.zeros((2, 4))), r"does not have a `call\(\)` method"),
    "Python": (lambda: {}["x"], r"^'x'$"),
}  # fmt: skip


@pytest.mark.parametrize("case", REASONS)
def test_the_reason_is_the_sentence_that_says_it(case):
    fails, said = REASONS[case]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of many kinds
        fails()
    reason = faults.reason_of(caught.value)
    assert re.search(said, reason), reason
    assert not NOISE.search(reason), reason


def test_a_long_reason_ends_with_a_sentence_or_with_dots():
    def symbolic(x):
        return 1.0 if x > 0 else 2.0

    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError) as caught:
        tf.function(symbolic, autograph=False)(tf.constant(1.0))
    assert len(str(caught.value)) > faults.LONGEST
    reason = faults.reason_of(caught.value)
    assert len(reason) <= faults.LONGEST
    assert reason.endswith("@tf.function.")
    endless = faults.reason_of(ValueError("word " * 500))
    assert endless.endswith(" word...")
    assert len(endless) <= faults.LONGEST


def test_the_error_of_a_run_tells_the_reason(dense_model):
    """Elements without a shape, from a generator that does not tell any: Keras' list of arguments
    is no reason."""

    def give():
        yield np.zeros((8, 4), "f4"), np.zeros((8, 3), "f4")

    signature = tf.TensorSpec(None), tf.TensorSpec(None)
    data = tf.data.Dataset.from_generator(give, output_signature=signature)
    try:
        run = lossviz.train(dense_model(), data, loss="mse", epochs=1)
        assert run.wait(60)
        message = run.record.error_message
    except ValueError as error:  # where it is told before
        message = str(error)
    assert "inspect._empty" not in message
    assert "shape" in message


FAILS = """
def outer(value):
    return inner(value)

def inner(value):
    raise ValueError(f"on line 6: {value}")
"""


def fail_in(path, call=lambda function: function(1)):
    """Run code of a file; gives the error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FAILS)
    spec = importlib.util.spec_from_file_location("failing", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(ValueError, match="on line 6") as caught:
        call(module.outer)
    return caught.value


@pytest.mark.parametrize("folder", WHEREVER)
@pytest.mark.parametrize("way", ["plain", "graph"])
def test_the_users_own_line_is_found_wherever_it_lies(tmp_path, folder, way):
    def in_a_graph(function):
        return tf.function(function)(tf.constant(1))

    call = {"plain": lambda function: function(1), "graph": in_a_graph}[way]
    error = fail_in(tmp_path / folder / "mine" / "loss.py", call)
    place = faults.place_of(error)
    assert (place.name, place.lineno) == ("inner", 6)


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_packages_are_not_the_users(tmp_path, folder):
    error = fail_in(tmp_path / folder / "some_package" / "code.py")
    assert "some_package" not in faults.place_of(error).filename


def test_lossviz_tensorflow_keras_and_the_standard_library_are_not_the_users():
    for fails in (
        lambda: json.loads("{"),
        lambda: dense()(tf.zeros((2, 5))),
        lambda: lossviz.losses.get("dcie"),
        lambda: importlib.import_module("no_such_module_at_all"),
    ):
        with pytest.raises((ValueError, ImportError)) as caught:
            fails()
        assert Path(faults.place_of(caught.value).filename).samefile(__file__)


def test_a_package_that_is_linked_is_known_by_where_it_lies(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    error = fail_in(tmp_path / "real" / "keras" / "code.py")
    assert "real" in faults.place_of(error).filename
    monkeypatch.setattr(keras, "__path__", [str(tmp_path / "link" / "keras")])
    assert "real" not in faults.place_of(error).filename


def full_disk(write):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of many kinds
        write()
    return caught.value


def python_writes():
    with open("/dev/full", "w") as file:  # noqa: PTH123 - a device
        file.write("x" * 10**6)


@pytest.mark.parametrize("write", [python_writes, lambda: tf.io.write_file("/dev/full", "x" * 99)])
def test_a_full_disk_is_told_as_such(write):
    error = full_disk(write)
    assert faults.why_not_written(error) == "the disk is full"
    assert faults.explain(error, 5) == "Training failed after step 5: the disk is full."


def test_other_faults_of_writing_are_told_in_their_own_words(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(tf.errors.OpError) as caught:
        tf.io.write_file(str(tmp_path / "file" / "inside"), "text")
    assert "not a directory" in faults.why_not_written(caught.value).lower()
    assert "{{" not in faults.why_not_written(caught.value)


def test_a_checkpoint_that_finds_no_room_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    monkeypatch.setattr(secrets, "token_hex", lambda _: "abc")
    folder = tmp_path / "checkpoints" / "one"
    folder.mkdir(parents=True)
    # What is written to this device finds a full disk.
    (folder / "latest.json.step-3-abc").symlink_to("/dev/full")
    told, saved = [], []
    state = State({"model/00000/a": tf.zeros(3)}, {"epoch": 1}, 3, 0)
    kept = Checkpoints("one", first=list, failed=told.append, saved=saved.append)
    kept.save(state)
    assert told == ["The checkpoint could not be saved: the disk is full. Training continues."]
    assert saved == []
