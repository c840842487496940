"""ReLU neurons that add up to 2^x: pieces with a kink each, fitted by training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import number_text
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    label_bottom,
    make_panels,
    open_figure,
)
from chainrule.figures.style import BLUE, GREY, INK, ORANGE
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import train

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["NEURONS", "ReluPieces", "draw_relu_pieces", "read_counts", "relu_pieces_data"]

Column = NDArray[np.float64]

NEURONS = (2, 3, 5, 10)
"""The numbers of neurons that are drawn by default."""

LOW, HIGH, POINTS = -2.0, 3.0, 101
EPOCHS = 3000

_COLUMNS = 2
_NEURONS = Limit(int, "ReLU neurons of a network 1-n-1", 1, 50)


@dataclass(frozen=True, eq=False)
class ReluPieces:
    """A trained network 1-n-1, taken apart.

    Args:
        neurons: n.
        x: where, ascending, (points,).
        target: 2^x, (points,).
        pieces: what each neuron adds, v_j max(w_j x + b_j, 0), (n, points).
        bias: what the output neuron adds everywhere.
        kinks: where each piece bends, -b_j / w_j, (n,); infinite where w_j is 0.
    """

    neurons: int
    x: Column
    target: Column
    pieces: Column
    bias: float
    kinks: Column

    @property
    def total(self) -> Column:
        """The network's output, (points,)."""
        return np.asarray(self.pieces.sum(axis=0) + self.bias)

    @property
    def max_error(self) -> float:
        """The greatest distance from 2^x."""
        return float(np.abs(self.total - self.target).max())


def relu_pieces_data(
    neurons: Sequence[int] = (), *, epochs: int = EPOCHS, seed: int = 0
) -> tuple[ReluPieces, ...]:
    """Train networks of one hidden layer on 2^x from -2 to 3, and take them apart.

    Each begins with kinks at equal distances and pieces that all rise alike; Adam moves both.

    Args:
        neurons: of each network, 1 to 50; 2, 3, 5 and 10 by default.
        epochs: steps on all points, at least 0.
        seed: of the training.

    Raises: InputError.
    """
    counts = [_NEURONS.check("figure", "neurons", n) for n in (neurons or NEURONS)]
    return tuple(_pieces(n, _trained(n, epochs, seed)) for n in counts)


def _trained(neurons: int, epochs: int, seed: int) -> Network:
    x = np.linspace(LOW, HIGH, POINTS)[:, None]
    kinks = np.linspace(LOW, HIGH, neurons, endpoint=False)
    start = [np.ones(neurons), -kinks, np.full(neurons, 1 / neurons), np.zeros(1)]
    created = Network.create([1, neurons, 1], ["relu", "identity"], dtype="float64")
    recipe = Recipe(
        cost="half_squared_error",
        optimiser="adam",
        learning_rate=0.05,
        schedule="cosine",
        batch_size=POINTS,
        epochs=epochs,
        shuffle=False,
        engine="reference",
        seed=seed,
    )
    network = created.with_parameters(np.concatenate(start))
    return train(network, Dataset(x, 2.0**x, name="2^x"), recipe).network


def _pieces(neurons: int, network: Network) -> ReluPieces:
    x = np.linspace(LOW, HIGH, 501)
    (w, v), (b, c) = network.weights, network.biases
    assert b is not None, "made with biases"
    assert c is not None, "made with biases"
    with np.errstate(divide="ignore"):
        kinks = -b / w[:, 0]
    parts = v[0][:, None] * np.maximum(np.outer(w[:, 0], x) + b[:, None], 0)
    return ReluPieces(neurons, x, 2.0**x, parts, float(c[0]), kinks)


def read_counts(texts: Sequence[str]) -> tuple[int, ...]:
    """Numbers of neurons, as they are typed.

    Raises: InputError.
    """
    for text in texts:
        if not text.isdecimal():
            raise InputError(
                "figure", expected="numbers of neurons such as 5", got=repr(text), argument="names"
            )
    return tuple(map(int, texts))


@figure_function
def draw_relu_pieces(found: tuple[ReluPieces, ...], *, ax: Place | None = None) -> Place:
    """Draw each network's pieces, their sum and 2^x in a panel.

    Args:
        found: `relu_pieces_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(found), _COLUMNS)
    note = (
        "Each thin line is what one neuron adds; with the output's bias they sum to the thick one."
    )
    size = max(4.5 * columns, 6.0), 3.1 * rows + 1.4
    figure = open_figure(ax, size, FigureHeading("Pieces that add up to 2ˣ", note))
    panels = make_panels(figure, len(found), columns, sharex=True, sharey=True)
    for axes, one in zip(panels, found, strict=True):
        _draw_pieces(axes, one)
    label_bottom(panels, columns, "x")
    handles = [line for line in panels[0].get_lines() if str(line.get_label())[0] != "_"]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _draw_pieces(axes: Axes, one: ReluPieces) -> None:
    for number, piece in enumerate(one.pieces):
        label = "_" if number else "one neuron"
        axes.plot(one.x, piece, color=BLUE, linewidth=0.9, alpha=0.75, label=label)
    axes.axhline(one.bias, color=GREY, linewidth=0.9, linestyle=":", label="output's bias")
    axes.plot(one.x, one.total, color=ORANGE, linewidth=3, label="sum")
    dashes: dict[str, Any] = {"linestyle": "--", "linewidth": 1.2}
    axes.plot(one.x, one.target, color=INK, label="2ˣ", **dashes)
    inside = one.kinks[(one.kinks > LOW) & (one.kinks < HIGH)]
    at = np.interp(inside, one.x, one.total)
    axes.plot(inside, at, "o", color=ORANGE, markeredgecolor="white", markersize=6, label="_")
    plural = "s" * (one.neurons != 1)
    error = number_text(float(f"{one.max_error:.2g}"))
    axes.set_title(f"{one.neurons} neuron{plural}: within {error} of 2ˣ")
