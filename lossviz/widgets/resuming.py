"""Whether a lab's code is that of a run which is to go on."""

from __future__ import annotations

from lossviz import program
from lossviz._arguments import ArgumentError


def continues(text: str, made: str) -> bool:
    """Whether `text` trains what the program `made` did; it may train for more epochs.

    Everything else decides what the steps are: a run that goes on with another loss would mix two
    trainings in one curve, and the optimizer with its learning rate comes from the checkpoint.
    """
    if text == made:
        return True
    try:
        epochs = program.read(text).config.epochs
        return program.update(made, epochs=epochs) == text
    except ArgumentError:
        return False
