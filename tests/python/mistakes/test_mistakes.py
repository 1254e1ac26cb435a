"""No seeded mistake trains to its end untold, and no healthy set-up is warned of."""

from __future__ import annotations

import zlib

import keras
import numpy as np
import pytest
from healthy_setups import HEALTHY
from seeded_mistakes import SEEDED

import lossviz
from lossviz.training.mistake_watch import MistakeWatch

# Of a few mistakes Keras itself complains, in a warning that scrolls by.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*(received `from_logits=True`|over axis -1):UserWarning",
    "ignore:(Early stopping conditioned|Gradients do not exist):UserWarning",
)


def stream(name: str) -> np.random.Generator:
    """Another seed for each case, the same in each run."""
    seed = zlib.crc32(name.encode()) % 1_000
    keras.utils.set_random_seed(seed)
    return np.random.default_rng(seed)


@pytest.fixture
def rules(monkeypatch) -> list[str]:
    """The rules of what runs are told of."""
    told: list[str] = []
    tell = MistakeWatch._tell

    def telling(self, found, warn):
        told.extend(one.rule for one in found)
        tell(self, found, warn)

    monkeypatch.setattr(MistakeWatch, "_tell", telling)
    return told


def trained(case):
    run = lossviz.fit(case.model, **case.arguments())
    run.wait(120)
    return run, [event.text for event in run.events if event.kind == "warning"]


@pytest.mark.parametrize("name", SEEDED)
def test_a_run_tells_the_mistake(name, rules):
    rule, build = SEEDED[name]
    run, warnings = trained(build(stream(name)))
    assert rule in rules
    assert run.status == "failed" or (run.status == "completed" and warnings)


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_has_no_warning(name):
    run, warnings = trained(HEALTHY[name](stream(name)))
    assert run.status == "completed", run.error
    assert not warnings


def test_there_are_enough_of_both():
    assert len(SEEDED) >= 45
    assert len(HEALTHY) >= 45
