"""Inputs on a scale that the model does not expect."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Finding
from lossviz.training.mistakes.leaves import as_float, finite_part, sampled

BRIGHT = 100
"""Images with a pixel as bright as this are not on a scale from 0 to 1."""

TIMES = 1e3


def pixels_not_scaled(
    called: str, values: np.ndarray[Any, Any], low: float, high: float
) -> Finding | None:
    """Pixel values from 0 to 255 go into a model without rescaling or normalization."""
    if low < 0 or not BRIGHT <= high <= 65_535 or not _pixels(values):
        return None
    part = finite_part(values, 64)
    # Classes, ids and counts in a grid are small numbers with a few large ones; pixels are spread.
    if not part.size or part.mean() < high / 50:
        return None
    # Images that were resized, as Keras' image_dataset_from_directory does, have fractions.
    resized = values.ndim == 4 and values.shape[-1] in {1, 3, 4} and 200 < high <= 255
    if not resized and (part != np.floor(part)).mean() > 0.5:
        return None
    return Finding(
        "pixels_not_scaled",
        f"{called} contain pixel values from {low:g} to {high:g}, and the model does not "
        "rescale them: add keras.layers.Rescaling(1 / 255) as the first layer, or divide "
        "the inputs by 255.",
    )


def pixels_scaled_twice(
    called: str, values: np.ndarray[Any, Any], low: float, high: float, factor: float
) -> Finding | None:
    """Pixel values that are already scaled go through a Rescaling layer again.

    Args:
        called: the inputs' name.
        values: the inputs.
        low, high: their range.
        factor: the Rescaling layer's factor, such as 1 / 255.
    """
    if factor > 0.02 or low < -1.001 or high > 1.001 or high <= 0.5 or values.ndim < 3:
        return None
    return Finding(
        "pixels_scaled_twice",
        f"{called} already range from {low:.3g} to {high:.3g}, and the model's Rescaling "
        f"layer multiplies them by {factor:.3g} again: use pixel values from 0 to 255, or "
        "remove the layer.",
    )


def features_on_different_scales(called: str, values: np.ndarray[Any, Any]) -> Finding | None:
    """Columns of a table differ in scale more than a thousandfold, without normalization."""
    if values.ndim != 2 or not 2 <= values.shape[1] <= 1_000 or len(values) < 10:
        return None
    part = as_float(sampled(values))
    part = part[np.isfinite(part).all(axis=1)]
    if len(part) < 10:
        return None
    spread = part.std(axis=0)
    used = np.flatnonzero(spread > 0)
    if len(used) < 2:
        return None
    widest = int(used[spread[used].argmax()])
    least = float(spread[used].min())
    if spread[widest] < TIMES or spread[widest] < TIMES * least:
        return None
    return Finding(
        "features_on_different_scales",
        f"Column {widest:,} of {called} has a spread of {spread[widest]:.3g} and another of "
        f"{least:.3g}, so one dominates the other: add a keras.layers.Normalization layer, "
        "adapted to the inputs, as the first layer.",
    )


def inputs_huge(called: str, values: np.ndarray[Any, Any]) -> Finding | None:
    """All inputs are large numbers, and nothing in the model scales them."""
    part = finite_part(values, 256)
    if not part.size:
        return None
    size = float(np.median(np.abs(part)))
    if size < TIMES:
        return None
    return Finding(
        "inputs_huge",
        f"{called} have a magnitude of about {size:.3g}, and the model does not scale them: "
        "add a keras.layers.Normalization layer, adapted to the inputs, as the first layer.",
    )


def inputs_constant(called: str, values: np.ndarray[Any, Any]) -> Finding | None:
    """All samples are the same."""
    if values.ndim < 1 or len(values) < 10:
        return None
    part = sampled(values)
    if not (part == part[:1]).all() or not (values == values[:1]).all():
        return None
    return all_the_same(called, len(values))


def all_the_same(called: str, rows: int) -> Finding:
    """All samples are the same."""
    return Finding(
        "inputs_constant",
        f"All {rows:,} samples of {called} are identical, so the model cannot distinguish "
        "them: check how the inputs are loaded.",
    )


def no_time_steps(called: str, shape: tuple[int, ...]) -> Finding | None:
    """An axis of the inputs has length 0."""
    if 0 not in shape[1:]:
        return None
    return Finding(
        "no_time_steps",
        f"{called} have shape {list(shape)}, so a sample has no values: check how the data "
        "are cut into samples.",
        fatal=True,
    )


def channels_first(called: str, shape: tuple[int, ...]) -> Finding | None:
    """Images with channels first go into convolutions that expect channels last."""
    if len(shape) != 4 or shape[1] not in {1, 3} or shape[2] != shape[3] or shape[2] < 16:
        return None
    turned = [shape[0], shape[2], shape[3], shape[1]]
    return Finding(
        "channels_first",
        f"{called} of shape {list(shape)} look like images with channels first, but the "
        "model's convolutions expect channels last: use np.moveaxis(inputs, 1, -1), of "
        f"shape {turned}.",
    )


def ids_outside_embedding(
    called: str, low: float, high: float, size: int, layer: str
) -> Finding | None:
    """Ids lie outside an Embedding's input_dim; a GPU silently reads zeros for them."""
    if low >= 0 and high < size:
        return None
    change = f"set input_dim to {high + 1:,.0f}" if high >= size else "number the tokens from 0"
    return Finding(
        "ids_outside_embedding",
        f"{called} contain ids from {low:g} to {high:g}, but the embedding {layer!r} has "
        f"{size:,} rows, for ids 0 to {size - 1:,}: {change}.",
        fatal=True,
    )


def texts_empty(called: str, values: np.ndarray[Any, Any]) -> Finding | None:
    """Nearly all texts are empty."""
    if values.dtype.kind not in "OUS" or len(values) < 10:
        return None
    part = sampled(values).reshape(-1)
    empty = sum(not (one.strip() if isinstance(one, str | bytes) else one) for one in part)
    if empty < 0.9 * len(part):
        return None
    return Finding(
        "texts_empty",
        f"{empty / len(part):.0%} of the texts in {called} are empty: check which column or "
        "file they are loaded from.",
    )


def _pixels(values: np.ndarray[Any, Any]) -> bool:
    """Whether an array has the shape of images, as grids or as long rows."""
    if values.ndim == 4:
        return bool(values.shape[1] >= 4 and values.shape[2] >= 4)
    if values.ndim == 3:
        return bool(min(values.shape[1:]) >= 8 and values.dtype.kind != "i")
    return values.ndim == 2 and values.shape[1] >= 49 and _square(values.shape[1])


def _square(count: int) -> bool:
    return any(
        count % channels == 0 and int((count // channels) ** 0.5) ** 2 == count // channels
        for channels in (1, 3)
    )
