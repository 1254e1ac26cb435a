"""Every set-up by `model.fit` and by lossviz: from the same weights, on the same batches."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import lossviz
from conformance import SETUPS, Setup
from conformance.training import (
    WAIT,
    Trained,
    by_fit,
    by_lossviz,
    by_words,
    history_difference,
    same_notes,
    weight_difference,
)

pytestmark = [
    # Keras' own callbacks and file format read variables in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    # As `fit` warns, too, of an output without a loss.
    pytest.mark.filterwarnings("ignore:Gradients do not exist:UserWarning"),
]

BY_NAME = {setup.name: setup for setup in SETUPS}


@cache
def fitted(name: str) -> Trained:
    return by_fit(BY_NAME[name])


def named(setup: Setup) -> str:
    return setup.name


def check(setup: Setup, expected: Trained, found: Trained) -> None:
    assert set(found.history) == set(expected.history)
    differences = history_difference(expected, found)
    assert not {
        name: (size, expected.history[name], found.history[name])
        for name, size in differences.items()
        if size > (1e-3 if setup.half else 1e-5)
    }
    assert weight_difference(expected, found) <= (1e-3 if setup.half else 1e-4)
    assert found.steps == expected.steps == len(found.step_loss)
    assert np.isfinite(found.step_loss).all()
    if setup.counts_the_end:
        assert found.iterations == [found.steps]
    else:
        assert found.iterations == expected.iterations
    assert same_notes(expected.seen, found.seen), (expected.seen, found.seen)
    assert found.files == expected.files
    assert found.stopped == expected.stopped


@pytest.mark.parametrize("setup", SETUPS, ids=named)
def test_lossviz_fit_is_fit(setup):
    check(setup, fitted(setup.name), by_lossviz(setup))


@pytest.mark.parametrize("setup", [one for one in SETUPS if one.words is not None], ids=named)
def test_train_in_its_own_words_is_fit(setup):
    expected = fitted(setup.name)
    if "optimizer" in setup.words:
        # The one that is given trains; the compiled one rests.
        expected = replace(expected, iterations=[0])
    check(setup, expected, by_words(setup))


def own_losses(model: Any, x: Any, y: Any, batch: int) -> list[float]:
    """The loss of each batch by itself, by Keras' `train_on_batch`."""
    losses = []
    for start in range(0, len(x), batch):
        model.reset_metrics()
        part = slice(start, start + batch)
        losses.append(model.train_on_batch(x[part], y[part], return_dict=True)["loss"])
    return losses


@pytest.mark.parametrize(
    "name", ["one_sigmoid", "softmax_and_integers", "convnet", "weights_and_activities"]
)
def test_step_loss_is_each_step_s_own_and_not_the_running_mean(name, tmp_path: Path):
    setup = BY_NAME[name]
    model, arguments = setup.build(tmp_path)
    x, y = arguments["x"][:60], arguments["y"][:60]
    keras.utils.set_random_seed(1)
    expected = own_losses(model, x, y, 16)
    model, _ = setup.build(tmp_path)
    keras.utils.set_random_seed(1)
    run = lossviz.fit(model, x, y, batch_size=16, shuffle=False).result(timeout=WAIT)
    np.testing.assert_allclose(run.step_loss, expected, rtol=1e-5)


def test_there_are_enough_set_ups_of_every_family():
    assert len(SETUPS) >= 50
    assert len({setup.family for setup in SETUPS}) >= 20
