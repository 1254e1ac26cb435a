"""Parameters that several losses have."""

from __future__ import annotations

from lossviz._parameter import Parameter

FROM_LOGITS = Parameter(
    default=True,
    kind="switch",
    help="On: the output holds logits, and the loss applies softmax. Off: the model ends in "
    "softmax, and its output holds probabilities.",
)

FROM_SIGMOID_LOGITS = Parameter(
    default=True,
    kind="switch",
    help="On: the output holds logits, and the loss applies sigmoid. Off: the model ends in "
    "sigmoid, and its output holds probabilities.",
)
