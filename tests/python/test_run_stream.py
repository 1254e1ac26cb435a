"""The stream: what a page has put together from its messages is what the kernel recorded."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.series import smoothed
from lossviz.training import Record
from lossviz.wire import RunStream
from lossviz.wire.run_states import MOST_ROWS
from lossviz.wire.run_stream import SNAPSHOT_POINTS


def record(name: str = "a") -> Record:
    return Record(id=name, name=name, number=1, loss="mse", epochs=3, device="CPU:0")


class Page:
    """Follows as a page's store does."""

    def __init__(self, stream: RunStream, name: str, *series: str) -> None:
        self.stream, self.name, self.shown = stream, name, ("loss", *series)
        self.run, self.sequence, self.rows = None, -1, []
        self.values, self.start, self.steps, self.parts = {}, {}, {}, {}
        self.buckets, self.best = np.empty(0, np.float32), None
        self.attach()

    def attach(self) -> None:
        self.stream.attach(self.name, self.shown)

    @property
    def losses(self) -> np.ndarray:
        return self.values.get("loss", np.empty(0, np.float32))

    def receive(self, message, buffers) -> None:
        buffers = list(buffers)
        if message["type"] == "snapshot" and message["page"] in {self.name, ""}:
            self.run = message["run"] and message["run"]["id"]
            self.sequence, self.rows = message["sequence"], list(message["rows"])
            self.values, self.start, self.steps = {}, {}, {}
            del buffers[: 2 if self.run else 0]
            for part in message["series"]:
                self.take(part, buffers)
        elif message["type"] == "append":
            if (message["run"], message["sequence"]) != (self.run, self.sequence + 1):
                self.attach()
                return
            self.sequence += 1
            for news in message["series"]:
                if not self.add(news, buffers):
                    self.attach()
            self.rows += message.get("rows", [])

    def take(self, part, buffers) -> None:
        name = part["name"]
        low, high, raw = (np.frombuffer(buffers.pop(0), "<f4") for _ in range(3))
        assert len(low) == len(high) == part["buckets"]
        self.values[name], self.start[name], self.parts[name] = raw, part["raw_start"], part
        self.buckets, self.best = np.concatenate([low, high]), part["best"]
        if part["sparse"]:
            at, raw_at = (np.frombuffer(buffers.pop(0), "<f8") for _ in range(2))
            assert len(at) == len(low)
            assert len(raw_at) == len(raw)
            self.steps[name] = raw_at

    def add(self, news, buffers) -> bool:
        name, mine = news["name"], news["name"] in self.shown
        if "part" in news:
            self.take(news["part"], buffers)
            return True
        values = np.frombuffer(buffers.pop(0), "<f4")
        steps = np.frombuffer(buffers.pop(0), "<f8") if news.get("sparse") else None
        if not mine:
            return True
        have = self.values.get(name, np.empty(0, np.float32))
        if self.start.setdefault(name, 0) + len(have) != news["start"]:
            return False
        self.values[name] = np.concatenate([have, values])
        if steps is not None:
            self.steps[name] = np.concatenate([self.steps.get(name, np.empty(0)), steps])
        return True


def wired() -> tuple[RunStream, list[Page]]:
    pages: list[Page] = []
    stream = RunStream(lambda message, buffers: [page.receive(message, buffers) for page in pages])
    return stream, pages


actions = st.lists(
    st.sampled_from(["steps", "log", "epoch", "publish", "page", "run", "lose"]), max_size=60
)


@given(actions, st.randoms())
def test_whatever_the_order_every_page_ends_with_the_kernels_numbers(actions, random):
    stream, pages = wired()
    current = record()
    current.begin_epoch(1)
    stream.follow(current)
    for index, action in enumerate(actions):
        if action == "steps":
            losses = np.float32([random.random() for _ in range(random.randint(1, 30))])
            current.add_steps(
                losses, 0.01, {"accuracy": losses / 2} if random.random() < 0.7 else {}
            )
        elif action == "log":
            current.log("score", random.random())
        elif action == "epoch":
            current.end_epoch({"loss": 0.5})
            current.begin_epoch(len(current.rows) + 1)
        elif action == "publish":
            stream.publish()
        elif action == "page":
            shown = [name for name in ("accuracy", "score") if random.random() < 0.5]
            pages.append(Page(stream, f"p{index}", *shown))
        elif action == "run":
            current = record(f"r{index}")
            current.begin_epoch(1)
            stream.follow(current)
        elif action == "lose" and pages:
            pages[0].sequence -= 1
    for _ in range(3):  # news, the pages' question, the answer
        current.add_steps(np.float32([1.0]), 0.01)
        stream.publish()
    stream.publish()
    for page in pages:
        assert page.run == current.id
        np.testing.assert_array_equal(page.losses, current.losses.read(page.start["loss"]))
        assert [row["epoch"] for row in page.rows] == [row.epoch for row in current.rows]
        for name in set(page.shown) & set(current.series):
            part, start = current.series.part(name, page.start[name]), page.start[name]
            assert part.first == start
            np.testing.assert_array_equal(page.values[name], part.values)
            if part.steps is not None:
                np.testing.assert_array_equal(page.steps[name], part.steps)


