"""Predictions as images: Plotly figures of a model's predictions for a few samples."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf
from lossviz.tasks.data import Data

if TYPE_CHECKING:
    import plotly.graph_objects as go

RIGHT, WRONG = "#0072B2", "#D55E00"
"""Blue and vermilion of Okabe and Ito's palette: distinguishable without seeing red or green."""

CLASS_COLOURS = np.array(
    [[230, 230, 230], [213, 94, 0], [86, 180, 233], [60, 20, 110], [0, 158, 115], [240, 228, 66],
     [204, 121, 167], [0, 114, 178], [230, 159, 0], [90, 90, 90]], np.float32,
) / 255  # fmt: skip
COLUMNS, GAP, CAPTION = 4, 0.12, 0.22
WIDTH = 640


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One prediction.

    Attributes:
        picture: float [height, width, 1 or 3] from 0 to 1.
        caption: a line below it.
        right: whether the prediction is right; None where that is no question of yes or no.
        boxes: `[top, left, bottom, right]` in shares of the image, each with a label and whether
            it is the true one.
    """

    picture: NDArray[Any]
    caption: str
    right: bool | None = None
    boxes: tuple[tuple[Sequence[float], str, bool], ...] = ()


def tiled(tiles: Sequence[Tile], title: str) -> go.Figure:
    """The tiles in rows of four."""
    import plotly.graph_objects as go

    columns = min(COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    height, width = tiles[0].picture.shape[:2]
    high = height / width
    figure = go.Figure()
    for index, tile in enumerate(tiles):
        left = (index % columns) * (1 + GAP)
        top = -(index // columns) * (high + CAPTION)
        _place(figure, tile, left, top, high)
    across, down = columns + (columns - 1) * GAP, rows * (high + CAPTION)
    margin = {"l": 8, "r": 8, "t": 36, "b": 8}
    figure.update_layout(
        template="none",
        title={"text": html.escape(title), "x": 0.01, "xanchor": "left", "font": {"size": 14}},
        width=WIDTH,
        height=round((WIDTH - 16) / across * down) + 44,
        margin=margin,
        showlegend=False,
        xaxis={"range": [0, across], "visible": False, "fixedrange": True},
        yaxis={"range": [-down, 0], "visible": False, "fixedrange": True},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return figure


def _place(figure: Any, tile: Tile, left: float, top: float, high: float) -> None:
    colour = {True: RIGHT, False: WRONG, None: "#767676"}[tile.right]
    figure.add_layout_image(
        source=_png(tile.picture), x=left, y=top, sizex=1, sizey=high, xref="x", yref="y",
        sizing="stretch", layer="below",
    )  # fmt: skip
    figure.add_shape(
        type="rect", x0=left, x1=left + 1, y0=top - high, y1=top,
        line={"color": colour, "width": 1},
    )  # fmt: skip
    for box, label, true in tile.boxes:
        edge = {"color": "#F0E442" if true else RIGHT, "width": 1.5}
        if true:
            edge["dash"] = "dot"
        figure.add_shape(
            type="rect", x0=left + box[1], x1=left + box[3], y0=top - box[0] * high,
            y1=top - box[2] * high, line=edge,
        )  # fmt: skip
        if label:
            figure.add_annotation(
                x=left + box[1], y=top - box[0] * high, text=html.escape(label), showarrow=False,
                xanchor="left", yanchor="bottom", font={"size": 10, "color": "#ffffff"},
                bgcolor=RIGHT, borderpad=1,
            )  # fmt: skip
    mark = {True: "", False: "✗ ", None: ""}[tile.right]
    figure.add_annotation(
        x=left, y=top - high, text=mark + html.escape(tile.caption), showarrow=False,
        xanchor="left", yanchor="top", font={"size": 12, "color": colour},
    )  # fmt: skip


def _png(picture: NDArray[Any]) -> str:
    """An image as a data URI, enlarged so that its pixels stay sharp squares."""
    low, high = float(picture.min()), float(picture.max())
    if low < -1 or high > 2:
        # Bytes, or numbers around 0: what is darkest becomes black and what is brightest white.
        picture = (picture - low) / max(high - low, 1e-9)
    values = np.clip(picture, 0.0, 1.0)
    times = max(1, 128 // max(values.shape[:2]))
    values = values.repeat(times, axis=0).repeat(times, axis=1)
    encoded = tf.io.encode_png(np.round(values * 255).astype(np.uint8)).numpy()
    return "data:image/png;base64," + base64.b64encode(encoded).decode("ascii")


def show_classes(data: Data, inputs: Any, targets: Any, outputs: Any) -> go.Figure:
    """Images with the class that the model names, and the right one where they differ."""
    names = _names(data, outputs.shape[-1])
    true = targets.argmax(-1) if targets.ndim == 2 and targets.shape[-1] > 1 else targets.ravel()
    tiles = []
    for picture, right, output in zip(inputs, true.astype(int), outputs, strict=True):
        said = int(output.argmax())
        caption = names[said] if said == right else f"{names[said]} (actual: {names[right]})"
        tiles.append(Tile(picture=picture, caption=caption, right=said == right))
    return tiled(tiles, "Predicted class of validation images")


def show_regions(data: Data, inputs: Any, targets: Any, outputs: Any) -> go.Figure:
    """Four images, their true masks below, and the predicted ones below those."""
    classes = outputs.shape[-1]
    true = targets if targets.ndim == outputs.ndim else np.eye(classes)[targets.astype(int)]
    colours = np.resize(CLASS_COLOURS, (classes, 3))
    rows: list[list[Tile]] = [[], [], []]
    for picture, mask, output in list(zip(inputs, true, outputs, strict=True))[:COLUMNS]:
        said = np.eye(classes)[output.argmax(-1)]
        share = float((mask * said).sum() / mask.sum())
        rows[0].append(Tile(picture=picture, caption="image"))
        rows[1].append(Tile(picture=mask @ colours, caption="truth"))
        rows[2].append(
            Tile(picture=said @ colours, caption=f"predicted, {100 * share:.0f} % correct")
        )
    return tiled([tile for row in rows for tile in row], "Predicted masks of validation images")


def show_readings(data: Data, inputs: Any, targets: Any, outputs: Any) -> go.Figure:
    """Lines with the predicted text, and the actual text where they differ."""
    from lossviz.tasks.reading_metrics import readings

    names = _names(data, outputs.shape[-1])
    tiles = []
    for picture, label, line in zip(inputs, targets, readings(outputs), strict=True):
        said, true = (
            "".join(names[int(one)] for one in text) for text in (line, label[label != 0])
        )
        caption = said if said == true else f"{said or '(nothing)'} (actual: {true})"
        tiles.append(Tile(picture=picture, caption=caption, right=said == true))
    return tiled(tiles, "Predicted text of validation lines")


def show_detections(data: Data, inputs: Any, targets: Any, outputs: Any) -> go.Figure:
    """Images with the boxes that the model is sure of, and the true ones dotted."""
    anchors = data.anchors
    assert anchors is not None
    found = anchors.detect(outputs, least_score=0.5)
    true = anchors.truths(targets)
    tiles = []
    for index, picture in enumerate(inputs):
        count, real = int(found.counts[index]), int(true.counts[index])
        said = [
            (box, anchors.classes[int(label)], False)
            for box, label in zip(found.boxes[index][:count].numpy(), found.classes[index],
                                  strict=False)
        ]  # fmt: skip
        dotted = [(box, "", True) for box in true.boxes[index][:real].numpy()]
        wanted = sorted(true.classes[index][:real].numpy())
        right = sorted(found.classes[index][:count].numpy()) == wanted
        caption = f"{count} found, {real} actual"
        tiles.append(Tile(picture=picture, caption=caption, right=right, boxes=(*dotted, *said)))
    return tiled(tiles, "Objects found in validation images (actual boxes dotted)")


def show_anchor_classes(data: Data, inputs: Any, targets: Any, outputs: Any) -> go.Figure:
    """Images with the anchors for which the model names a class."""
    anchors = data.anchors
    assert anchors is not None
    tiles = []
    for picture, target, output in zip(inputs, targets, outputs, strict=True):
        said, true = output.argmax(-1), target.argmax(-1)
        named = np.nonzero(said)[0][:12]
        boxes = tuple((anchors.boxes[one], "", False) for one in named)
        share = float((said == true)[true != 0].mean()) if (true != 0).any() else 1.0
        caption = f"{100 * share:.0f} % of the anchors"
        tiles.append(Tile(picture=picture, caption=caption, boxes=boxes))
    return tiled(tiles, "Anchors classified as an object in validation images")


def show_boxes(data: Data, inputs: Any, targets: Any, outputs: Any) -> go.Figure:
    """Images with the predicted box, and the actual one dotted."""
    tiles = [
        Tile(picture=picture, caption="", boxes=((true, "", True), (said, "", False)))
        for picture, true, said in zip(inputs, targets, outputs, strict=True)
    ]
    return tiled(tiles, "Predicted boxes in validation images (actual boxes dotted)")


def show_numbers(data: Data, inputs: Any, targets: Any, outputs: Any) -> go.Figure:
    """Predicted over true numbers; with one input, both over the input."""
    import plotly.graph_objects as go

    inputs, said, true = (np.asarray(part).reshape(len(part), -1)
                          for part in (inputs, outputs, targets))  # fmt: skip
    figure = go.Figure()
    if inputs.shape[1] == 1:
        order = inputs[:, 0].argsort()
        figure.add_scatter(x=inputs[:, 0], y=true[:, 0], mode="markers", name="validation samples",
                           marker={"color": "#767676"})  # fmt: skip
        figure.add_scatter(x=inputs[order, 0], y=said[order, 0], mode="lines", name="model",
                           line={"color": RIGHT})  # fmt: skip
        axes = ("input", "output")
    else:
        ends = [float(min(true.min(), said.min())), float(max(true.max(), said.max()))]
        figure.add_scatter(x=ends, y=ends, mode="lines", name="perfect",
                           line={"color": "#767676", "dash": "dot"})  # fmt: skip
        figure.add_scatter(x=true.ravel(), y=said.ravel(), mode="markers",
                           name="validation samples", marker={"color": RIGHT})  # fmt: skip
        axes = ("actual", "predicted")
    figure.update_layout(
        template="none", width=WIDTH, height=360, margin={"l": 56, "r": 16, "t": 36, "b": 48},
        title={"text": "Predictions for validation samples", "x": 0.01, "font": {"size": 14}},
        xaxis_title=axes[0], yaxis_title=axes[1], paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    return figure


def _names(data: Data, classes: int) -> list[str]:
    known = list(data.classes)
    return known + [str(one) for one in range(len(known), classes)]
