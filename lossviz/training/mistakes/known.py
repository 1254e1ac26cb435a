"""What several rules ask of a set-up, worked out once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.training.mistakes.finding import Setup
from lossviz.training.mistakes.heads import Head, heads
from lossviz.training.mistakes.layers import all_layers, may_scale
from lossviz.training.mistakes.leaves import Leaf, Span, leaves, span


class Known:
    """A set-up with its arrays found, their ranges and its outputs paired with targets."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._spans: dict[int, Span] = {}

    @cached_property
    def inputs(self) -> list[Leaf]:
        """The arrays of the inputs."""
        return leaves(self.setup.inputs)

    @cached_property
    def targets(self) -> list[Leaf]:
        """The arrays of the targets."""
        return leaves(self.setup.targets)

    @cached_property
    def sample_weights(self) -> list[Leaf]:
        """The arrays of the sample weights."""
        return leaves(self.setup.sample_weight)

    @cached_property
    def held_inputs(self) -> list[Leaf]:
        """The arrays of the validation inputs."""
        return leaves(self.setup.validation_inputs)

    @cached_property
    def held_targets(self) -> list[Leaf]:
        """The arrays of the validation targets."""
        return leaves(self.setup.validation_targets)

    @cached_property
    def heads(self) -> list[Head]:
        """The outputs that have a target."""
        return heads(self.setup, self.targets, self.held_targets)

    @cached_property
    def layers(self) -> list[Any]:
        """All layers of the model."""
        return all_layers(self.setup.model)

    @cached_property
    def may_scale(self) -> bool:
        """Whether the model may bring large inputs to a usual scale itself."""
        return may_scale(self.setup.model)

    @cached_property
    def rows(self) -> int:
        """How many samples there are; 0 where that is not known."""
        return next((len(leaf.values) for leaf in self.inputs if leaf.rows), 0)

    @cached_property
    def optimizer(self) -> str:
        """The optimizer's class, that within a LossScaleOptimizer."""
        one = self.setup.optimizer
        one = getattr(one, "inner_optimizer", one)
        return "" if one is None else type(one).__name__

    def span(self, leaf: Leaf) -> Span:
        """The range of an array's numbers."""
        # The arrays live as long as this object, so an id is one array's.
        key = id(leaf.values)
        if key not in self._spans:
            self._spans[key] = span(leaf.values)
        return self._spans[key]

    @cached_property
    def output_values(self) -> list[np.ndarray[Any, Any]]:
        """The values of all outputs for the first samples."""
        return [leaf.values for leaf in leaves(self.setup.output)]

    def first_inputs(self, count: int) -> Any:
        """The inputs of the first samples, as tensors."""
        return tf.nest.map_structure(
            lambda part: tf.convert_to_tensor(part[:count]), self.setup.inputs
        )