def test_a_live_run_is_live_from_the_first_publish_on():
    stream, pages = wired()
    running = record()
    stream.follow(running)
    assert stream.publish()
    pages.append(Page(stream, "p"))
    assert stream.publish()
    running.end("completed", "done")
    assert not stream.publish()


def test_a_snapshot_is_bounded_whatever_the_length():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append((message, buffers)))
    long = record()
    long.begin_epoch(1)
    long.add_steps(np.zeros(1_000_000, np.float32), 1.0)
    stream.follow(long)
    stream.attach("p")
    stream.publish()
    message, buffers = sent[-1]
    assert sum(map(len, buffers)) <= 4 * 4 * SNAPSHOT_POINTS
    (part,) = message["series"]
    assert part["raw_start"] + len(buffers[4]) // 4 == 1_000_000


def test_nothing_is_sent_while_no_page_is_attached():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append(message))
    lonely = record()
    stream.follow(lonely)
    lonely.add_steps(np.zeros(10, np.float32), 1.0)
    stream.publish()
    assert not sent


def test_a_loss_that_is_no_number_travels_as_none():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append(message))
    broken = record()
    stream.follow(broken)
    stream.attach("p")
    stream.publish()
    broken.begin_epoch(1)
    broken.add_steps(np.float32([np.nan]), 1.0)
    broken.end_epoch({"loss": float("nan"), "val_loss": float("inf")})
    stream.publish()
    assert sent[-1]["rows"][0]["metrics"] == {"loss": None, "val_loss": None}


@given(st.integers(1, 3000), st.randoms())
def test_any_range_comes_as_asked(length, random):
    sent = []
    stream = RunStream(lambda message, buffers: sent.append((message, buffers)))
    whole = record()
    whole.begin_epoch(1)
    losses = np.float32([random.random() for _ in range(length)])
    whole.add_steps(losses, 1.0)
    stream.follow(whole)
    start = random.randrange(length)
    stop = random.randint(start + 1, length)
    request = {
        "type": "range", "page": "p", "number": 3, "run": "a", "series": "loss",
        "start": start, "stop": stop, "points": 64, "smoothing": 0,
    }  # fmt: skip
    stream.ask(request)
    stream.ask({**request, "run": "gone"})
    stream.ask({**request, "series": "none of its own"})
    stream.publish()
    ((message, buffers),) = sent
    low, high, raw = (np.frombuffer(one, "<f4") for one in buffers)
    assert (message["page"], message["number"], message["run"]) == ("p", 3, "a")
    np.testing.assert_array_equal(raw, losses[message["part"]["raw_start"] : stop])
    assert message["part"]["buckets"] == len(low)
    shown = losses[start:stop]
    assert max([*high, *raw]) == shown.max()
    assert min([*low, *raw]) == shown.min()


def test_a_snapshot_of_thousands_of_epochs_keeps_their_extremes():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append(message))
    long = record()
    for epoch in range(1, 10_001):
        long.begin_epoch(epoch)
        long.add_steps(np.float32([1.0, 2.0]), 0.001)
        long.end_epoch({"loss": {4321: 9.0, 8765: 0.1}.get(epoch, 1.0)})
    stream.follow(long)
    stream.attach("p")
    stream.publish()
    rows = {row["epoch"]: row for row in sent[-1]["rows"]}
    assert len(rows) <= MOST_ROWS + 2
    assert rows[4321]["metrics"]["loss"] == 9.0
    assert rows[8765]["metrics"]["loss"] == 0.1
    assert rows[10_000]["low"] == pytest.approx(1.1)
    assert rows[10_000]["high"] == pytest.approx(1.9)


def test_a_snapshot_of_thousands_of_epochs_keeps_the_extremes_of_every_metric():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append(message))
    long = record()
    for epoch in range(1, 5001):
        long.begin_epoch(epoch)
        long.add_steps(np.float32([1.0]), 0.001)
        score = {1234: 0.01, 3210: 0.99}.get(epoch, math.nan if epoch % 2 else 0.5)
        long.end_epoch({"loss": 1.0, "accuracy": score, **{f"other_{i}": 1.0 for i in range(9)}})
    stream.follow(long)
    stream.attach("p")
    stream.publish()
    rows = {row["epoch"]: row["metrics"] for row in sent[-1]["rows"]}
    assert len(rows) <= MOST_ROWS + 2
    assert rows[1234]["accuracy"] == 0.01
    assert rows[3210]["accuracy"] == 0.99


