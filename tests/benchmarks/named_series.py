"""What twenty named series cost a training, beside the same one with its loss alone.

Runs with twenty and with one alternate in one process on one core; a figure is the median of their
ratios. Usage: python named_series.py
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

HERE = Path(__file__).resolve().parent
SERIES = 20
TURNS = 3
WIDTHS = {"at 1,000 steps/s": 11_000, "at full speed": 32}
"""By name the width of the model's hidden layer."""


def rate(width: int, series: int, seconds: float) -> tuple[float, float, Any]:
    """Steps a second of the wall's and of the processor's time, and the run."""
    import keras
    import models
    import tensorflow as tf

    import lossviz

    model, optimizer, loss_of = models.dense_model(width), keras.optimizers.SGD(), models.loss()

    def step(inputs: Any, target: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(target, model(inputs, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        # Beside loss, gradient norm and learning rate, which every run has.
        return {"loss": loss, **{f"value_{i}": loss + i for i in range(series - 3)}}

    run = lossviz.train(
        model, models.dense_data(), loss=loss_of, optimizer=optimizer, train_step=step,
        epochs=10**6, seed=0,
    )  # fmt: skip
    while run.step < 2000 and not run.wait(0.01):
        pass
    run.wait(0.5)
    wall, used, first = time.perf_counter(), time.process_time(), run.step
    run.wait(seconds)
    taken = run.step - first
    wall, used = time.perf_counter() - wall, time.process_time() - used
    run.stop()
    run.wait()
    return taken / wall, taken / used, run


def measure(seconds: float = 4.0) -> list[str]:
    """A line for each speed, and one for what the series take."""
    lines = []
    run: Any = None
    for name, width in WIDTHS.items():
        ratios, speeds = [], []
        for _ in range(TURNS):
            one = rate(width, 3, seconds)
            twenty = rate(width, SERIES, seconds)
            run = twenty[2]
            speeds.append(twenty[0])
            ratios.append((twenty[0] / one[0], twenty[1] / one[1]))
        wall, used = (statistics.median(column) for column in zip(*ratios, strict=True))
        lines.append(
            f"{SERIES} series {name}: {statistics.median(speeds):,.0f} steps/s, {wall:.3f} of a "
            f"run with three ({used:.3f} by the processor's time; promised 0.97)"
        )
    return [*lines, stored(run)]


def stored(run: Any) -> str:
    """Bytes a value of the run on disk."""
    from lossviz.history import recorder

    recorder.flush()
    history = recorder.history()
    sizes = {
        row["name"]: row["bytes"] / max(run.step, 1)
        for row in history._all(
            "SELECT name, sum(length(data)) AS bytes FROM blocks WHERE run = ? GROUP BY name",
            run.id,
        )
    }
    told = ", ".join(
        f"{name} {sizes[name]:.2f}" for name in ("loss", "gradient_norm", "learning_rate")
    )
    return f"on disk, MB a million steps: {told}"


def lines() -> list[str]:
    """The same in a process of its own."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, __file__, "here"], check=True, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LOSSVIZ_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )  # fmt: skip
    return done.stdout.strip().splitlines()


if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parents[1])]
    if sys.argv[1:]:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print("\n".join(measure()))
    else:
        print("\n".join(lines()))
