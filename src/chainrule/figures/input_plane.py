"""Neurons of a network of two inputs, over the plane of these inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.backpropagation import forward
from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, make_panels, open_figure
from chainrule.figures.style import BLUE, GREY, INK, ORANGE, add_colourbar, colour_map
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Quantity, Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["InputPlane", "draw_input_plane", "input_plane_data"]

Array = NDArray[np.float64]

_GRID = 81
_ROOM = 0.25
"""Around the examples, as a fraction of how far they lie apart."""
_MOST_NEURONS = 6


class PlanePoint(NamedTuple):
    """An example on the plane.

    Args:
        x: its first input.
        y: its second input.
        label: its targets as text; empty without training.
    """

    x: float
    y: float
    label: str


@dataclass(frozen=True, eq=False)
class InputPlane:
    """Numbers of neurons for every pair of inputs.

    Args:
        names: the addresses of the numbers, without example and step.
        axes: the addresses of the two inputs.
        step: before which step the weights are taken.
        first: numbers of the first input, (n,).
        second: numbers of the second, (n,).
        values: of each neuron, (neurons, n, n): a row for each second input.
        points: the examples.
    """

    names: tuple[str, ...]
    axes: tuple[str, str]
    step: int
    first: Array
    second: Array
    values: Array
    points: tuple[PlanePoint, ...]


def input_plane_data(ledger: Ledger, address: str = "") -> InputPlane:
    """Compute weighted sums or activations for a grid of inputs.

    Args:
        ledger: of a worked example with two inputs.
        address: `z` or `a` of a layer, or of one neuron; the outputs by default. `step[n].` in
            front takes the weights before step n.

    Raises: InputError for another network, another address, and more than six neurons;
        UnknownNameError; DivergenceError.
    """
    quantity = _locate(ledger, address)
    step = ledger.step(quantity.step)
    examples = ledger.example.view.inputs(np.array(ledger.example.rows)).astype(np.float64)
    first, second = (_line(examples[:, column]) for column in (0, 1))
    grid = np.stack([one.ravel() for one in np.meshgrid(first, second)], axis=1)
    passed = forward(grid, step.layers)
    arrays = passed[0] if quantity.kind == "z" else passed[1]
    assert quantity.layer is not None
    columns = quantity.index or tuple(range(arrays[quantity.layer - 1].shape[1]))
    if len(columns) > _MOST_NEURONS:
        raise InputError(
            ledger.example.where,
            expected=f"at most {_MOST_NEURONS} neurons",
            got=str(len(columns)),
            remedy="Name one of them, such as a[1][0]",
        )
    values = arrays[quantity.layer - 1][:, list(columns)].T.reshape(-1, len(second), len(first))
    bare = replace(quantity, example=None, step=1)
    return InputPlane(
        names=tuple(ledger.address_text(bare.at(column)) for column in columns),
        axes=(_input_name(ledger, 0), _input_name(ledger, 1)),
        step=step.number,
        first=first,
        second=second,
        values=np.asarray(values, np.float64),
        points=tuple(_points(ledger, step, examples)),
    )


def _locate(ledger: Ledger, address: str) -> Quantity:
    """The neurons that are meant; of any example, since the inputs are those of the plane."""
    example = ledger.example
    widths, indices = example.architecture.layers, example.conventions.indices
    text = address or f"a[{len(widths) - 1}]"
    quantity = Quantity.parse(text, example.where, indices)
    if quantity.kind not in ("z", "a") or quantity.layer == 0 or widths[0] != 2:
        raise InputError(
            example.where,
            expected="a network of two inputs, and z or a of a layer, such as a[1]",
            got=f"{'-'.join(map(str, widths))} and {text}",
            argument="names",
            value=address,
        )
    return ledger.locate(replace(quantity, example=example.rows[0]))


def _line(numbers: Array) -> Array:
    low, high = float(numbers.min()), float(numbers.max())
    room = _ROOM * (high - low) or 1.0
    return np.linspace(low - room, high + room, _GRID)


def _input_name(ledger: Ledger, column: int) -> str:
    return ledger.address_text(Quantity("a", 0, (column,)))


def _points(ledger: Ledger, step: Step, examples: Array) -> Iterator[PlanePoint]:
    targets = None
    if step.training is not None:
        targets = ledger.example.view.targets(np.array(ledger.example.rows))
    for row, (x, y) in enumerate(examples):
        label = "" if targets is None else " ".join(f"{one:.3g}" for one in np.ravel(targets[row]))
        yield PlanePoint(float(x), float(y), label)


@figure_function
def draw_input_plane(data: InputPlane, *, ax: Place | None = None) -> Place:
    """Draw a map for each neuron, with lines of equal numbers, and the examples on it.

    Args:
        data: `input_plane_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    columns = 1 + (len(data.names) > 2)
    rows = -(-len(data.names) // columns)
    note = f"With the weights before step {data.step}. On a line the number is the same."
    if any(point.label for point in data.points):
        note += "\nDots are the examples, with their targets."
    title = f"{' and '.join(data.names)} for every pair of inputs"
    size = (0.8 + 4.4 * columns, 1.2 + 3.6 * rows)
    figure = open_figure(ax, size, FigureHeading(title, note))
    for axes, name, values in zip(
        make_panels(figure, len(data.names), columns), data.names, data.values, strict=True
    ):
        _draw_map(axes, data, name, values)
    return figure


def _draw_map(axes: Axes, data: InputPlane, name: str, values: Array) -> None:
    colours = colour_map("#fbe3d3", "#ffffff", "#9ccbe8", BLUE)
    levels = np.linspace(values.min(), values.max(), 12) if np.ptp(values) else 1
    painted = axes.contourf(data.first, data.second, values, levels, cmap=colours)
    if np.ptp(values):
        lines = axes.contour(data.first, data.second, values, 6, colors=GREY, linewidths=0.9)
        axes.clabel(lines, fontsize=8, colors=INK)
    add_colourbar(axes, painted, name, shrink=0.85, format="%.2g")
    for point in data.points:
        edge: dict[str, Any] = {"markeredgecolor": "white", "markersize": 9, "zorder": 5}
        axes.plot([point.x], [point.y], "o", color=ORANGE, **edge)
        shift: dict[str, Any] = {"xytext": (7, 6), "textcoords": "offset points"}
        axes.annotate(point.label, (point.x, point.y), color=INK, fontweight="bold", **shift)
    axes.set_title(name)
    axes.set_xlabel(data.axes[0])
    axes.set_ylabel(data.axes[1])
    axes.grid(visible=False)
