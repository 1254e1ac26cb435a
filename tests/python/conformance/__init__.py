"""Trainings in the shape that people have, by `model.fit` and by lossviz."""

from conformance import (
    callbacks,
    dense,
    feeding,
    generative,
    images,
    optimizers,
    own_steps,
    sequences,
    several,
    tabular,
)
from conformance.catalogue import SETUPS, Setup

__all__ = [
    "SETUPS",
    "Setup",
    "callbacks",
    "dense",
    "feeding",
    "generative",
    "images",
    "optimizers",
    "own_steps",
    "sequences",
    "several",
    "tabular",
]
