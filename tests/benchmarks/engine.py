"""What the engine costs: a convolutional model, a million steps, two hundred runs.

Each measurement is a process of its own on one core. Usage: python engine.py [name]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent


def convolutional(seconds: float = 8.0) -> str:
    """Bare chunked loop, `lossviz.train` and `fit` on a small convolutional model."""
    import keras
    import tensorflow as tf

    import lossviz

    stream = np.random.default_rng(0)
    labels = stream.integers(0, 10, 3200)
    images = stream.normal(size=(3200, 16, 16, 1)).astype(np.float32)
    targets = np.eye(10, dtype=np.float32)[labels]

    def model() -> Any:
        keras.utils.set_random_seed(0)
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input((16, 16, 1)),
                layers.Conv2D(8, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Conv2D(16, 3, activation="relu"),
                layers.Flatten(),
                layers.Dense(10),
            ]
        )

    loss = keras.losses.CategoricalCrossentropy(from_logits=True)

    def bare() -> float:
        network, optimizer = model(), keras.optimizers.SGD()
        optimizer.build(network.trainable_variables)
        x, y = tf.constant(images), tf.constant(targets)

        @tf.function
        def chunk(order: Any, start: Any, count: Any) -> Any:
            losses = tf.TensorArray(tf.float32, size=count, element_shape=())
            for i in tf.range(count):
                rows = tf.ensure_shape(order[(start + i) * 32 : (start + i) * 32 + 32], [32])
                with tf.GradientTape() as tape:
                    value = loss(tf.gather(y, rows), network(tf.gather(x, rows), training=True))
                variables = network.trainable_variables
                gradients = tape.gradient(value, variables)
                optimizer.apply_gradients(zip(gradients, variables, strict=True))
                losses = losses.write(i, value)
            return losses.stack()

        def epoch() -> None:
            order = tf.constant(stream.permutation(3200).astype(np.int32))
            for start in range(0, 100, 20):
                chunk(order, tf.constant(start), tf.constant(20)).numpy()

        epoch()
        began, taken = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            epoch()
            taken += 100
        return taken / (time.perf_counter() - began)

    def ours() -> float:
        run = lossviz.train(model(), (images, targets), loss=loss, epochs=10**6, seed=0)
        while run.epoch < 2 and not run.wait(0.01):
            pass
        began, first = time.perf_counter(), run.step
        run.wait(seconds)
        rate = (run.step - first) / (time.perf_counter() - began)
        run.stop()
        run.wait()
        return rate

    def fit() -> float:
        network = model()
        network.compile("sgd", loss=loss)
        network.fit(images, targets, batch_size=32, epochs=1, verbose=0)
        began, taken = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            network.fit(images, targets, batch_size=32, epochs=3, verbose=0)
            taken += 300
        return taken / (time.perf_counter() - began)

    plain, mine, keras_fit = bare(), ours(), fit()
    return (
        f"convolutional model: bare {plain:,.0f} steps/s, lossviz.train {mine:,.0f} "
        f"({mine / plain:.2f} of bare, promised 0.95; {mine / keras_fit:.2f} x fit, promised 1.3)"
    )


def million(steps: int = 1_000_000) -> str:
    """The tiniest model for a million steps: cost of a step early and late, memory, disk."""
    import keras
    import psutil

    import lossviz

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    x = np.linspace(-1, 1, 20_000, dtype=np.float32)[:, None]
    process = psutil.Process()
    run = lossviz.train(model, (x, 2 * x), loss="quadratic", epochs=steps // 20_000, batch_size=1)
    times: list[tuple[int, float]] = []
    memory: list[tuple[int, int]] = []
    while not run.wait(0.05):
        times.append((run.step, time.perf_counter()))
        memory.append((run.step, process.memory_info().rss))

    def cost(first: int, last: int) -> float:
        inside = [one for one in times if first <= one[0] <= last]
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0]) * 1e6

    early, late = cost(1_000, 101_000), cost(steps - 100_000, steps)
    # TensorFlow and SQLite fill their own caches at first.
    settled = [one for one in memory if one[0] > 0.3 * steps]
    grown = (settled[-1][1] - settled[0][1]) / (settled[-1][0] - settled[0][0])
    from lossviz.history import recorder

    lossviz.load_run(run.id)
    history = recorder.history()
    history._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    size = sum(one.stat().st_size for one in history.folder.glob("runs.sqlite*"))
    return (
        f"{steps:,} steps: {early:.1f} us a step after step 1,000, {late:.1f} us before the last; "
        f"{grown:.1f} MB of memory (promised 6) and {size / steps:.1f} MB on disk (promised 5) "
        "a million steps"
    )


def many_runs(count: int = 200) -> str:
    """So many runs one after the other in one process."""
    import gc

    import keras
    import psutil

    import lossviz

    process = psutil.Process()
    x = np.random.default_rng(0).normal(size=(96, 4)).astype(np.float32)

    def one() -> None:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        run = lossviz.train(model, (x, x[:, :1]), loss="quadratic", epochs=2)
        run.wait()
        assert run.status == "completed"

    for _ in range(20):
        one()
    gc.collect()
    before = process.memory_info().rss, process.num_threads(), process.num_fds()
    for _ in range(count):
        one()
    gc.collect()
    time.sleep(2)
    after = process.memory_info().rss, process.num_threads(), process.num_fds()
    grown, threads, files = (late - early for early, late in zip(before, after, strict=True))
    return (
        f"{count} runs: {grown / 1e6:+.0f} MB of memory (promised 50), {threads:+d} threads, "
        f"{files:+d} open files"
    )


def large_runs(count: int = 200) -> str:
    """So many runs one after the other, each on 100 MB of arrays of its own."""
    import keras
    import psutil

    import lossviz
    from lossviz.training.memory import RUNS

    process = psutil.Process()
    stream = np.random.default_rng(0)

    def one() -> int:
        model = keras.Sequential([keras.Input((4_000,)), keras.layers.Dense(1)])
        x = stream.random((6_250, 4_000), dtype=np.float32)
        run = lossviz.train(model, (x, x[:, :1]), loss="quadratic", epochs=1, batch_size=1_250,
                            learning_rate=1e-6)  # fmt: skip
        run.wait()
        assert run.status == "completed", run.error
        # Its thread lets go of the arrays with its last lines, which nobody waits for.
        for thread in threading.enumerate():
            if thread.name == f"lossviz {run.name}":
                thread.join()
        return process.memory_info().rss

    # Arrays of a run that has just ended may still be there: the least of some runs counts.
    turn = 2 * RUNS
    taken = [one() for _ in range(turn + count + turn)]
    grown = min(taken[-turn:]) - min(taken[turn : 2 * turn])
    return f"{count} runs on 100 MB of arrays each: {grown / 1e6:+.0f} MB of memory (promised 50)"


MEASUREMENTS = {
    "convolutional": convolutional, "million": million, "many_runs": many_runs,
    "large_runs": large_runs,
}  # fmt: skip


def measure(name: str) -> str:
    """One measurement in a process of its own."""
    with tempfile.TemporaryDirectory() as home:
        result = subprocess.run(
            [sys.executable, __file__, name], check=True, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LOSSVIZ_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )  # fmt: skip
    return result.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    if sys.argv[1:]:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(MEASUREMENTS[sys.argv[1]]())
    else:
        for one in MEASUREMENTS:
            print(measure(one), flush=True)
