"""How quickly a run obeys, and what a kill leaves: many random moments instead of one.

Usage: python obedience.py stops|pauses|kills [count]
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SEED = 0


def slow_steps() -> tuple[Any, tuple[Any, Any]]:
    """A model and data whose steps take about 5 ms."""
    import keras

    stream = np.random.default_rng(0)
    x = stream.normal(size=(2000, 32, 32, 3)).astype(np.float32)
    y = np.eye(10, dtype=np.float32)[stream.integers(0, 10, 2000)]
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(12, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(12, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10),
        ]
    )
    return model, (x, y)


def _until(condition: Any) -> None:
    while not condition():
        time.sleep(0.0005)


def _summary(name: str, seconds: list[float], rate: float) -> str:
    p50, p99 = np.percentile(seconds, [50, 99])
    return (
        f"{name}: {len(seconds)} random moments, steps of {1000 / rate:.1f} ms: median "
        f"{1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms (promised 150), "
        f"longest {1000 * max(seconds):.0f} ms"
    )


def stops(count: int = 200) -> str:
    """From `stop` to *stopped*: while compiling (apart), training and validating."""
    import lossviz

    stream = random.Random(SEED)
    model, data = slow_steps()
    held_out = tuple(part[:640] for part in data)
    trained: list[float] = []
    compiled: list[float] = []
    rates = []
    for number in range(count):
        run = lossviz.train(
            model, data, loss="cross_entropy", epochs=10**6, validation=held_out, seed=0
        )
        if number % 8:
            _until(lambda run=run: run.step > 0)
        time.sleep(stream.uniform(0, 1.2))
        compiling = run.step == 0
        rates.append(run.record.progress().rate)
        began = time.perf_counter()
        run.stop()
        _until(lambda run=run: run.status == "stopped")
        (compiled if compiling else trained).append(time.perf_counter() - began)
    line = _summary("stop", trained, float(np.median([one for one in rates if one])))
    if compiled:
        line += f"; while compiling {len(compiled)}, longest {1000 * max(compiled):.0f} ms"
    return line


def pauses(count: int = 200) -> str:
    """From `pause` to *paused*, training and validating."""
    import lossviz

    stream = random.Random(SEED)
    model, data = slow_steps()
    held_out = tuple(part[:640] for part in data)
    run = lossviz.train(
        model, data, loss="cross_entropy", epochs=10**6, validation=held_out, seed=0
    )
    _until(lambda: run.step > 0)
    taken = []
    for _ in range(count):
        time.sleep(stream.uniform(0.05, 0.6))
        began = time.perf_counter()
        run.pause()
        _until(lambda: run.status == "paused")
        taken.append(time.perf_counter() - began)
        run.resume()
        _until(lambda: run.status == "running")
    rate = run.record.progress().rate
    run.stop()
    run.wait()
    return _summary("pause", taken, rate)


EPOCHS = 150


def victim(resume: str | None = None) -> Any:
    """The run that is killed: a few seconds of small epochs with dropout."""
    import keras

    import lossviz

    keras.utils.set_random_seed(0)
    stream = np.random.default_rng(0)
    x = stream.normal(size=(2000, 8)).astype(np.float32)
    y = np.eye(3, dtype=np.float32)[stream.integers(0, 3, 2000)]
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu"),
            layers.Dense(3),
        ]
    )
    return lossviz.train(
        model, (x, y), loss="cross_entropy", optimizer="adam", epochs=EPOCHS, seed=0,
        resume_from=resume,
    )  # fmt: skip


def victim_process() -> None:
    """Train until killed; every 10 ms a line says the time and the steps taken."""
    run = victim()
    print(run.id, flush=True)

    def tell() -> None:
        while True:
            print(f"{time.monotonic()} {run.step}", flush=True)
            time.sleep(0.01)

    threading.Thread(target=tell, daemon=True).start()
    run.wait()
    print("end", flush=True)
    time.sleep(60)


def kills(count: int = 50) -> str:
    """SIGKILL at random moments: what is missing, and whether the resumed run is the same."""
    import lossviz

    whole = victim()
    whole.wait()
    expected = whole.step_loss
    stream = random.Random(SEED)
    missing, different, completed, early = [], 0, 0, 0
    for _ in range(count):
        process = subprocess.Popen(
            [sys.executable, __file__, "victim"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        run = process.stdout.readline().strip()
        lines: list[str] = []
        reader = threading.Thread(target=lambda p=process, to=lines: to.extend(p.stdout))
        reader.start()
        _until(lambda lines=lines: any(not one.endswith(" 0\n") for one in lines[-1:]))
        time.sleep(stream.uniform(0, 5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        reader.join()
        kept = lossviz.load_run(run)
        print(f"{len(missing)} kills", file=sys.stderr, flush=True)
        told = [one.split() for one in lines if one.endswith("\n") and one != "end\n"]
        times = [(float(when), int(step)) for when, step in told]
        beyond = [when for when, step in times if step > kept.step]
        missing.append(times[-1][0] - beyond[0] if beyond else 0.0)
        different += kept.step_loss.tobytes() != expected[: kept.step].tobytes()
        if kept.status == "completed":
            completed += 1
            continue
        assert kept.status == "interrupted", kept.status
        try:
            again = victim(resume_from=run)
        except ValueError as error:
            if "before its first one was saved" not in str(error):
                raise
            early += 1
            continue
        again.wait()
        different += again.step_loss.tobytes() != expected.tobytes()
    return (
        f"kill: {count} kills at random moments of training ({completed} after its end, "
        f"{early} before its first checkpoint): every "
        f"history opened, at most {max(missing):.2f} s of steps missing (promised 1), "
        f"{different} differ from the uninterrupted run"
    )


MEASUREMENTS = {"stops": stops, "pauses": pauses, "kills": kills}


def measure(name: str) -> str:
    """One measurement in a process of its own."""
    result = subprocess.run(
        [sys.executable, __file__, name], check=True, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return result.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if sys.argv[1] == "victim":
        victim_process()
    else:
        counts = [int(one) for one in sys.argv[2:3]]
        with tempfile.TemporaryDirectory() as folder:
            os.environ["LOSSVIZ_HOME"] = folder
            print(MEASUREMENTS[sys.argv[1]](*counts), flush=True)
            # Runs that were just written must not meet a folder that has gone.
            os._exit(0)
