"""What goes along with the steps of a run: bounded, within its tolerance, and never in disorder."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.series import PiecewiseLinear
from lossviz.series.piecewise_linear import MOST_KNOTS

samples = st.lists(st.tuples(st.integers(0, 500), st.floats(0, 10, width=32)), max_size=200)


@given(samples)
def test_every_sample_is_within_the_tolerance_of_the_line(gaps):
    track = PiecewiseLinear(absolute=0.05)
    steps = np.cumsum([steps for steps, _ in gaps], dtype=float)
    values = np.cumsum([value for _, value in gaps], dtype=float)
    for step, value in zip(steps, values, strict=True):
        track.add(step, value)
    if not len(steps):
        assert np.isnan(track.at([3.0])).all()
        return
    # At one and the same step the line goes from the first value there to the last.
    low, high = track.at(steps), track.at(steps, later=True)
    assert (low - 0.0501 <= values).all()
    assert (values <= high + 0.0501).all()
    assert (np.diff(track.knots()) >= 0).all()


@given(samples, st.integers(0, 200))
def test_pages_that_get_the_new_knots_have_all_of_them(gaps, cut):
    track, number, sent = PiecewiseLinear(absolute=0.05), 0, []
    step = value = 0.0
    for index, (more, gap) in enumerate(gaps):
        step, value = step + more, value + gap
        track.add(step, value)
        if index % 7 == cut % 7:
            number, new = track.since(number)
            sent += new
    sent += track.since(number)[1]
    # The last point of the line is no knot yet, unless it is one by chance.
    assert [tuple(knot) for knot in track.knots().T][: len(sent)] == sent


def test_a_steady_pace_needs_no_knots_and_a_noisy_one_a_bounded_number():
    steady, noisy = PiecewiseLinear(absolute=0.02), PiecewiseLinear(absolute=0.02)
    stream = np.random.default_rng(0)
    seconds = 0.0
    for chunk in range(1, 100_001):
        steady.add(50 * chunk, 0.05 * chunk)
        seconds += 0.05 * stream.lognormal(0, 0.5)
        noisy.add(50 * chunk, seconds)
        if chunk % 10_000 == 0:
            assert noisy.knots().shape[1] <= MOST_KNOTS + 1
    assert steady.knots().shape[1] <= 3
    assert noisy.last == seconds
    # An hour and a half with a few hundred lines: nowhere off by more than a second.
    np.random.default_rng(0)
    stream = np.random.default_rng(0)
    exact = np.cumsum(0.05 * stream.lognormal(0, 0.5, 100_000))
    found = noisy.at(50.0 * np.arange(1, 100_001))
    assert np.abs(found - exact).max() < 1


def test_a_jump_is_at_its_step_and_exact():
    track = PiecewiseLinear(relative=0.002)
    for step in range(0, 100, 10):
        track.jump(step, 0.1)
    for step in range(100, 200, 10):
        track.jump(step, 0.1001)
    np.testing.assert_array_equal(
        track.at([0, 99, 100, 150, 199], later=True), [0.1, 0.1, 0.1001, 0.1001, 0.1001]
    )
    assert track.knots().shape[1] <= 4


def test_values_that_no_tolerance_brings_together_are_bounded_too():
    track = PiecewiseLinear(relative=0.002)
    for step in range(20_000):
        track.jump(step, float(step % 2))
    assert track.knots().shape[1] <= MOST_KNOTS + 1
    assert track.last == 1.0


@pytest.mark.parametrize("steps", [0, 15, 20, 35, 40, 99])
def test_a_restored_track_ends_where_it_is_cut(steps):
    track = PiecewiseLinear()
    for step, value in [(0, 0), (10, 1), (20, 5), (20, 8), (40, 9)]:
        track.add(step, value)
    other = PiecewiseLinear()
    other.restore(track.knots(), steps)
    reached = [one for one in (0, 5, 10, 15, 20, 30, 40) if one <= steps]
    np.testing.assert_allclose(other.at(reached), track.at(reached))
    assert other.knots()[0, -1] == min(steps, 40)
