"""Every set-up by `model.fit` and by lossviz: from the same weights, on the same batches."""

from __future__ import annotations

import os
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

KIN = frozenset(
    """
    backup_and_restore scheduled_rate lambdas one_cycle losses_of_batches one_logit poisson_rates
    multi_label hinge_with_bool_targets focal_imbalance soft_targets endless_pipeline tensors
    unbatched_steps class_weights_of_one_hot sample_weight_and_split conditional_gan
    wgan_with_penalty vae_compute_loss separable_residual tversky_of_classes unfrozen_backbone
    low_rank_adaptation denoising_autoencoder step_schedule_lion averaged_weights_overwrite
    clipped_values summed_loss plain_graph compiled_with_xla metrics_computed_rarely own_test_step
    subclass_without_training_argument weights_in_own_step bidirectional_lstm ctc_as_the_loss
    convolution_over_time causal_language_model outputs_by_place siamese_contrastive
    list_of_inputs pandas_regression recommender columns_looked_up_before bag_of_words
    """.split()  # noqa: SIM905 - names, as they are read
)
"""Near kin of others: trained in `make bench`, and here where LOSSVIZ_ALL_SETUPS is set."""

CHOSEN = [one for one in SETUPS if os.environ.get("LOSSVIZ_ALL_SETUPS") or one.name not in KIN]
FIRST = {one.family: one for one in reversed(CHOSEN) if one.words is not None}
IN_WORDS = [one for one in CHOSEN if one.words or FIRST.get(one.family) is one]
"""The first of each family, and those whose loss is given; all others go the same way."""

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


@pytest.mark.parametrize("setup", CHOSEN, ids=named)
def test_lossviz_fit_is_fit(setup):
    check(setup, fitted(setup.name), by_lossviz(setup))


@pytest.mark.parametrize("setup", IN_WORDS, ids=named)
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
    assert len(CHOSEN) >= 50
    assert {setup.name for setup in SETUPS} >= KIN
    assert len({setup.family for setup in SETUPS}) >= 20
