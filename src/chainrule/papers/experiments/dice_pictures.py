"""Dice as they are drawn: the dots a … g of each face, and a detector's weights at their dots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import GREY, INK, LINE, add_colourbar, diverging_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_dice"]

_PLACES = ((0, 2), (0, 1), (0, 0), (1, 1), (2, 2), (2, 1), (2, 0))
"""Of the dots a … g: a, b, c down the left, d in the middle, e, f, g down the right."""
_LETTERS = "abcdefg"
_COLUMNS = 7


@figure_function
def draw_dice(
    faces: NDArray[np.float32],
    hidden: Sequence[Sequence[float]],
    output: Sequence[Sequence[float]],
    *,
    ax: Place | None = None,
) -> Place:
    """Draw the faces of a die, and the weights of a trained detector on its dots.

    Args:
        faces: the dots of each face, (6, 7).
        hidden: weights of the hidden layer, (neurons, 7); at most seven are drawn.
        output: weights of the output layer, (6, neurons).
        ax: where to draw; see `chainrule.figures`.
    """
    first = np.asarray(hidden, np.float64)
    through = np.asarray(output, np.float64) @ first
    note = (
        "Above, the faces 1 to 6 with their dots a … g. In the middle, the weights of each hidden "
        "neuron at the dots.\nBelow, for each answer, the weights through all hidden neurons, "
        "W[2] W[1]: what speaks for it is blue, what speaks against it is orange."
    )
    heading = FigureHeading("The dots of a die, and the weights of its detector", note)
    figure = open_figure(ax, (10.2, 6.2), heading)
    panels = figure.subplots(3, _COLUMNS)
    for number, face in enumerate(faces):
        _draw_face(panels[0, number], face)
        panels[0, number].set_title(f"face {number + 1}", loc="center")
    for row, weights, name in ((1, first[:_COLUMNS], "neuron {}"), (2, through, "says {}")):
        greatest = float(np.abs(weights).max()) or 1.0
        for number, own in enumerate(weights):
            axes = panels[row, number]
            painted = _draw_weights(axes, own, greatest)
            axes.set_title(name.format(number if row == 1 else number + 1), loc="center")
        add_colourbar(list(panels[row]), painted, "weight", shrink=0.9, aspect=12, pad=0.01)
    for axes in panels.flat:
        _leave_frame(axes)
    return figure


def _draw_face(axes: Axes, face: NDArray[np.float32]) -> None:
    for (x, y), dot, letter in zip(_PLACES, face, _LETTERS, strict=True):
        filled = bool(dot)
        axes.plot(x, y, "o", color=INK if filled else "white", markeredgecolor=GREY, markersize=15)
        colour = "white" if filled else GREY
        axes.text(x, y, letter, color=colour, ha="center", va="center", fontsize=8)


def _draw_weights(axes: Axes, weights: NDArray[np.float64], greatest: float) -> Any:
    x, y = zip(*_PLACES, strict=True)
    scale: dict[str, Any] = {"cmap": diverging_colours(), "vmin": -greatest, "vmax": greatest}
    painted = axes.scatter(x, y, c=weights, s=230, edgecolors=GREY, linewidths=0.6, **scale)
    for (at, height), weight in zip(_PLACES, weights, strict=True):
        shade = "white" if abs(weight) > 0.6 * greatest else INK
        text = f"{weight:.1f}"
        axes.text(at, height, text, color=shade, ha="center", va="center", fontsize=6.5)
    return painted


def _leave_frame(axes: Axes) -> None:
    axes.set_xlim(-0.7, 2.7)
    axes.set_ylim(-0.7, 2.7)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(bool(axes.get_title(loc="center")))
        spine.set_color(LINE)
