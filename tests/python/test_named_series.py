"""All series of a run by name: in step with it or sparse, in bounded memory."""

from __future__ import annotations

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz.series import NamedSeries, Part, SparseSeries
from lossviz.series.step_index import StepIndex

STEPS = st.lists(st.integers(0, 50), max_size=200).map(sorted)


def ones(count: int) -> np.ndarray:
    return np.ones(count, np.float32)


@given(STEPS, st.integers(0, 60))
def test_places_come_back_as_they_were_added(steps, at):
    places = StepIndex()
    places.append(steps)
    assert places.read(0, len(steps)).tolist() == steps
    assert places.read(3, 9).tolist() == steps[3:9]
    assert places.before(at) == sum(step < at for step in steps)


@given(STEPS, st.integers(0, 60), st.integers(0, 60))
def test_a_sparse_series_is_nan_where_nothing_was_logged(steps, start, stop):
    series = SparseSeries()
    values = np.arange(len(steps), dtype=np.float32)
    series.append(steps, values)
    wanted = np.full(max(stop - start, 0), np.nan, np.float32)
    for step, value in zip(steps, values, strict=True):
        if start <= step < stop:
            wanted[step - start] = value
    np.testing.assert_array_equal(series.on_every_step(start, stop), wanted)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(-9, 9)), min_size=1, max_size=500),
    st.integers(64, 100),
    st.integers(0, 5000),
)
@settings(max_examples=50)
def test_a_window_of_a_sparse_series_loses_no_extreme(gaps, points, start):
    series = SparseSeries()
    steps = np.cumsum([gap for gap, _ in gaps])
    values = np.array([value for _, value in gaps], np.float32)
    series.append(steps.tolist(), values)
    window = series.window(start, points=points)
    inside = steps >= start
    shown = np.concatenate([window.minimum, window.maximum, window.raw])
    assert len(shown) <= 3 * points
    if inside.any():
        assert shown.min() == values[inside].min()
        assert shown.max() == values[inside].max()
    at = np.concatenate([window.steps, window.raw_steps])
    assert (at >= start).all()
    assert (np.diff(at) > 0).all()
    assert len(window.steps) == len(window.minimum)
    assert len(window.raw_steps) == len(window.raw)


def test_what_a_step_does_not_tell_is_nan():
    series = NamedSeries()
    series.add_steps({"loss": ones(2)})
    series.add_steps({"loss": ones(2), "accuracy": ones(2)})
    series.add_steps({"loss": ones(1)})
    np.testing.assert_array_equal(
        series.on_every_step("accuracy"), np.float32([np.nan, np.nan, 1, 1, np.nan])
    )
    assert [one.length for one in series.describe()] == [5, 5]


def test_a_name_that_a_person_took_first_stays_the_persons():
    series = NamedSeries()
    series.log("accuracy", 0.5)
    series.add_steps({"loss": ones(2), "accuracy": ones(2)})
    series.add_steps({"loss": ones(2), "accuracy": ones(2)})
    assert series.names() == ["loss", "accuracy", "step_accuracy"]
    assert series.on_every_step("step_accuracy").tolist() == [1, 1, 1, 1]
    assert len(series["accuracy"]) == 1
    with pytest.raises(ValueError, match="loss"):
        series.log("loss", 1.0)


def test_values_may_be_logged_from_many_threads_while_steps_are_added():
    series = NamedSeries()
    go_on = threading.Event()

    def log() -> None:
        for value in range(2000):
            series.log("mine", value)
        go_on.set()

    threads = [threading.Thread(target=log) for _ in range(4)]
    for thread in threads:
        thread.start()
    while not go_on.is_set():
        series.add_steps({"loss": ones(3), "other": ones(3)})
        assert len(series.on_every_step("other")) == len(series.on_every_step("loss"))
    for thread in threads:
        thread.join()
    steps, values = series["mine"].read()
    assert len(values) == 8000
    assert (np.diff(steps) >= 0).all()


@pytest.mark.parametrize("stride", [1, 10])
def test_a_million_values_take_less_than_six_megabytes(stride):
    stream = np.random.default_rng(0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    dense, sparse = NamedSeries(), SparseSeries()
    for start in range(0, 10**6, 1000):
        values = stream.random(1000, dtype=np.float32)
        dense.add_steps({"loss": values})
        steps = np.arange(start, start + 1000) * stride
        sparse.append(steps.tolist(), values)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert taken < 2 * 6e6


def test_a_constant_takes_no_room():
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    series = NamedSeries()
    for _ in range(100):
        series.add_steps({"loss": ones(10_000), "learning_rate": ones(10_000) / 10})
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert taken < 3e6
    assert (series.on_every_step("learning_rate") == np.float32(0.1)).all()


def test_parts_make_the_same_series_again():
    series = NamedSeries()
    series.add_steps({"loss": ones(5), "accuracy": ones(5) / 2})
    series.log("mine", 3.0)
    series.log("memory", 12.0, kind="resource", unit="MB")
    series.add_steps({"loss": ones(2)})
    series.log("mine", 4.0)
    other = NamedSeries()
    for name in series.names():
        first, rest = series.part(name, 0, 4), series.part(name, 0)
        assert isinstance(first, Part)
        assert first.stop <= 4
        other.restore(rest)
    assert other.describe() == series.describe()
    for name in series.names():
        np.testing.assert_array_equal(other.on_every_step(name), series.on_every_step(name))
    assert series.part("mine", 0, 5).values.tolist() == [3.0]
    assert series.part("mine", 1).steps.tolist() == [6]
