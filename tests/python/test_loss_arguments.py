"""What a loss refuses before training, in words; and its card."""

from __future__ import annotations

import numpy as np
import pytest

import lossviz
from lossviz.losses import check_targets

REFUSED = [
    ("cross_entropy", (3, 4), (3, 5), {}, "target"),
    ("dice", (4,), (4,), {}, "output"),
    ("ctc", (2, 3), (2, 6), {}, "output"),
    ("ctc", (2, 3, 1), (2, 6, 4), {}, "target"),
    ("ctc", (3, 3), (2, 6, 4), {}, "target"),
    ("ssd", (2, 5, 7), (2, 4, 7), {}, "target"),
    ("ssd", (2, 5, 5), (2, 5, 5), {}, "output"),
    ("weighted_cross_entropy", (2, 3), (2, 3), {"class_weights": [1.0, 2.0]}, "class_weights"),
    ("weighted_cross_entropy", (2, 3), (2, 3), {"class_weights": [1, -1, 1]}, "class_weights"),
    ("weighted_cross_entropy", (2, 3), (2, 3), {"class_weights": 3}, "class_weights"),
    ("huber", (2,), (2,), {"delta": 0.0}, "delta"),
    ("quantile", (2,), (2,), {"q": 1.5}, "q"),
    ("huber", (2,), (2,), {"detla": 1.0}, "delta"),
]


@pytest.mark.parametrize(("name", "target", "output", "params", "said"), REFUSED)
def test_shapes_and_parameters_that_cannot_fit_are_refused(name, target, output, params, said):
    with pytest.raises(ValueError, match=said):
        lossviz.losses.get(name)(np.zeros(target, "f4"), np.zeros(output, "f4"), **params)


@pytest.mark.parametrize(
    ("name", "target", "said"),
    [
        ("cross_entropy", [[2.0, 0.0]], "one-hot"),
        ("cross_entropy", [[0.0, 0.0]], "sum to 0"),
        ("hinge", [[0.5, 0.5]], "one-hot"),
        ("binary_cross_entropy", [[0.0, 3.0]], "0 to 1"),
        ("ctc", [[1, 0, 2]], "blank"),
        ("ctc", [[1, 9, 0]], "largest label"),
        ("ctc", [[-1, 1, 0]], "whole numbers"),
    ],
)
def test_targets_that_no_loss_can_learn_are_refused(name, target, said):
    target = np.array(target)
    output = (1, 5, 4) if name == "ctc" else target.shape
    with pytest.raises(ValueError, match=said):
        check_targets(lossviz.losses.get(name), target, output)


@pytest.mark.parametrize("name", lossviz.losses.names())
def test_every_card_is_filled_in(name):
    loss = lossviz.losses.get(name)
    assert loss.title
    assert loss.formula
    assert loss.reference
    assert 2 <= loss.advice.count(". ") + 1 <= 4
    assert f"def {name}(" in loss.source
    for alias in loss.aliases:
        assert lossviz.losses.get(alias) is loss
    for card in loss.params.values():
        assert card.help
