"""Lines and their sum beside the same lines after an activation: why a network needs a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import activate
from chainrule.equations.affine import affine
from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import BLUE, GREY, INK, ORANGE
from chainrule.ledger import Ledger

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LineSums", "draw_line_sums", "line_sums_data"]

Array = NDArray[np.float64]

_REACH = 3.0
"""The x that are drawn lie at most so far from the file's own inputs and from 0."""


@dataclass(frozen=True, eq=False)
class LineSums:
    """A network 1-n-1, taken apart with and without its hidden activation.

    Args:
        x: inputs, ascending, (points,).
        lines: v_j (w_j x + b_j) of each hidden neuron, (n, points).
        pieces: v_j φ(w_j x + b_j), (n, points).
        bias: of the output neuron.
        activation: φ, of the hidden layer.
        examples: the file's inputs, (k,).
    """

    x: Array
    lines: Array
    pieces: Array
    bias: float
    activation: str
    examples: Array

    def total(self, parts: Array) -> Array:
        """The sum of parts and the output's bias, (points,)."""
        return np.asarray(parts.sum(axis=0) + self.bias)


def line_sums_data(ledger: Ledger) -> LineSums:
    """Take the network of a worked example apart.

    Args:
        ledger: of a network with one input, one hidden layer and one output, whose output
            activation is taken as the identity: the sums are those that enter it.

    Raises: InputError for another network.
    """
    example = ledger.example
    architecture = example.architecture
    if architecture.depth != 2 or architecture.layers[0] != 1 or architecture.layers[-1] != 1:
        raise InputError(
            example.where,
            expected="a network 1-n-1, of one input, a hidden layer and one output",
            got="-".join(map(str, architecture.layers)),
        )
    hidden, last = ledger.step(1).layers
    inputs = np.asarray(ledger.step(1).x[:, 0], np.float64)
    reach = _REACH + float(np.abs(inputs).max())
    x = np.linspace(-reach, reach, 401)
    z = affine(x[:, None], hidden.W, hidden.b)
    v = last.W[0].astype(np.float64)[:, None]
    return LineSums(
        x=x,
        lines=v * z.T,
        pieces=v * activate(hidden.activation, z).T,
        bias=0.0 if last.b is None else float(last.b[0]),
        activation=architecture.activations[0],
        examples=inputs,
    )


@figure_function
def draw_line_sums(data: LineSums, *, ax: Place | None = None) -> Place:
    """Draw the lines with their sum, and the bent lines with theirs.

    Args:
        data: `line_sums_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = (
        "A sum of lines is a line, however many there are. Bent by "
        f"{data.activation} first, they add up to a curve; dots are the file's inputs."
    )
    figure = open_figure(ax, (9.4, 4.6), FigureHeading("Sums of lines, and of bent lines", note))
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    _draw_parts(left, data, data.lines, "Lines and their sum")
    _draw_parts(right, data, data.pieces, f"After {data.activation}")
    handles, labels = right.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _draw_parts(axes: Axes, data: LineSums, parts: Array, title: str) -> None:
    for number, part in enumerate(parts):
        label = "_" if number else "one neuron"
        axes.plot(data.x, part, color=BLUE, linewidth=1.2, alpha=0.8, label=label)
    axes.axhline(data.bias, color=GREY, linewidth=0.9, linestyle=":", label="output's bias")
    total = data.total(parts)
    axes.plot(data.x, total, color=ORANGE, linewidth=2.8, label="sum")
    at = np.interp(data.examples, data.x, total)
    axes.plot(data.examples, at, "o", color=INK, markersize=6, label="_", zorder=4)
    axes.set_title(title)
    axes.set_xlabel("x")
