"""The rules about a model, its inputs' scale, its end and its optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lossviz.training.mistakes import input_scale, metric_fit, model_state, output_fit, rates
from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.heads import Head
from lossviz.training.mistakes.known import Known
from lossviz.training.mistakes.layers import embedding_inputs
from lossviz.training.mistakes.leaves import leaves, sampled, whole_numbers

Findings = Iterator[Finding | None]


def _ends(known: Known) -> Findings:
    if known.setup.own_step:
        return
    if isinstance(known.setup.loss_name, list) and known.setup.output is not None:
        count = len(leaves(known.setup.output))
        yield output_fit.output_without_loss(len(known.setup.loss_name), count)
    for head in known.heads:
        loss, units = head.loss_name or "the loss", head.units or 1
        values = head.output
        classes = head.kind in {"sparse", "classes"}
        if head.end == "softmax" and units == 1 and values is not None and values.ndim == 2:
            yield output_fit.softmax_of_one_unit(head.of)
            continue
        if classes and units > 1 and head.end in {"relu", "relu6", "softplus"}:
            yield output_fit.relu_for_classes(head.end, loss, head.of)
        elif classes and units > 1 and head.end == "sigmoid":
            yield output_fit.sigmoid_for_classes(units, loss, head.of)
        elif head.from_logits and (
            head.end in output_fit.PROBABILITIES
            or (head.holds == "probabilities" and head.end in {None, "softmax", "sigmoid"})
        ):
            yield output_fit.probabilities_as_logits(head.end, loss, head.of)
        elif values is not None and values.size and _takes_probabilities(head):
            softmax = classes or (head.kind == "overlap" and units > 1)
            yield output_fit.logits_as_probabilities(
                values, head.end, loss, head.of, softmax=softmax,
                either=head.from_logits is not None,
            )  # fmt: skip
            if classes and head.end == "softmax" and units > 1:
                yield output_fit.softmax_over_another_axis(values, head.of)
        if (
            head.kind in {"counts", "divergence"}
            and not head.from_logits
            and values is not None
            and head.holds != "probabilities"
        ):
            yield output_fit.negative_for_logarithm(values, loss, head.of)


def _takes_probabilities(head: Head) -> bool:
    if head.from_logits is None:
        return head.kind == "overlap"  # Keras' Dice and Tversky, which do not ask
    return not head.from_logits and head.kind in {"sparse", "classes", "binary", "overlap"}


def _inputs(known: Known) -> Findings:
    factors = [
        layer.scale for layer in known.layers if type(layer).__name__ == "Rescaling"
        and isinstance(layer.scale, int | float)
    ]  # fmt: skip
    for leaf in known.inputs:
        called, values = leaf.called("The inputs"), leaf.values
        if not leaf.numeric:
            if known.setup.whole:
                yield input_scale.texts_empty(called, values)
            continue
        if not leaf.rows or not values.size:
            continue
        seen = known.span(leaf)
        if factors and len(known.inputs) == 1:
            yield input_scale.pixels_scaled_twice(called, values, seen.low, seen.high, min(factors))
        if not known.may_scale:
            finding = input_scale.pixels_not_scaled(called, values, seen.low, seen.high)
            finding = finding or input_scale.features_on_different_scales(called, values)
            yield finding or (input_scale.inputs_huge(called, values) if leaf.floating else None)
        if _convolves(known) and len(known.inputs) == 1:
            yield input_scale.channels_first(called, values.shape)
    if known.setup.whole and known.inputs and known.targets and not known.setup.own_step:
        same = [
            input_scale.inputs_constant(leaf.called("the inputs"), leaf.values)
            for leaf in known.inputs
            if leaf.rows and leaf.numeric
        ]
        if len(same) == len(known.inputs) and all(same):
            yield same[0]


def _convolves(known: Known) -> bool:
    names = [type(layer).__name__ for layer in known.layers]
    if any(name in {"Permute", "Reshape", "Lambda"} for name in names):
        return False
    return any(
        type(layer).__name__ in {"Conv2D", "SeparableConv2D", "DepthwiseConv2D"}
        and layer.data_format == "channels_last"
        for layer in known.layers
    )


def _embeddings(known: Known) -> Findings:
    read = embedding_inputs(known.setup.model)
    whole = [leaf for leaf in known.inputs if leaf.numeric and leaf.values.size]
    for layer, name in read:
        by_name = [leaf for leaf in known.inputs if leaf.path == (name,)]
        if not by_name and len(known.inputs) == len(getattr(known.setup.model, "inputs", ())):
            places = [getattr(value, "name", None) for value in known.setup.model.inputs]
            by_name = [known.inputs[places.index(name)]] if name in places else []
        if not by_name and len(read) == 1 and len(known.inputs) == 1 and _first(known, layer):
            by_name = known.inputs
        for leaf in by_name:
            if leaf in whole and whole_numbers(leaf.values):
                seen = known.span(leaf)
                yield input_scale.ids_outside_embedding(
                    leaf.called("The inputs"), seen.low, seen.high, layer.input_dim, layer.name
                )


def _first(known: Known, layer: object) -> bool:
    """Whether a layer of a subclassed model is its first one."""
    layers = [one for one in known.layers if type(one).__name__ != "InputLayer"]
    return bool(layers) and layers[0] is layer


def _metrics(known: Known) -> Findings:
    for head in known.heads:
        for metric in head.metrics:
            yield _metric(head, metric)


def _metric(head: Head, metric: object) -> Finding | None:
    units, of = head.units or 1, head.of
    classes = head.kind in {"sparse", "classes"}
    finding = None
    if head.kind in {"distance", "logarithmic", "counts"} and head.target.floating:
        finding = metric_fit.accuracy_for_numbers(metric, head.target.values, of)
    if classes or head.kind == "binary":
        finding = finding or metric_fit.exact_accuracy(metric, of)
        logits = head.holds == "logits" or (head.end == "linear" and bool(head.from_logits))
        if logits and (units == 1 or head.kind == "binary"):
            finding = finding or metric_fit.metric_on_logits(metric, of)
    if units > 1 and head.indices and whole_numbers(head.target.values):
        finding = finding or metric_fit.metric_needs_one_hot(metric, of)
    if units > 1 and head.one_hot and not head.indices:
        finding = finding or metric_fit.metric_needs_labels(metric, of)
        if classes and units > 2:
            finding = finding or metric_fit.binary_metric_for_classes(metric, units, of)
    if units > 1 and (classes or head.kind in {"overlap", "own"}):
        finding = finding or metric_fit.region_metric_of_scores(metric, of, labels=head.indices)
    return finding


def _rates(known: Known) -> Findings:
    setup = known.setup
    weights = list(setup.model.trainable_variables)
    float16 = rates.weights_in_float16(weights)
    yield float16
    if setup.own_step or setup.learning_rate is None or setup.optimizer is None:
        return
    yield rates.rate_too_high(setup.learning_rate, known.optimizer)
    if float16 is None:
        yield rates.rate_below_half_precision(setup.learning_rate, known.optimizer, weights)


def _model(known: Known) -> Findings:
    setup = known.setup
    if not setup.own_step:
        yield model_state.no_trainable_variable(setup.model)
    yield model_state.dropout_high(setup.model)
    yield model_state.symmetric_weights(setup.model)
    if setup.batch_size == 1 and (known.rows > 1 or not setup.whole):
        yield model_state.batch_norm_of_one(setup.model)
    if setup.whole and setup.batch_size and known.rows:
        yield model_state.batch_larger_than_data(setup.batch_size, known.rows)


def _dead(known: Known) -> Findings:
    setup = known.setup
    if setup.own_step or not setup.model.trainable_variables:
        return
    if not model_state.outputs_identical(known.output_values):
        return
    count = len(known.output_values[0])
    few = [sampled(leaf.values[:count]) for leaf in known.inputs if leaf.rows]
    if len(few) == len(known.inputs) and any(bool((one != one[:1]).any()) for one in few):
        yield model_state.model_dead(setup.model, known.first_inputs(count))


MODEL_RULES: tuple[Callable[[Known], Findings], ...] = (
    _ends, _inputs, _embeddings, _metrics, _rates, _model, _dead,
)  # fmt: skip
"""Each asks the rules of one kind, with what they need."""
