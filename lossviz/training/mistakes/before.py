"""The mistakes that can be told before the first step."""

from __future__ import annotations

import contextlib

from lossviz.training.mistakes.data_rules import DATA_RULES
from lossviz.training.mistakes.finding import Finding, Setup
from lossviz.training.mistakes.known import Known
from lossviz.training.mistakes.model_rules import MODEL_RULES
from lossviz.training.mistakes.told import not_yet_told
from lossviz.training.mistakes.weight_marks import marks


def before(setup: Setup, *, strict: bool = False) -> list[Finding]:
    """The mistakes in a set-up, those that are fatal first.

    Args:
        setup: what is known before the first step; nothing in it is changed but `memory`.
        strict: raise what goes wrong within a rule, which otherwise is silent: an odd set-up must
            not be kept from training by the part that looks for mistakes.

    Example:
        >>> # before(Setup(model=model, inputs=x, targets=y, loss_name="mse"))
    """
    known = Known(setup)
    setup.memory["weights"] = marks(setup.model)
    found: dict[tuple[str, str], Finding] = {}
    for group in DATA_RULES + MODEL_RULES:
        with contextlib.ExitStack() as stack:
            if not strict:
                stack.enter_context(contextlib.suppress(Exception))
            for one in group(known):
                if one is not None:
                    found.setdefault((one.rule, one.text), one)
    return not_yet_told(setup, sorted(found.values(), key=lambda one: not one.fatal))
