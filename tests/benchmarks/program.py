"""How long a program of 200 lines takes to be read, and to be patched for one widget.

Usage: python program.py
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

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


def _updated(text: str, change: dict[str, Any]) -> str:
    import lossviz

    return lossviz.program.update(text, **change)


def measure() -> str:
    """One line: milliseconds of the first time, and of many after it."""
    import lossviz

    text = program_text()

    texts = (f"{text}# {number}\n" for number in itertools.count())

    def once(work: Callable[[str], object]) -> float:
        fresh = next(texts)  # what was read before is known
        began = time.perf_counter()
        work(fresh)
        return 1000 * (time.perf_counter() - began)

    first = once(lambda text: lossviz.program.update(text, epochs=3))
    reads = [once(lossviz.program.read) for _ in range(50)]
    patches = [once(partial(_updated, change=change)) for _ in range(20) for change in CHANGES]
    read, patch = np.median(reads), np.percentile(patches, 95)
    return (
        f"a program of {len(text.splitlines())} lines: read in {read:.1f} ms (median), patched in "
        f"{np.median(patches):.1f} ms (p95 {patch:.1f}, the first time {first:.0f}; promised 20)"
    )


if __name__ == "__main__":
    print(measure())
