"""What is known of a training set-up, and what is reported about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Holds = Literal["logits", "probabilities", "unknown"]


@dataclass(frozen=True)
class Finding:
    """A mistake that was found.

    Attributes:
        rule: the name of the function that found it.
        text: one sentence with the evidence and the change to make.
        fatal: training cannot be meant; the run fails with the text before its first step.
    """

    rule: str
    text: str
    fatal: bool = False


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What is known of a training run before its first step; None where it is unknown.

    With several outputs, `loss_name`, `from_logits`, `class_loss`, `holds`, `sparse` and `loss`
    may be dicts by the output's name or lists in the outputs' order; a single value is every
    output's.

    Attributes:
        model: the Keras model.
        inputs, targets, sample_weight: whole arrays, tensors or structures of them where `whole`;
            else those of the first batch.
        whole: whether they are all the data.
        validation_inputs, validation_targets: likewise of the validation data.
        validated: whether there are validation data.
        validation_again: whether the validation data are the training data themselves.
        output: the model's output for the first samples in inference mode, in its structure.
        loss_name: the loss's name, of the catalogue, of Keras or of the user's own.
        from_logits: whether the loss takes logits; None where that does not apply.
        class_loss: whether the loss compares classes on the last axis.
        holds: what the output holds.
        sparse: whether the loss takes integer labels.
        metrics: Keras metrics or their names; a dict by output or a list.
        learning_rate: that of the first step.
        own_step: whether the training step is the user's own.
        shuffle: whether the samples are shuffled in each epoch.
        class_weight: weights by class, as `fit` takes them.
        loss: the loss as the user passed it.
        callbacks: Keras callbacks.
        aligns: whether targets [n] and outputs [n, 1] are brought to the same rank for the loss.
        memory: what `before` keeps for `after_epoch`; leave it alone.
    """

    model: Any
    inputs: Any
    targets: Any = None
    sample_weight: Any = None
    whole: bool = True
    validation_inputs: Any = None
    validation_targets: Any = None
    validated: bool = False
    validation_again: bool = False
    output: Any = None
    loss_name: Any = ""
    from_logits: Any = None
    class_loss: Any = False
    holds: Any = "unknown"
    sparse: Any = False
    metrics: Any = ()
    optimizer: Any = None
    learning_rate: float | None = None
    batch_size: int | None = None
    epochs: int = 1
    own_step: bool = False
    shuffle: bool | None = None
    class_weight: Mapping[int, float] | None = None
    loss: Any = None
    callbacks: Sequence[Any] = ()
    aligns: bool = True
    memory: dict[str, Any] = field(default_factory=dict)
