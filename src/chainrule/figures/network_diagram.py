"""The network as neurons and lines, drawn from its real weights and biases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation import count_text, short_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.image_arrays import is_image
from chainrule.figures.labelled_network import draw_labelled_network
from chainrule.figures.style import BLUE, GREY, INK, LINE, ORANGE, add_colourbar, diverging_colours
from chainrule.ledger import NetworkDrawing
from chainrule.limits import Limit
from chainrule.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure, SubFigure

__all__ = ["DiagramColumn", "DiagramData", "draw_network_diagram", "network_diagram_data"]

Column = NDArray[np.float64]

_APART = 2.6
_THICKEST = 4.2
_THINNEST = 0.25
_FEW_LINES = 40


@dataclass(frozen=True, eq=False)
class DiagramColumn:
    """One column of neurons.

    Args:
        title: what the column is, and how many neurons it has.
        size: how many neurons it has in all.
        shown: the numbers of those that are drawn, ascending from 0, (n,).
        labels: what is written at each: a class's name, a pixel's place, or its number.
        biases: of each, (n,); NaN in a network without biases.
    """

    title: str
    size: int
    shown: NDArray[np.int64]
    labels: tuple[str, ...]
    biases: Column


@dataclass(frozen=True, eq=False)
class DiagramData:
    """What is drawn of a network.

    Args:
        columns: the inputs, then a column a layer.
        weights: those between the neurons shown, a matrix (shown out, shown in) a layer.
        greatest: the greatest size in each of these matrices, which has the thickest line.
        summary: widths of the layers, in words.
    """

    columns: tuple[DiagramColumn, ...]
    weights: tuple[Column, ...]
    greatest: tuple[float, ...]
    summary: str


def network_diagram_data(network: Network, most: int = 12) -> DiagramData:
    """Choose the neurons that weigh most, from the outputs back to the inputs.

    An output counts by the length of its weights; a neuron before it by the length of its weights
    to the neurons shown after it, times the length of its own weights where it has any.

    Args:
        network: best a trained one.
        most: neurons to draw in a column, at most; at least 1.

    Raises: InputError.
    """
    most = Limit(int, "greatest number of neurons in a column", 1).check("figure", "most", most)
    layers = [W.astype(np.float64) for W in network.weights]
    shown = _chosen(layers, most)
    weights = tuple(W[np.ix_(shown[k + 1], shown[k])] for k, W in enumerate(layers))
    columns = tuple(_column(network, place, chosen) for place, chosen in enumerate(shown))
    left_out = any(len(column.shown) < column.size for column in columns)
    widths = " → ".join(count_text(n) for n in network.architecture.layers)
    summary = f"Network {widths}." + (
        f" Of each layer at most {_counted(most, 'neuron')} {'is' if most == 1 else 'are'} drawn, "
        "by the greatest weights."
        if left_out
        else ""
    )
    return DiagramData(columns, weights, tuple(float(np.abs(w).max()) for w in weights), summary)


def _chosen(layers: list[Column], most: int) -> list[NDArray[np.int64]]:
    """The neurons to show in each column, the inputs first."""
    incoming = [np.ones(layers[0].shape[1]), *(np.sqrt(np.square(W).sum(axis=1)) for W in layers)]
    shown = [_greatest(incoming[-1], most)]
    for W, own in zip(reversed(layers), reversed(incoming[:-1]), strict=True):
        outgoing = np.sqrt(np.square(W[shown[0]]).sum(axis=0))
        shown.insert(0, _greatest(outgoing * own, most))
    return shown


def _greatest(values: Column, most: int) -> NDArray[np.int64]:
    return np.sort(np.argsort(-values, kind="stable")[:most])


def _column(network: Network, place: int, shown: NDArray[np.int64]) -> DiagramColumn:
    size = network.architecture.layers[place]
    biases = network.biases[place - 1] if place else None
    return DiagramColumn(
        title=_title(network, place, size),
        size=size,
        shown=shown,
        labels=tuple(_label(network, place, int(number)) for number in shown),
        biases=np.full(len(shown), np.nan) if biases is None else biases[shown].astype(float),
    )


def _title(network: Network, place: int, size: int) -> str:
    if not place:
        shape = f"\n{' x '.join(map(str, network.input_shape))}"
        return _counted(size, "input") + (shape if len(network.input_shape) > 1 else "")
    kind = "output" if place == network.architecture.depth else "neuron"
    return f"{_counted(size, kind)}\n{network.architecture.activations[place - 1]}"


def _counted(size: int, kind: str) -> str:
    return f"{count_text(size)} {kind}{'s' * (size != 1)}"


def _label(network: Network, place: int, number: int) -> str:
    if place == 0 and is_image(network.input_shape):
        row, column, *colour = np.unravel_index(number, network.input_shape)
        return f"row {row}, column {column}" + "".join(f", colour {c}" for c in colour)
    names, width = network.class_names, network.architecture.layers[-1]
    if width == 1 and len(names) == 2:
        names = names[1:]  # a single output is how likely the second of two classes is
    if place < network.architecture.depth or len(names) != width:
        return str(number)
    return short_name(names[number], 16)


@figure_function
def draw_network_diagram(data: DiagramData | NetworkDrawing, *, ax: Place | None = None) -> Place:
    """Draw lines in the colour of a weight's sign and as thick as its size, and biases as rims.

    Args:
        data: `network_diagram_data`; or a worked example's network, drawn with its numbers.
        ax: where to draw; see `chainrule.figures`.
    """
    if isinstance(data, NetworkDrawing):
        return draw_labelled_network(data, ax=ax)
    tallest = max(_places(column) for column in data.columns)
    size = min(2.5 * len(data.columns) + 1.6, 40.0), max(0.46 * tallest + 2.6, 3.6)
    biases = np.concatenate([column.biases for column in data.columns])
    note = "Lines are weights, thicker for greater weights of a layer. " + _on_rims(biases)
    heading = FigureHeading("The network with its weights", f"{data.summary}\n{note}")
    figure = open_figure(ax, size, heading)
    axes = figure.subplots()
    axes.set_axis_off()
    for place, weights in enumerate(data.weights):
        _draw_lines(axes, data, place, weights)
    rims = [_draw_column(axes, data, place) for place in range(len(data.columns))]
    axes.set_xlim(-1.0, _APART * (len(data.columns) - 1) + 0.75)
    axes.set_ylim(-tallest / 2, tallest / 2 + 1.3)
    if np.nan_to_num(biases).any():
        add_colourbar(axes, rims[-1], "bias", shrink=0.55, aspect=26, pad=0.01)
    _add_legend(figure, data)
    return figure


def _on_rims(biases: Column) -> str:
    if np.isnan(biases).all():
        return "There are no biases."
    return "A rim is a bias." if np.nan_to_num(biases).any() else "All biases are 0."


def _places(column: DiagramColumn) -> int:
    """How many places the column takes: one is for the neurons that are not drawn."""
    return len(column.shown) + (len(column.shown) < column.size)


def _heights(column: DiagramColumn) -> Column:
    """Where the neurons stand, from the top."""
    return (_places(column) - 1) / 2 - np.arange(len(column.shown), dtype=np.float64)


def _draw_lines(axes: Axes, data: DiagramData, place: int, weights: Column) -> None:
    from matplotlib.collections import LineCollection

    before, after = (_heights(data.columns[place + step]) for step in (0, 1))
    order = np.argsort(np.abs(weights), axis=None)  # the thickest last, on top
    outs, ins = np.unravel_index(order, weights.shape)
    sizes = np.abs(weights[outs, ins]) / (data.greatest[place] or 1.0)
    x = _APART * place
    faintest = 0.35 if weights.size <= _FEW_LINES else 0.08
    ends = [[(x, before[i]), (x + _APART, after[o])] for o, i in zip(outs, ins, strict=True)]
    axes.add_collection(
        LineCollection(
            ends,
            colors=[BLUE if weights[o, i] >= 0 else ORANGE for o, i in zip(outs, ins, strict=True)],
            linewidths=_THINNEST + (_THICKEST - _THINNEST) * sizes,
            alpha=faintest + (0.9 - faintest) * sizes**1.5,
            capstyle="round",
            zorder=1,
        )
    )


def _draw_column(axes: Axes, data: DiagramData, place: int) -> PathCollection:
    column, x = data.columns[place], _APART * place
    heights = _heights(column)
    rims = _draw_rims(axes, data, column, x)
    axes.scatter(np.full(len(heights), x), heights, s=150, color="white", zorder=3, linewidths=0)
    top = max(float(_heights(c)[0]) for c in data.columns) + 0.75
    style: dict[str, Any] = {"va": "bottom", "fontweight": "bold", "linespacing": 1.4}
    axes.text(x, top, column.title, ha="center", fontsize=9.5, **style)
    for height, label in zip(heights, column.labels, strict=True):
        _write_label(axes, label, x, float(height), place - (len(data.columns) - 1))
    if len(column.shown) < column.size:
        more = f"⋮\n{count_text(column.size - len(column.shown))} more"
        axes.text(x, heights[-1] - 1, more, ha="center", va="center", color=GREY, fontsize=8)
    return rims


def _draw_rims(axes: Axes, data: DiagramData, column: DiagramColumn, x: float) -> PathCollection:
    every = np.concatenate([c.biases for c in data.columns])
    scale = float(np.nanmax(np.abs(every), initial=0.0)) or 1.0
    heights = _heights(column)
    if np.isnan(column.biases).any():
        return axes.scatter(np.full(len(heights), x), heights, s=200, color=LINE, zorder=2)
    outline: dict[str, Any] = {"edgecolors": GREY, "linewidths": 0.4, "zorder": 2}
    colours: dict[str, Any] = {
        "c": column.biases,
        "cmap": diverging_colours(),
        "vmin": -scale,
        "vmax": scale,
    }
    return axes.scatter(np.full(len(heights), x), heights, s=310, **colours, **outline)


def _write_label(axes: Axes, label: str, x: float, y: float, from_last: int) -> None:
    """Inside the circle where it fits; beside it at the outer columns."""
    if from_last == 0:
        axes.text(x + 0.2, y, label, ha="left", va="center", fontsize=9.5, fontweight="bold")
    elif len(label) <= 3:
        axes.text(x, y, label, ha="center", va="center", fontsize=6.5, color=INK, zorder=4)
    else:
        axes.text(x - 0.2, y, label, ha="right", va="center", fontsize=7.5, color=GREY)


def _add_legend(figure: Figure | SubFigure, data: DiagramData) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=BLUE, linewidth=3, label="positive"),
        Line2D([], [], color=ORANGE, linewidth=3, label="negative"),
    ]
    thickest = (f"W[{k}] {greatest:.3g}" for k, greatest in enumerate(data.greatest, 1))
    blank = Line2D([], [], linewidth=0, label="thickest line: " + ", ".join(thickest))
    figure.legend(handles=[*handles, blank], loc="outside lower center", ncols=3)
