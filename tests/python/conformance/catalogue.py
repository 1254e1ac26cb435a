"""What a set-up is, and the list of all: models, data and arguments as people have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras


@dataclass(frozen=True)
class Setup:
    """A training that somebody already has.

    Attributes:
        name: unique among all.
        family: what sort of model or habit it stands for.
        title: one line about it.
        make: `f(folder)` that gives a compiled model and what `fit` is called with; files go into
            the folder. Callbacks, generators and models are new with every call.
        policy: the dtype policy that is set while it is built and trained.
        words: arguments with which `lossviz.train` does the same, beside model and data; None where
            it is not tried.
        counts_the_end: whether `fit` counts one update more in each epoch: the step that finds no
            data any more has run in part.
    """

    name: str
    family: str
    title: str
    make: Callable[[Path], tuple[Any, dict[str, Any]]]
    policy: str = "float32"
    words: dict[str, Any] | None = None
    counts_the_end: bool = False

    @property
    def half(self) -> bool:
        """Whether it computes in half precision."""
        return self.policy != "float32"

    def build(self, folder: Path, seed: int = 0) -> tuple[Any, dict[str, Any]]:
        """The model and `fit`'s arguments; the same seed gives the same model to the bit.

        Arrays are not shuffled, so that two trainings see the same batches.
        """
        keras.utils.set_random_seed(seed)
        model, arguments = self.make(folder)
        return model, {"shuffle": False, "verbose": 0, **arguments}

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """What is set for the whole session while it is built and trained."""
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(self.policy)
        try:
            yield
        finally:
            keras.config.set_dtype_policy(before)


SETUPS: list[Setup] = []
"""Those whose every number must be `fit`'s."""

CHANCE: list[Setup] = []
"""Those that draw from streams which no model holds: only the distribution can be alike."""


def setup(
    family: str,
    *,
    policy: str = "float32",
    words: dict[str, Any] | None = None,
    counts_the_end: bool = False,
    chance: bool = False,
) -> Callable[[Callable[[Path], Any]], Callable[[Path], Any]]:
    """Put a function `f(folder)` that gives model and arguments among the set-ups."""

    def kept(make: Callable[[Path], Any]) -> Callable[[Path], Any]:
        assert make.__doc__
        assert make.__name__ not in {one.name for one in (*SETUPS, *CHANCE)}, make.__name__
        title = make.__doc__.strip().rstrip(".")
        (CHANCE if chance else SETUPS).append(
            Setup(make.__name__, family, title, make, policy, words, counts_the_end)
        )
        return make

    return kept
