"""What a stream sends is bounded: at any pace of steps, and whether or not somebody takes it."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from lossviz.training import Record
from lossviz.wire import RunStream
from lossviz.wire.rate_limiter import BURST, BYTES_PER_SECOND, PATIENCE, SLOW
from tests.python.test_run_stream import Page, record


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Wire:
    """A stream of a live run, a page on it, and what has been sent."""

    def __init__(self) -> None:
        self.clock, self.sent, self.pages = Clock(), [], []
        self.stream = RunStream(self.send, self.clock)
        self.run: Record = record()
        self.run.begin_epoch(1)
        self.stream.follow(self.run)
        self.pages.append(Page(self.stream, "p"))
        self.stream.publish()

    def send(self, message, buffers) -> None:
        self.sent.append((message, buffers))
        for page in self.pages:
            page.receive(message, buffers)

    def step(self, losses, seconds: float = 0.1) -> bool:
        """Some steps, and the publisher's next round."""
        self.run.add_steps(np.float32(losses), seconds)
        self.clock.now += seconds
        return self.stream.publish()

    def answer(self) -> None:
        """As the lab does where comms are answered on a thread of their own."""
        thread = threading.Thread(target=self.stream.answered)
        thread.start()
        thread.join()

    @property
    def bytes(self) -> int:
        return sum(len(one) for _, buffers in self.sent for one in buffers)


def test_a_million_steps_in_a_few_seconds_are_bounded_and_keep_every_extreme():
    wire = Wire()
    losses = np.random.default_rng(0).random(1_000_000, np.float32)
    losses[123_456], losses[765_432] = 9.0, -3.0
    for part in losses.reshape(40, -1):
        wire.step(part)
        wire.answer()
    for _ in range(5):
        wire.step([])
    seconds = wire.clock.now - 100
    assert wire.bytes <= BURST + BYTES_PER_SECOND * seconds + 50_000  # and the first snapshot
    page = wire.pages[0]
    assert page.start["loss"] + len(page.losses) == 1_000_000
    shown = np.concatenate([page.buckets, page.losses])
    assert (shown.max(), shown.min()) == (losses.max(), losses.min())
    assert page.best == pytest.approx(-3.0)
    np.testing.assert_array_equal(page.losses, losses[page.start["loss"] :])


def test_at_a_usual_pace_every_step_travels_raw():
    wire = Wire()
    losses = np.random.default_rng(0).random(20_000, np.float32)
    for part in losses.reshape(20, -1):
        wire.step(part)
        wire.answer()
    assert not any("part" in one for message, _ in wire.sent for one in message["series"])
    np.testing.assert_array_equal(wire.pages[0].losses, losses)


def test_a_page_that_stops_answering_gets_nothing_more_and_catches_up():
    wire = Wire()
    for _ in range(50):
        wire.step([1.0])
        wire.answer()
    for _ in range(round(10 * PATIENCE) + 5):
        wire.step([2.0])
    before = len(wire.sent)
    for _ in range(6000):
        wire.step([3.0])
    assert len(wire.sent) == before
    wire.answer()
    wire.step([4.0])
    message, _ = wire.sent[-1]
    assert (message["type"], message["page"]) == ("snapshot", "")
    wire.step([5.0])
    assert wire.sent[-1][0]["type"] == "append"
    page = wire.pages[0]
    assert page.start["loss"] + len(page.losses) == len(wire.run.losses)
    assert len(page.losses)
    np.testing.assert_array_equal(page.losses, wire.run.losses.read(page.start["loss"]))


def test_where_a_running_cell_keeps_pages_from_being_heard_they_get_a_little():
    wire = Wire()
    wire.stream.answered()  # on the main thread
    for _ in range(round(10 * PATIENCE) + 5):
        wire.step([2.0])
    before = len(wire.sent)
    for _ in range(6000):
        wire.step([3.0])
    assert 0.8 * 600 / SLOW <= len(wire.sent) - before <= 1.2 * 600 / SLOW


def test_a_run_that_was_paused_for_long_goes_on_at_once():
    wire = Wire()
    wire.answer()
    wire.step([1.0])
    wire.clock.now += 3600
    for _ in range(5):
        wire.step([2.0])
    np.testing.assert_array_equal(wire.pages[0].losses, [1, 2, 2, 2, 2, 2])


def test_one_page_that_answers_is_enough_for_all():
    wire = Wire()
    wire.pages.append(Page(wire.stream, "q"))
    wire.stream.publish()
    for _ in range(300):
        wire.step([1.0])
        wire.answer()
    assert [len(page.losses) for page in wire.pages] == [300, 300]


def test_what_has_to_wait_is_sent_after_the_end_of_the_run():
    wire = Wire()
    wire.step(np.zeros(24_000))
    wire.step(np.ones(24_000), 0.001)
    wire.run.end("completed", "done")
    rounds = 0
    while wire.step([]):
        rounds += 1
        assert rounds < 10
    page = wire.pages[0]
    assert page.start["loss"] + len(page.losses) == 48_000


def test_a_page_that_a_running_cell_has_put_up_gets_snapshots_until_it_is_heard():
    wire = Wire()
    wire.stream = RunStream(wire.send, wire.clock)
    wire.stream.follow(wire.run)
    wire.stream.presume_page()
    assert wire.stream.unheard
    wire.sent.clear()
    for _ in range(600):
        wire.step([3.0])
    assert {message["type"] for message, _ in wire.sent} == {"snapshot"}
    assert 0.8 * 60 / SLOW <= len(wire.sent) <= 1.2 * 60 / SLOW
    # The end is told, and then nothing more.
    wire.run.end("completed", "done")
    rounds = 0
    while wire.step([]):
        rounds += 1
        assert rounds < 100
    message, buffers = wire.sent[-1]
    assert message["run"]["status"] == "completed"
    np.testing.assert_array_equal(np.frombuffer(buffers[4], "<f4"), np.full(600, 3, "f4"))
    count = len(wire.sent)
    wire.pages = [Page(wire.stream, "p")]
    wire.answer()
    wire.step([])
    assert not wire.stream.unheard
    assert len(wire.sent) == count + 1
    assert len(wire.pages[0].losses) == 600
