"""ReLU neurons that add up to a curve, such as 2^x: pieces with kinks, fitted by training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.equations.backpropagation import forward
from chainrule.errors import InputError, unknown_name
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

__all__ = ["ReluPieces", "draw_relu_pieces", "read_pieces", "relu_pieces_data"]

Column = NDArray[np.float64]

NEURONS = (2, 3, 5, 10)
"""The numbers of neurons that are drawn by default."""

CURVES: Mapping[str, Callable[[Column], Column]] = MappingProxyType(
    {"2^x": np.exp2, "x^2": np.square, "sin x": np.sin}
)
"""The functions that can be approximated, by their names."""

LOW, HIGH, POINTS = -2.0, 3.0, 101
EPOCHS = 3000

_COLUMNS = 2
_NEURONS = Limit(int, "ReLU neurons of a hidden layer", 1, 50)


@dataclass(frozen=True, eq=False)
class ReluPieces:
    """A trained network 1-n-1, or a deeper one, taken apart.

    Args:
        hidden: the widths of its hidden layers.
        curve: a name of CURVES.
        x: where, ascending, (points,).
        target: the curve, (points,).
        pieces: what each neuron of the last hidden layer adds, v_j a_j(x), (n, points).
        bias: what the output neuron adds everywhere.
        kinks: where a neuron begins or ends, in the order of one hidden layer's neurons,
            -b_j / w_j, infinite where w_j is 0; of deeper networks ascending.
    """

    hidden: tuple[int, ...]
    curve: str
    x: Column
    target: Column
    pieces: Column
    bias: float
    kinks: Column

    @property
    def neurons(self) -> int:
        """The hidden neurons of all layers."""
        return sum(self.hidden)

    @property
    def total(self) -> Column:
        """The network's output, (points,)."""
        return np.asarray(self.pieces.sum(axis=0) + self.bias)

    @property
    def max_error(self) -> float:
        """The greatest distance from the curve."""
        return float(np.abs(self.total - self.target).max())


def relu_pieces_data(
    neurons: Sequence[int | tuple[int, ...]] = (),
    *,
    curve: str = "2^x",
    epochs: int = EPOCHS,
    seed: int = 0,
) -> tuple[ReluPieces, ...]:
    """Train networks of ReLU on a curve from -2 to 3, and take them apart.

    Each layer begins with kinks at equal distances in what enters it, and with pieces that all rise
    alike; Adam moves both.

    Args:
        neurons: of each network, 1 to 50 in a hidden layer: one number, or the widths of several
            layers; 2, 3, 5 and 10 by default.
        curve: a name of CURVES.
        epochs: steps on all points, at least 0.
        seed: of the training.

    Raises: InputError, UnknownNameError.
    """
    if curve not in CURVES:
        raise unknown_name("figure", "a curve", curve, CURVES, argument="curve")
    wanted = [(n,) if isinstance(n, int) else n for n in (neurons or NEURONS)]
    checked = [tuple(_NEURONS.check("figure", "neurons", n) for n in one) for one in wanted]
    return tuple(_pieces(one, curve, _trained(one, curve, epochs, seed)) for one in checked)


def _trained(hidden: tuple[int, ...], curve: str, epochs: int, seed: int) -> Network:
    x = np.linspace(LOW, HIGH, POINTS)[:, None]
    activations = ["relu"] * len(hidden) + ["identity"]
    created = Network.create([1, *hidden, 1], activations, dtype="float64")
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
    network = created.with_parameters(_equal_pieces(hidden))
    return train(network, Dataset(x, CURVES[curve](x), name=curve), recipe).network


def _equal_pieces(hidden: tuple[int, ...]) -> Column:
    """Parameters by which the kinks of each layer are equally far apart in the mean before it."""
    parts, before = [], 1
    low, high = LOW, HIGH
    for width in hidden:
        kinks = np.linspace(low, high, width, endpoint=False)
        parts += [np.full(width * before, 1 / before), -kinks]
        low, high, before = 0.0, float(np.mean(high - kinks)), width
    return np.concatenate([*parts, np.full(before, 1 / before), np.zeros(1)])


