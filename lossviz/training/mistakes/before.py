"""The mistakes that can be found before the first step."""

from __future__ import annotations

from lossviz.training.mistakes.data_rules import DATA_RULES
from lossviz.training.mistakes.finding import Finding, Setup
from lossviz.training.mistakes.known import Known
from lossviz.training.mistakes.model_rules import MODEL_RULES
from lossviz.training.mistakes.reported import not_yet_reported
from lossviz.training.mistakes.tolerance import tolerated
from lossviz.training.mistakes.weight_marks import marks


def before(setup: Setup) -> list[Finding]:
    """The mistakes in a set-up, those that are fatal first.

    Args:
        setup: what is known before the first step; nothing in it is changed but `memory`.

    Example:
        >>> # before(Setup(model=model, inputs=x, targets=y, loss_name="mse"))
    """
    known = Known(setup)
    setup.memory["weights"] = marks(setup.model)
    found: dict[tuple[str, str], Finding] = {}
    for group in DATA_RULES + MODEL_RULES:
        with tolerated(group.__name__):
            for one in group(known):
                if one is not None:
                    found.setdefault((one.rule, one.text), one)
    return not_yet_reported(setup, sorted(found.values(), key=lambda one: not one.fatal))
