"""What `lossviz.Monitor` costs Keras' `fit`, with and without a page that is sent every point.

Plain and monitored stretches of the same training alternate in one process on one core; a figure
is the median of their ratios. Usage: python monitor.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
TURNS = 15
SIZES = {"tiny": (16, 400), "1 ms": (1400, 150), "2 ms": (2600, 100)}
"""By name the width of the model's hidden layer, and how many steps one stretch takes."""


def ratio(width: int, steps: int, *, page: bool, spread: bool = False) -> tuple[float, float]:
    """Milliseconds a step of plain `fit`, and how many times that a monitored step takes."""
    import keras

    import lossviz

    stream = np.random.default_rng(0)
    inputs = stream.normal(size=(32 * steps, 64)).astype(np.float32)
    labels = stream.integers(0, 10, len(inputs))

    def model() -> Any:
        keras.utils.set_random_seed(0)
        layers = keras.layers
        made = keras.Sequential(
            [keras.Input((64,)), layers.Dense(width, activation="relu"), layers.Dense(10)]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        made.compile("sgd", loss, metrics=["accuracy"])
        return made

    monitor = lossviz.Monitor()
    plain, monitored = model(), model()
    views: list[Any] = []

    def watch() -> None:
        """Follow the new run with a page, as a notebook does."""
        from lossviz.widgets.run_view import RunView

        for view in views:
            view.close()
        views[:] = [RunView(monitor.run)]
        views[0]._on_message(views[0], {"type": "attach", "page": "page"}, [])

    class Shown(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            watch()

    def stretch(network: Any, callbacks: list[Any]) -> float:
        began = time.perf_counter()
        network.fit(inputs, labels, batch_size=32, verbose=0, callbacks=callbacks)
        return time.perf_counter() - began

    watched = [monitor, *([Shown()] if page else [])]
    stretch(plain, [])
    stretch(monitored, watched)
    pairs = []
    for turn in range(TURNS):
        # Which one comes first alternates, too: the machine's pace drifts.
        if turn % 2:
            ours, theirs = stretch(monitored, watched), stretch(plain, [])
        else:
            theirs, ours = stretch(plain, []), stretch(monitored, watched)
        pairs.append((theirs, ours))
    assert len(monitor.run.step_loss) == steps
    each = statistics.median(theirs for theirs, _ in pairs) / steps * 1e3
    return each, statistics.median(ours / theirs for theirs, ours in pairs)


def measure() -> list[str]:
    """One line for each size, each in a process of its own."""
    lines = []
    for name in SIZES:
        with tempfile.TemporaryDirectory() as home:
            result = subprocess.run(
                [sys.executable, __file__, name], check=True, stdout=subprocess.PIPE, text=True,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "LOSSVIZ_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "3"},
            )  # fmt: skip
        lines.append(result.stdout.strip().splitlines()[-1])
    return lines


def one(name: str) -> str:
    """The line of one size."""
    width, steps = SIZES[name]
    each, alone = ratio(width, steps, page=False)
    _, shown = ratio(width, steps, page=True)
    promised = "" if name == "tiny" else " (promised 5 %)"
    return (
        f"Monitor, steps of {each:.2f} ms: {100 * (alone - 1):+.1f} % of fit's time, "
        f"{100 * (shown - 1):+.1f} % with a page{promised}"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    if sys.argv[1:]:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(one(sys.argv[1]))
    else:
        for line in measure():
            print(line, flush=True)
