"""For the tests of mistakes: a rule that fails is a fault, though no training is kept from it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_rule_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG, logger="lossviz.training.mistakes"):
        yield
    failed = [
        f"{one.getMessage()}: {one.exc_info[1]!r}"
        for one in (*caplog.get_records("setup"), *caplog.get_records("call"))
        if one.name.startswith("lossviz.training.mistakes") and one.exc_info
    ]
    assert not failed, failed
