"""How long a program of 200 lines takes to be read, and to be patched for one widget.

Usage: python program.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

LINES = 200
CHANGES = (
    {"learning_rate": 0.25}, {"batch_size": 64}, {"seed": 7}, {"loss": "focal"},
    {"optimizer": "adam"}, {"device": "CPU:0"}, {"early_stopping": 5},
)  # fmt: skip


def program_text() -> str:
    """A program with so many lines of a person's own that it has 200 in all."""
    import lossviz

    text = lossviz.program.render(lossviz.TrainingConfig())
    at = text.index("optimizer =")
    missing = LINES - len(text.splitlines())
    own = [f"note_{n} = [value * {n} for value in range({n})]  # Größe {n}" for n in range(missing)]
    return f"{text[:at]}{chr(10).join(own)}{chr(10)}{text[at:]}"


def measure() -> str:
    """One line: milliseconds of the first time, and of many after it."""
    import lossviz

    text = program_text()

    def once(work: Callable[[], object]) -> float:
        began = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - began)

    first = once(lambda: lossviz.program.update(text, epochs=3))
    reads = [once(lambda: lossviz.program.read(text)) for _ in range(50)]
    patches = [
        once(lambda: lossviz.program.update(text, **change))
        for _ in range(20)
        for change in CHANGES
    ]
    read, patch = np.median(reads), np.percentile(patches, 95)
    return (
        f"a program of {len(text.splitlines())} lines: read in {read:.1f} ms (median), patched in "
        f"{np.median(patches):.1f} ms (p95 {patch:.1f}, the first time {first:.0f}; promised 20)"
    )


if __name__ == "__main__":
    print(measure())
