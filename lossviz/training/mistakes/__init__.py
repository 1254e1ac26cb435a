"""Silent mistakes in a training set-up: found, and reported in one sentence each.

`before` looks at a set-up ahead of its first step, `BatchWatch` at what only batches show, and
`after_epoch` at what an epoch's end shows. Every rule is a function named for the mistake.
"""

from lossviz.training.mistakes.batch_watch import BatchWatch
from lossviz.training.mistakes.before import before
from lossviz.training.mistakes.epoch import FIRST_EPOCHS, after_epoch
from lossviz.training.mistakes.finding import Finding, Setup
from lossviz.training.mistakes.tolerance import tolerated

__all__ = [
    "FIRST_EPOCHS",
    "BatchWatch",
    "Finding",
    "Setup",
    "after_epoch",
    "before",
    "tolerated",
]
