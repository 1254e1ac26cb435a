"""Every seeded mistake is told, and nothing is told of what is healthy."""

from __future__ import annotations

import zlib

import keras
import numpy as np
import pytest
from healthy_setups import HEALTHY
from seeded_mistakes import SEEDED
from set_up import told


def stream(name: str) -> np.random.Generator:
    """Another seed for each case, the same in each run."""
    seed = zlib.crc32(name.encode()) % 1_000
    keras.utils.set_random_seed(seed)
    return np.random.default_rng(seed)


# Of a few, Keras itself complains in a warning that scrolls by.
@pytest.mark.filterwarnings("ignore:.*(received `from_logits=True`|over axis -1):UserWarning")
@pytest.mark.parametrize("name", SEEDED)
def test_a_mistake_is_told(name):
    rule, build = SEEDED[name]
    found = told(build(stream(name)))
    assert rule in {one.rule for one in found}, [one.text for one in found]


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_told_of_what_is_healthy(name):
    found = told(HEALTHY[name](stream(name)))
    assert not [one.text for one in found]


def test_there_are_enough_of_both():
    assert len(SEEDED) >= 45
    assert len(HEALTHY) >= 45
