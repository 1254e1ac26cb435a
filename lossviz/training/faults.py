"""Why a run failed, in words for a newcomer."""

from __future__ import annotations

import re
import traceback
from pathlib import Path


class NonFiniteLossError(ArithmeticError):
    """A step's loss was NaN or infinite.

    Attributes:
        step: the number of the step, counted from 1.
    """

    def __init__(self, step: int, value: float) -> None:
        what = "not a number (NaN)" if value != value else "infinite"  # noqa: PLR0124 - NaN test
        super().__init__(
            f"The loss became {what} at step {step:,}. Usual causes: a learning rate that is too "
            "high, or inputs that hold NaN. Try a tenth of the learning rate."
        )
        self.step = step


def explain(error: BaseException, step: int) -> str:
    """One or two sentences: what happened, where, and what to try.

    Args:
        error: what ended the run.
        step: how many steps had been taken.
    """
    if isinstance(error, NonFiniteLossError):
        return str(error)
    where = f"after step {step:,}" if step else "before the first step"
    kind = type(error).__name__
    if kind == "ResourceExhaustedError" or isinstance(error, MemoryError):
        return f"Training ran out of memory {where}. Try a smaller batch size."
    frame = place_of(error)
    place = f", in line {frame.lineno} of {frame.name}" if frame else ""
    return f"Training failed {where}{place}: {reason_of(error)} ({kind})"


def reason_of(error: BaseException) -> str:
    """What was wrong, of the error's own words: one line."""
    text = str(error).strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "no message"
    if lines[0] == "in user code:":
        # TensorFlow puts the whole traceback into the message, the reason last.
        lines = [*lines[:0], re.sub(r"^\w*(Error|Exception): ", "", lines[-1])]
    elif lines[0].startswith("Graph execution error"):
        # What Python code inside a dataset raised stands further down.
        inner = re.findall(r"^\W*\w*(?:Error|Exception): (.+)$", text, re.MULTILINE)
        lines = [inner[0] if inner else lines[-1]]
    # The operation and its wiring mean nothing to who wrote the line.
    line = re.split(r" for '{{node|\[Op:", lines[0])[0].strip().removesuffix(" for")
    return line[:300]


def place_of(error: BaseException) -> traceback.FrameSummary | None:
    """The innermost line of the user's code that the error passed, or None."""
    found = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame)]
    found += [
        traceback.FrameSummary(file, int(line), name)
        for file, line, name in re.findall(r'File "([^"]+)", line (\d+), in (\w+)', str(error))
    ]
    own = [frame for frame in found if _is_users(frame)]
    return own[-1] if own else None


def _is_users(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is of a cell, a program or a file of the user's, not of a package."""
    if frame.filename.startswith("<"):
        return True
    parts = Path(frame.filename).parts
    return not {"site-packages", "lossviz", "lib"} & set(parts) and "autograph" not in str(parts)