@pytest.mark.parametrize("logged", [False, True])
def test_a_smoothed_range_is_of_the_values_themselves(logged):
    sent = []
    stream = RunStream(lambda message, buffers: sent.append((message, buffers)))
    noisy = record()
    noisy.begin_epoch(1)
    values = np.random.default_rng(0).normal(size=300).astype(np.float32)
    for one in values:
        noisy.add_steps(np.float32([one]), 0.001)
        if logged:
            noisy.log("score", float(one))
    stream.follow(noisy)
    name = "score" if logged else "loss"
    stream.ask({
        "type": "range", "page": "p", "number": 1, "run": "a", "series": name,
        "start": 100, "stop": 300, "points": 1000, "smoothing": 0.9,
    })  # fmt: skip
    stream.publish()
    ((message, (_, _, raw, *places)),) = sent
    np.testing.assert_allclose(np.frombuffer(raw, "<f4"), smoothed(values[100:], 0.9), rtol=1e-6)
    assert message["part"]["raw_start"] == 100
    if logged:
        np.testing.assert_array_equal(np.frombuffer(places[1], "<f8"), np.arange(100, 300))


def test_a_snapshot_for_all_pages_has_what_any_of_them_shows():
    now = [0.0]
    pages, messages = [], []

    def send(message, buffers):
        messages.append(message.get("page"))
        for one in pages:
            one.receive(message, buffers)

    stream = RunStream(send, lambda: now[0])
    one = record()
    one.begin_epoch(1)
    stream.follow(one)
    pages += [Page(stream, "first", "accuracy"), Page(stream, "second")]
    stream.publish()
    # Nobody answers for so long that nothing is sent, and what is new is not an append any more.
    for seconds in (1, 7, 13, 14):
        now[0] = seconds
        one.add_steps(np.ones(3, np.float32), 0.1, {"accuracy": np.ones(3, np.float32)})
        stream.publish()
    one.end("completed", "done")
    stream.answered()
    stream.publish()
    assert len(pages[0].values["accuracy"]) == len(pages[1].losses) == 12
    assert messages[-1] == ""


def test_a_snapshot_tells_of_the_runs_before_and_of_what_happened():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append(message))
    before, now = record("before"), record("now")
    before.begin_epoch(1)
    before.add_steps(np.float32([3.0, 1.0, 2.0]), 0.1)
    before.end_epoch({"loss": 2.0})
    before.end("completed", "done")
    now.add_event("learning_rate", "Learning rate changed from 1 to 2.")
    now.add_event("started", "told in the status line")
    stream.follow(now, [before, now])
    stream.attach("p")
    stream.publish()
    ((earlier,), run) = sent[-1]["earlier"], sent[-1]["run"]
    assert earlier["run"]["name"] == "before"
    assert (earlier["last"], earlier["best"]) == (2.0, 1.0)
    assert [row["epoch"] for row in earlier["rows"]] == [1]
    assert [event["kind"] for event in run["events"]] == ["learning_rate"]


def test_a_feed_without_pages_sends_nothing_until_the_next_page_comes():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append((message, buffers)))
    one = record()
    stream.follow(one)
    first, second = Page(stream, "first"), Page(stream, "second")
    stream.publish()
    assert not stream.left
    stream.detach("first")
    one.add_steps(np.ones(3, np.float32), 0.1)
    sent.clear()
    stream.publish()
    assert [message["type"] for message, _ in sent] == ["append"]
    stream.detach("second")
    assert stream.left
    one.add_steps(np.ones(3, np.float32), 0.1)
    sent.clear()
    stream.publish()
    assert not sent
    third = Page(stream, "third")
    stream.publish()
    for message, buffers in sent:
        third.receive(message, buffers)
    assert len(third.losses) == 6
    assert not stream.left
    stream.close()
    one.add_steps(np.ones(3, np.float32), 0.1)
    sent.clear()
    stream.publish()
    assert stream.left
    assert not sent
    assert (first.run, second.run) == (None, None)


def test_an_earlier_run_that_went_on_is_described_anew():
    sent = []
    stream = RunStream(lambda message, buffers: sent.append(message))
    before, now = record("before"), record("now")
    before.add_steps(np.float32([3.0]), 0.1)
    before.end("stopped", "stopped")
    stream.follow(now, [before])
    stream.attach("p")
    stream.publish()
    longer = record("before")
    longer.add_steps(np.float32([3.0, 2.0]), 0.1)
    longer.end("completed", "done")
    stream.follow(now, [longer])
    stream.attach("p")
    stream.publish()
    described = [one["earlier"][0] for one in sent if one["type"] == "snapshot"]
    assert [(one["last"], one["run"]["status"]) for one in described] == [
        (3.0, "stopped"),
        (2.0, "completed"),
    ]
