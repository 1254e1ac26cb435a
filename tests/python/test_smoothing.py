"""The moving average of steps, as the definition says, and as pages get it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lossviz.series import smoothed
from lossviz.wire import RunStream
from tests.python.test_run_stream import record


@given(
    npst.arrays(
        np.float32,
        st.integers(0, 700),
        elements=st.one_of(
            st.floats(-10, 10, width=32), st.sampled_from([np.nan, np.inf, -np.inf])
        ),
    ),
    st.one_of(st.just(0.0), st.floats(0.01, 0.99)),
)
def test_it_is_the_recurrence_value_by_value(values, weight):
    expected, total, share = [], 0.0, 0.0
    for value in values:
        if np.isfinite(value):
            total = weight * total + (1 - weight) * float(value)
            share = weight * share + (1 - weight)
            expected.append(total / share)
        else:
            expected.append(value)
    np.testing.assert_allclose(smoothed(values, weight), expected, rtol=1e-4, atol=1e-6)


def test_a_page_gets_the_average_of_every_step_of_a_long_range():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append((message, buffers)))
    long = record()
    long.begin_epoch(1)
    losses = np.random.default_rng(0).random(500_000, np.float32)
    long.add_steps(losses, 1.0)
    stream.follow(long)
    stream.ask(
        {
            "type": "range", "page": "p", "number": 1, "run": "a",
            "series": "loss", "start": 1000, "stop": 499_000,
            "points": 4096, "smoothing": 0.9,
        }
    )  # fmt: skip
    stream.publish()
    ((message, buffers),) = sent
    part = message["part"]
    low, high, raw = (np.frombuffer(one, "<f4") for one in buffers)
    exact = smoothed(losses[1000:499_000], 0.9)
    assert (min([*low, *raw]), max([*high, *raw])) == (exact.min(), exact.max())
    assert part["start"] == 1000
    assert part["raw_start"] + len(raw) == 499_000
    width = part["width"]
    np.testing.assert_array_equal(low[:5], exact[: 5 * width].reshape(5, width).min(axis=1))
