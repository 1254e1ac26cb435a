"""Whether a lab's code is that of a run to resume."""

from __future__ import annotations

from lossviz import program
from lossviz.program.source_text import changed


def continues(text: str, made: str) -> bool:
    """Whether `text` trains what the program `made` did; it may train for more epochs.

    Everything else decides what the steps are: a run resumed with another loss would mix two
    loss curves in one, and the optimizer with its learning rate comes from the checkpoint.
    The names of the programs' parts do not matter.
    """
    if text == made:
        return True
    try:
        names = zip(program.given_names(made), program.given_names(text), strict=True)
        made = changed(made, program.rename(made, dict(names)))
        return program.update(made, epochs=program.read(text).config.epochs) == text
    except ValueError:  # also where one of them has more parts
        return False
