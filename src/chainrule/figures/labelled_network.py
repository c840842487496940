"""A small network with its numbers: weights on the lines, sums and activations in the neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import BLUE, GREY, INK, ORANGE
from chainrule.ledger import DRAWN_RADIUS, DrawnNeuron, NetworkDrawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_labelled_network"]

_PIXELS = 82.0
"""Of the drawing, in an inch of the figure."""
_WIDE = 7.0
"""Inches from which the caption has room in one line."""
_THINNEST, _THICKEST = 0.6, 3.2
_BOX: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}


@figure_function
def draw_labelled_network(data: NetworkDrawing, *, ax: Place | None = None) -> Place:
    """Draw a small network with w, b, z and a at their places.

    Args:
        data: `chainrule.ledger.lay_out_network`.
        ax: where to draw; see `chainrule.figures`.
    """
    narrow = data.width / _PIXELS < _WIDE
    lines = data.caption.replace(": ", ":\n").replace(", weighted", ",\nweighted")
    note = lines if narrow else data.caption
    size = max(data.width / _PIXELS, 4.8), data.height / _PIXELS + (1.7 if narrow else 1.2)
    axes = open_axes(ax, size, FigureHeading("The network with its numbers", note))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(0, data.width)
    axes.set_ylim(data.height, 0)
    _draw_weights(axes, data)
    for neuron in data.neurons:
        _draw_neuron(axes, neuron)
    for title in data.titles:
        axes.text(title.x, title.y, title.text, ha="center", va="center", fontweight="bold")
    return axes


def _draw_weights(axes: Axes, data: NetworkDrawing) -> None:
    greatest = max(abs(one.value) for one in data.weights) or 1.0
    for one in data.weights:
        start, end = data.neurons[one.start], data.neurons[one.end]
        width = _THINNEST + (_THICKEST - _THINNEST) * abs(one.value) / greatest
        colour = BLUE if one.value >= 0 else ORANGE
        line: dict[str, Any] = {"color": colour, "linewidth": width, "alpha": 0.7, "zorder": 1}
        axes.plot([start.x, end.x], [start.y, end.y], **line)
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8.5, "bbox": _BOX}
        axes.text(one.x, one.y, one.label, color=INK, zorder=2, **style)


def _draw_neuron(axes: Axes, neuron: DrawnNeuron) -> None:
    from matplotlib.patches import Circle

    edge: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "linewidth": 1.2, "zorder": 3}
    axes.add_patch(Circle((neuron.x, neuron.y), DRAWN_RADIUS, **edge))
    middle: dict[str, Any] = {"va": "center", "fontsize": 8.5, "zorder": 4}
    inside = "\n".join(neuron.inside)
    axes.text(neuron.x, neuron.y, inside, ha="center", color=INK, linespacing=1.35, **middle)
    above = neuron.y - DRAWN_RADIUS - 11
    axes.text(neuron.x, above, neuron.above, ha="center", color=GREY, **middle)
    right = neuron.x + DRAWN_RADIUS + 8
    axes.text(right, neuron.y, neuron.beside, ha="left", color=GREY, **middle)
