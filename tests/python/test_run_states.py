"""Any order of commands leaves a legal state, and every step is recorded once."""

from __future__ import annotations

import logging.handlers
import os
import sys
import threading
import time
import traceback

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import lossviz

ENDS = {"completed", "stopped", "failed"}
LEGAL = ENDS | {"queued", "running", "paused"}
EPOCHS, STEPS = 400, 3


def data():
    stream = np.random.default_rng(0)
    labels = np.arange(90) % 3
    inputs = stream.normal(size=(90, 4)).astype(np.float32) + labels[:, None]
    return inputs, np.eye(3, dtype=np.float32)[labels]


def model():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


def start(**more):
    return lossviz.train(
        model(), data(), loss="cross_entropy", epochs=EPOCHS, batch_size=30, seed=0, **more
    )


def until(condition, seconds=30.0, why=lambda: "it did not come to that") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, why()
        time.sleep(0.001)


@pytest.fixture(scope="module")
def reference():
    run = start()
    assert run.wait(60)
    RunMachine.reference = run.step_loss


class RunMachine(RuleBasedStateMachine):
    """Up to four runs at once, commanded at random."""

    reference = np.empty(0, np.float32)

    def __init__(self) -> None:
        super().__init__()
        self.threads = set(threading.enumerate())
        self.runs = []
        self.seen = {}
        self.rate_changed = set()

    def pick(self, index):
        return self.runs[index % len(self.runs)]

    @precondition(lambda self: len(self.runs) < 4)
    @rule(replace=st.booleans())
    def train(self, replace):
        self.runs.append(start(when_busy="replace" if replace else "queue"))

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 3))
    def pause(self, index):
        self.pick(index).pause()

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 3))
    def go_on(self, index):
        self.pick(index).resume()

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 3), steps=st.integers(1, 5))
    def advance(self, index, steps):
        self.pick(index).advance(steps)

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 3))
    def stop(self, index):
        self.pick(index).stop()

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 3))
    def change_rate(self, index):
        run = self.pick(index)
        self.rate_changed.add(run.id)
        run.set_learning_rate(0.05)

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 3))
    def go_on_after_a_stop(self, index):
        run = self.pick(index)
        if run.status == "stopped" and run.step and run.id not in self.rate_changed:
            self.runs[index % len(self.runs)] = start(resume_from=run)

    @rule(seconds=st.sampled_from([0, 0.01, 0.1]))
    def wait(self, seconds):
        time.sleep(seconds)

    @invariant()
    def states_are_legal_and_ends_are_final(self):
        for run in self.runs:
            status = run.status
            assert status in LEGAL
            assert run.error is None
            before = self.seen.get(id(run))
            if before in ENDS:
                assert status == before
            self.seen[id(run)] = status
            losses = run.step_loss
            assert len(losses) <= EPOCHS * STEPS
            if run.id not in self.rate_changed:
                assert losses.tobytes() == self.reference[: len(losses)].tobytes()

    def teardown(self):
        for run in self.runs:
            run.stop()
        for run in self.runs:
            assert run.wait(30)
            kept = lossviz.load_run(run.id)
            if run is self.runs[-1] or all(other.id != run.id for other in self.runs):
                assert kept.step_loss.tobytes() == run.step_loss.tobytes()
        until(lambda: not self.left(), why=self.stacks)

    def left(self):
        """The threads of runs and checkpoints that are still there."""
        names = ("lossviz run", "lossviz checkpoint")
        new = set(threading.enumerate()) - self.threads
        return [one for one in new if one.name.startswith(names)]

    def stacks(self):
        """Where those threads are: what a hanging one waits for is the question then."""
        frames = sys._current_frames()
        return "\n".join(
            f"{one.name}\n{''.join(traceback.format_stack(frames[one.ident]))}"
            for one in self.left()
            if one.ident in frames
        )


def test_any_order_of_commands(reference):
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        RunMachine,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_stop_is_obeyed_while_compiling_paused_queued_and_validating():
    run = start()
    run.stop()
    assert run.wait(30)
    assert run.status == "stopped"
    paused = start()
    until(lambda: paused.step > 0)
    paused.pause()
    until(lambda: paused.status == "paused")
    queued = start()
    paused.pause()
    queued.stop()
    assert queued.wait(5)
    assert paused.status == "paused"
    paused.stop()
    assert paused.wait(5)
    assert (queued.status, paused.status) == ("stopped", "stopped")
    many = tuple(np.concatenate([part] * 3000) for part in data())
    validating = start(validation=many)
    until(lambda: validating.record.progress().phase == "validating")
    validating.stop()
    assert validating.wait(10)
    assert validating.status == "stopped"
    for late in (validating.stop, validating.pause, validating.resume, validating.advance):
        late()
    assert validating.status == "stopped"


RUNS = int(os.environ.get("LOSSVIZ_MANY_RUNS", "40"))


def test_many_runs_leave_nothing_behind():
    process = psutil.Process()
    said = logging.handlers.BufferingHandler(1000)
    # TensorFlow's logger hands nothing on to others.
    tf.get_logger().addHandler(said)

    def one() -> None:
        run = lossviz.train(
            model(), data(), loss="cross_entropy", epochs=2, batch_size=40, seed=0
        )  # fmt: skip
        assert run.wait(30)
        assert run.status == "completed"

    for _ in range(10):
        one()
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("lossviz run")])
    threads, files = process.num_threads(), process.num_fds()
    for _ in range(RUNS):
        one()
    until(lambda: process.num_threads() <= threads)
    assert process.num_fds() <= files
    # Not even that a function was traced many times: each run's are its own.
    tf.get_logger().removeHandler(said)
    assert [one.getMessage() for one in said.buffer] == []
