"""The rules about data, and what each is asked with."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lossviz.training.mistakes import (
    finite,
    given_weights,
    input_scale,
    label_order,
    labels,
    target_range,
    target_shape,
    validation_data,
)
from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.heads import Head
from lossviz.training.mistakes.known import Known
from lossviz.training.mistakes.leaves import Leaf, finite_part, sampled, whole_numbers
from lossviz.training.mistakes.loss_kind import ONE_HOT_ONLY, plain

Findings = Iterator[Finding | None]


def _values(known: Known) -> Findings:
    setup, fatal = known.setup, not known.setup.own_step
    for leaf in known.inputs:
        if leaf.floating and known.span(leaf).bad is not None:
            seen = known.span(leaf)
            assert seen.bad is not None
            handled = False
            if leaf.rows:
                with contextlib.suppress(Exception):
                    handled = finite.handles_not_finite(setup.model, setup.inputs, seen.bad[0])
            if not handled:
                yield finite.inputs_not_finite(
                    leaf.called("The inputs"), seen, len(leaf.values), fatal=fatal
                )
    owns = {head.target.path: head.kind == "own" for head in known.heads}
    for leaf in known.targets:
        if leaf.floating and not setup.own_step and not owns.get(leaf.path, True):
            yield finite.targets_not_finite(
                leaf.called("The targets"), known.span(leaf), len(leaf.values)
            )
    for leaf in known.sample_weights:
        if leaf.floating and not setup.own_step:
            yield finite.sample_weights_not_finite(
                leaf.called("The sample weights"), known.span(leaf), len(leaf.values)
            )
    for what, held, trained in (
        ("inputs", known.held_inputs, known.inputs), ("targets", known.held_targets, known.targets),
    ):  # fmt: skip
        # Where the training data have them as well, that is reported already, or handled.
        clean = all(not leaf.floating or known.span(leaf).bad is None for leaf in trained)
        for leaf in held:
            if leaf.floating and clean:
                yield finite.validation_not_finite(
                    leaf.called(f"The validation {what}"), known.span(leaf), len(leaf.values)
                )


def _given_weights(known: Known) -> Findings:
    if known.setup.own_step:
        return  # the third part of a batch may be anything there
    for leaf in known.sample_weights:
        if leaf.numeric and leaf.values.size:
            seen = known.span(leaf)
            if known.setup.whole:
                yield given_weights.sample_weights_zero(seen.low, seen.high)
            yield given_weights.sample_weights_negative(seen.low)
    if known.setup.class_weight and known.setup.whole and len(known.heads) == 1:
        found = known.heads[0].labels
        if found is not None:
            yield given_weights.class_weights_missing(known.setup.class_weight, found)


def _shapes(known: Known) -> Findings:
    for leaf in known.inputs:
        if leaf.rows:
            yield input_scale.no_time_steps(leaf.called("The inputs"), leaf.values.shape)
    if known.setup.own_step:
        return
    for head in known.heads:
        if head.output is None or not head.target.rows or not head.target.numeric:
            continue
        target, output = head.target.values.shape[1:], head.output.shape[1:]
        aligned = head.kind != "own" or known.setup.aligns
        if head.kind in {"distance", "logarithmic", "binary"} or not aligned:
            yield target_shape.target_broadcasts(
                target, output, head.of, aligns=aligned, labels=whole_numbers(head.target.values)
            )


def _labels(known: Known) -> Findings:
    if known.setup.own_step:
        return
    for head in known.heads:
        if head.target.values.dtype.kind in "OUS" and head.kind != "own":
            yield labels.text_labels(head.target.values, head.of)
        if not head.target.numeric or not head.target.values.size:
            continue
        yield from _class_labels(known, head)
        if head.kind == "binary":
            seen = known.span(head.target)
            yield labels.binary_targets_outside(seen.low, seen.high, head.of)
            if known.setup.whole:
                rows = len(head.target.values)
                yield labels.one_class_only(seen.low, seen.high, rows, head.of)


def _class_labels(known: Known, head: Head) -> Findings:
    values, units = head.target.values, head.units
    if head.kind not in {"sparse", "classes"} or units is None:
        return
    sparse_only = plain(head.loss_name).startswith("sparse")
    if head.one_hot and not head.indices:
        if sparse_only and values.ndim == (2 if head.output is None else head.output.ndim):
            yield labels.one_hot_for_sparse(values.shape, units, head.of)
        else:
            yield labels.one_hot_rows(values, head.of, weighted=bool(known.sample_weights))
            if known.setup.whole and values.ndim == 2:
                found = values.argmax(axis=-1)
                yield labels.one_class_only(
                    float(found.min()), float(found.max()), len(found), head.of
                )
        return
    if units == 1:
        if not (head.end == "softmax" or head.kind == "classes"):
            classes = len(np.unique(sampled(values)))
            yield labels.one_output_for_classes(classes, head.of)
        return
    if not head.indices:
        return
    if plain(head.loss_name) in ONE_HOT_ONLY:
        yield labels.labels_for_one_hot(head.loss_name, units, head.of)
        return
    seen = known.span(head.target)
    yield labels.fractional_labels(values, head.of)
    yield labels.labels_outside_classes(seen.low, seen.high, units, head.of, head.ignored)
    if known.setup.whole:
        yield labels.one_class_only(seen.low, seen.high, len(values), head.of)


def _order(known: Known) -> Findings:
    setup = known.setup
    if setup.shuffle is not False or not setup.whole or setup.own_step or not setup.batch_size:
        return
    for head in known.heads:
        found = head.labels
        if found is not None and len(found) == len(head.target.values):
            yield label_order.sorted_labels(found, setup.batch_size, head.of)


def _targets(known: Known) -> Findings:
    if known.setup.own_step:
        return
    for head in known.heads:
        values = head.target.values
        if not head.target.numeric or not values.size:
            continue
        seen = known.span(head.target)
        if head.kind in {"counts", "logarithmic"}:
            yield target_range.negative_counts(seen.low, head.loss_name, head.of)
        if head.kind != "distance":
            continue
        yield target_range.targets_out_of_reach(values, _end_by_values(head), head.of)
        if head.output is not None:
            yield target_range.targets_huge(values, head.output, head.of)
        # Zeros replace it where the model brings its own loss, or outputs a residual.
        if known.setup.whole and not (known.setup.model.losses and seen.low == 0):
            yield target_range.targets_constant(seen.low, seen.high, len(values), head.of)


def _end_by_values(head: Head) -> str | None:
    """The end, or "relu" where the model does not say and its values are cut off at 0."""
    if head.end is not None or head.output is None or head.output.size < 8:
        return head.end
    part = finite_part(head.output)
    if not part.size:
        return None
    zeros = float((part == 0).mean())
    return "relu" if part.min() == 0 and 0.05 <= zeros < 1 else None


def _validation(known: Known) -> Findings:
    if known.setup.validation_again:
        yield validation_data.the_training_data_again()
    if not known.setup.whole or not known.held_inputs:
        return
    yield validation_data.validation_is_training(
        known.inputs, known.targets, known.held_inputs, known.held_targets
    )
    if len(known.held_inputs) == len(known.inputs):
        for here, there in zip(known.inputs, known.held_inputs, strict=True):
            if here.numeric and there.numeric and here.rows and here.values.size:
                yield validation_data.validation_on_another_scale(
                    here.called(""), known.span(here), known.span(there), here.values, there.values
                )
    for head in known.heads:
        if head.held_out is None or not head.held_out.numeric:
            continue
        trained, unseen = _flat_labels(head, head.target), _flat_labels(head, head.held_out)
        if trained is not None and unseen is not None:
            yield validation_data.validation_classes_unseen(trained, unseen, head.of)


def _flat_labels(head: Head, leaf: Leaf) -> np.ndarray[Any, Any] | None:
    if head.kind in {"sparse", "classes"} and head.one_hot and leaf.values.ndim == 2:
        return np.asarray(leaf.values.argmax(axis=-1))
    if head.kind in {"sparse", "classes"} and head.indices:
        return np.asarray(leaf.values.reshape(-1))
    return None


DATA_RULES: tuple[Callable[[Known], Findings], ...] = (
    _values, _given_weights, _shapes, _labels, _order, _targets, _validation,
)  # fmt: skip
"""Each asks the rules of one kind, with what they need."""