def _pieces(hidden: tuple[int, ...], curve: str, network: Network) -> ReluPieces:
    x = np.linspace(LOW, HIGH, 501)
    z, a = forward(x[:, None], network.layers)
    v, c = network.weights[-1], network.biases[-1]
    assert c is not None, "made with biases"
    kinks = _first_kinks(network) if len(hidden) == 1 else _crossings(x, z[:-1])
    parts = v[0][:, None] * a[-2].T
    return ReluPieces(hidden, curve, x, CURVES[curve](x), parts, float(c[0]), kinks)


def _first_kinks(network: Network) -> Column:
    """Where the neurons of the only hidden layer begin or end."""
    w, b = network.weights[0], network.biases[0]
    assert b is not None, "made with biases"
    with np.errstate(divide="ignore"):
        return np.asarray(-b / w[:, 0])


def _crossings(x: Column, sums: Sequence[Column]) -> Column:
    """Where a weighted sum of any hidden layer changes its sign, ascending."""
    found: list[float] = []
    for z in np.concatenate(sums, axis=1).T:
        for at in np.flatnonzero(z[:-1] * z[1:] < 0):
            part = z[at] / (z[at] - z[at + 1])
            found.append(float(x[at] + part * (x[at + 1] - x[at])))
    return np.sort(np.array(found, dtype=np.float64))


class PiecesRequest(NamedTuple):
    """Which networks are to be drawn, on which curve.

    Args:
        networks: the widths of the hidden layers of each; none for the default.
        curve: a name of CURVES.
    """

    networks: tuple[tuple[int, ...], ...]
    curve: str


def read_pieces(texts: Sequence[str]) -> PiecesRequest:
    """Numbers of neurons, widths of several layers such as 3-3, and a curve, as they are typed.

    Raises: InputError.
    """
    curves = [text for text in texts if text in CURVES]
    networks = [text for text in texts if text not in CURVES]
    for text in networks:
        if not all(part.isdecimal() for part in text.split("-")):
            raise InputError(
                "figure",
                expected=f"numbers of neurons such as 5 or 3-3, or a curve of {', '.join(CURVES)}",
                got=repr(text),
                argument="names",
            )
    if len(curves) > 1:
        raise InputError("figure", expected="one curve", got=" and ".join(curves), argument="names")
    widths = (tuple(map(int, text.split("-"))) for text in networks)
    return PiecesRequest(tuple(widths), curves[0] if curves else "2^x")


@figure_function
def draw_relu_pieces(found: tuple[ReluPieces, ...], *, ax: Place | None = None) -> Place:
    """Draw each network's pieces, their sum and the curve in a panel.

    Args:
        found: `relu_pieces_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(found), _COLUMNS)
    note = (
        "Each thin line is what one neuron adds; with the output's bias they sum to the thick one."
    )
    size = max(4.5 * columns, 6.0), 3.1 * rows + 1.4
    figure = open_figure(
        ax, size, FigureHeading(f"Pieces that add up to {_curve_text(found[0])}", note)
    )
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
    axes.plot(one.x, one.target, color=INK, label=_curve_text(one), **dashes)
    inside = one.kinks[(one.kinks > LOW) & (one.kinks < HIGH)]
    at = np.interp(inside, one.x, one.total)
    axes.plot(inside, at, "o", color=ORANGE, markeredgecolor="white", markersize=6, label="_")
    plural = "s" * (one.neurons != 1)
    error = number_text(float(f"{one.max_error:.2g}"))
    widths = "-".join(map(str, one.hidden))
    axes.set_title(f"{widths} neuron{plural}: within {error} of {_curve_text(one)}")


def _curve_text(one: ReluPieces) -> str:
    return one.curve.replace("^x", "ˣ").replace("^2", "²")
