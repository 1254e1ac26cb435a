"""A loss on sequences whose alignment with the input nobody knows."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf
from lossviz.losses.card import Loss
from lossviz.losses.parameter import FROM_LOGITS


def ctc(target: Any, output: Any, *, from_logits: bool = True) -> Any:
    """Mean negative log probability of the labels; class 0 is the blank, 0 pads the labels."""
    labels = tf.cast(target, tf.int32)
    if not from_logits:
        output = tf.math.log(output + 1e-7)
    # The states of an alignment: blank, first label, blank, second label, ..., blank.
    blanks = tf.zeros_like(labels)
    states = tf.reshape(tf.stack([blanks, labels], axis=-1), [tf.shape(labels)[0], -1])
    states = tf.pad(states, [[0, 0], [0, 1]])
    # One column a state: log probabilities as [time, batch, states].
    log_p = tf.gather(tf.nn.log_softmax(output), states, axis=2, batch_dims=1)
    emitted = tf.transpose(log_p, [1, 0, 2])
    never = tf.fill(tf.shape(states), -1e30)
    index = tf.range(tf.shape(states)[1])
    # A blank between two labels may be left out, unless they are the same.
    before = tf.pad(states, [[0, 0], [2, 0]])[:, :-2]
    skips = tf.logical_and(states != 0, states != before)

    def advance(alpha: Any, now: Any) -> Any:
        by_one = tf.concat([never[:, :1], alpha[:, :-1]], axis=1)
        by_two = tf.concat([never[:, :2], alpha], axis=1)[:, :-2]
        by_two = tf.where(skips, by_two, never)
        return now + tf.reduce_logsumexp(tf.stack([alpha, by_one, by_two]), axis=0)

    alpha = tf.foldl(advance, emitted[1:], tf.where(index < 2, emitted[0], never))
    # An alignment ends in the last label or in the blank behind it.
    last = 2 * tf.math.count_nonzero(labels, axis=-1, keepdims=True, dtype=tf.int32)
    ends = tf.where(tf.logical_or(index == last, index == last - 1), alpha, never)
    losses = -tf.reduce_logsumexp(ends, axis=-1)
    # A label that does not fit into the time axis has no alignment at all.
    return tf.reduce_mean(tf.where(losses < 1e29, losses, float("inf")))


LOSSES = (
    Loss(
        function=ctc,
        name="ctc",
        title="CTC (connectionist temporal classification)",
        family="sequence",
        formula=r"-\log \sum_{\pi \in \mathcal{B}^{-1}(t)} \prod_\tau \mathrm{softmax}(o_\tau)"
        r"_{\pi_\tau}",
        advice=(
            "Sums over every alignment of the label with the time axis, so only the text is "
            "needed, not the position of each character. For reading text lines and speech. "
            "The time axis must be at least as long as the label, plus one step for each "
            "character that repeats the one before it; a label that does not fit has an "
            "infinite loss."
        ),
        params={"from_logits": FROM_LOGITS},
        reference="A. Graves et al., Connectionist Temporal Classification (2006)",
        shapes="ctc",
    ),
)
