"""The series of a run's steps: nothing lost, bounded views, levels that never move."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lossviz.series import StepSeries
from lossviz.series.blocks import BLOCK, Blocks

pieces = st.lists(
    npst.arrays(
        np.float32,
        st.integers(0, 300),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    ),
    max_size=12,
)


def filled(parts: list[np.ndarray]) -> tuple[StepSeries, np.ndarray]:
    series = StepSeries()
    for part in parts:
        series.append(part)
    return series, np.concatenate([np.empty(0, np.float32), *parts])


@given(pieces, st.integers(-5, 4000), st.integers(-5, 4000))
def test_any_range_reads_back_to_the_bit(parts, start, stop):
    series, whole = filled(parts)
    start = max(start, 0)
    expected = whole[start : max(stop, start)]
    assert series.read(start, stop).tobytes() == expected.tobytes()
    assert len(series) == len(whole)


def test_blocks_hold_more_than_one_block():
    blocks = Blocks()
    values = np.arange(BLOCK + 7, dtype=np.float32)
    blocks.append(values[:5])
    blocks.append(values[5:])
    np.testing.assert_array_equal(blocks.read(0, len(values)), values)
    np.testing.assert_array_equal(blocks.read(BLOCK - 1, BLOCK + 1), values[BLOCK - 1 : BLOCK + 1])


@given(pieces, st.integers(0, 3000), st.integers(64, 200))
def test_a_window_is_bounded_and_keeps_every_extreme(parts, start, points):
    series, whole = filled(parts)
    window = series.window(start, points=points)
    assert len(window.minimum) <= points + 2
    end = window.start + len(window.minimum) * window.width
    assert end - window.width < window.raw_start <= end
    assert window.raw_start + len(window.raw) == len(whole)
    assert len(window.raw) <= points
    shown = whole[min(start, len(whole)) :]
    everything = np.concatenate([window.minimum, window.maximum, window.raw])
    if len(shown) and not np.isnan(shown).all():
        assert np.nanmax(everything) == np.nanmax(shown)
        assert np.nanmin(everything) == np.nanmin(shown)


@given(
    st.integers(1, 40_000), st.integers(0, 40_000), st.integers(1, 40_000), st.integers(0, 40_000),
    st.integers(1, 5000), st.lists(st.integers(1, 40_000), max_size=6),
)  # fmt: skip
def test_a_spike_is_in_every_window_that_holds_it_and_in_no_other(
    length, start, count, place, points, cuts
):
    losses = np.full(length, 0.5, np.float32)
    place %= length
    losses[place] = 9.0
    series = StepSeries()
    # In any pieces: levels are extended in the middle of buckets.
    for part in np.split(losses, sorted(cut % length for cut in cuts)):
        series.append(part)
    start %= length
    stop = min(start + count, length)
    window = series.window(start, stop, points=points)
    shown = max(window.maximum.max(initial=0), window.raw.max(initial=0))
    assert shown == (9.0 if start <= place < stop else 0.5)
    # It is where it belongs: in the one bucket that covers its step, or raw.
    if start <= place < stop:
        bucket = (place - window.start) // window.width
        found = np.flatnonzero(window.maximum == 9.0).tolist()
        raw = (np.flatnonzero(window.raw == 9.0) + window.raw_start).tolist()
        assert (found, raw) == (([bucket], []) if place < window.raw_start else ([], [place]))


@given(pieces, pieces)
def test_buckets_never_change_when_steps_arrive(before, after):
    series, _ = filled(before)
    early = series.window(points=64)
    seen = len(series)
    for part in after:
        series.append(part)
    whole = series.read()
    # The same steps asked for later give the same buckets, to the bit.
    late = series.window(0, seen, points=64)
    assert (late.start, late.width, late.raw_start) == (early.start, early.width, early.raw_start)
    for ours, theirs in zip(
        (late.minimum, late.maximum, late.raw), (early.minimum, early.maximum, early.raw),
        strict=True,
    ):  # fmt: skip
        assert ours.tobytes() == theirs.tobytes()
    for index in range(len(early.minimum)):
        first = early.start + index * early.width
        bucket = whole[first : min(first + early.width, early.raw_start)]
        if not np.isnan(bucket).all():
            assert early.minimum[index] == np.nanmin(bucket)
            assert early.maximum[index] == np.nanmax(bucket)


def test_one_spike_in_a_million_steps_is_in_every_window_that_holds_it():
    losses = np.full(1_000_000, 0.5, np.float32)
    losses[765_432] = 9.0
    series = StepSeries()
    series.append(losses)
    for start in (0, 1, 500_000, 765_000, 765_432):
        window = series.window(start, points=1000)
        assert max(window.maximum.max(initial=0), window.raw.max(initial=0)) == 9.0
    after = series.window(765_433, points=1000)
    assert max(after.maximum.max(initial=0), after.raw.max(initial=0)) == 0.5
