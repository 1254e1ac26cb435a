"""Why a run failed, in words for a newcomer."""

from __future__ import annotations


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
    first = str(error).strip().partition("\n")[0][:300] or "no message"
    return f"Training failed {where}: {first} ({kind})"
