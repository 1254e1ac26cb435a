"""Fixtures for the Python tests. One process, one TensorFlow import, small models."""

from __future__ import annotations

import gc
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

# How long one example takes depends on what else the machine does.
settings.register_profile("lossviz", deadline=None)
settings.load_profile("lossviz")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """A report of a failure parses the test's source, and a training thread may parse a loss.

    Python before 3.13 counts the depth of both in one place, and hands over between them where a
    collection of garbage calls Python code: the report then fails, and with it the whole session.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs and checkpoints of the tests lie apart from those of the person who runs them."""
    folder = tmp_path_factory.mktemp("home")
    os.environ["LOSSVIZ_HOME"] = str(folder)
    yield folder
    del os.environ["LOSSVIZ_HOME"]


@pytest.fixture(autouse=True)
def seeded(request: pytest.FixtureRequest) -> None:
    """Each test has a seed of its own, the same in every run: its weights are no accident."""
    if "keras" in sys.modules:
        # Waits for a thread that is importing it just now.
        import keras

        keras.utils.set_random_seed(zlib.crc32(request.node.nodeid.encode()))


@pytest.fixture
def points() -> tuple[Any, Any]:
    """Ninety samples of four numbers in three classes, as integers."""
    stream = np.random.default_rng(0)
    labels = np.arange(90) % 3
    inputs = stream.normal(size=(90, 4)).astype(np.float32) + labels[:, None]
    return inputs, labels


@pytest.fixture
def dense_model() -> Callable[..., Any]:
    """Makes a small classifier; the same seed gives the same weights."""

    def build(inputs: int = 4, outputs: int = 3, seed: int = 0) -> Any:
        import keras

        keras.utils.set_random_seed(seed)
        return keras.Sequential(
            [
                keras.Input((inputs,)),
                keras.layers.Dense(8, activation="relu"),
                keras.layers.Dense(outputs),
            ]
        )

    return build
