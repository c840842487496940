"""The chain rule as a diagram: every path from a number to the cost, and the factors along it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import GREY, INK, SERIES
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DerivativePath", "DerivativePaths", "derivative_paths_data", "draw_derivative_paths"]

MOST_PATHS = 12
"""More paths than this could not be told apart."""

_KINDS = ("W", "b", "z", "a")
_APART, _ROW = 2.0, 1.25


class PathFactor(NamedTuple):
    """One factor of a path: the derivative of a number by the one before it.

    Args:
        of: address of the number whose derivative it is.
        by: address of the number that it depends on.
        value: the derivative.
    """

    of: str
    by: str
    value: float


@dataclass(frozen=True)
class DerivativePath:
    """One path from a number to the cost.

    Args:
        factors: from the number to the cost.
    """

    factors: tuple[PathFactor, ...]

    @property
    def product(self) -> float:
        """What the path adds to the derivative of the cost."""
        return prod(factor.value for factor in self.factors)


@dataclass(frozen=True)
class DerivativePaths:
    """All paths from a number to the cost of one example.

    Args:
        start: the number's address.
        values: of every number on the way, by its address.
        paths: in the order of the neurons.
        upright: whether the cost is drawn at the top; else on the left.
    """

    start: str
    values: Mapping[str, float]
    paths: tuple[DerivativePath, ...]
    upright: bool = False

    @property
    def total(self) -> float:
        """The derivative of the cost: the sum over the paths."""
        return sum(path.product for path in self.paths)


def derivative_paths_data(
    ledger: Ledger, address: str = "", *, upright: bool = False
) -> DerivativePaths:
    """Follow every path from a number to the cost.

    Args:
        ledger: of a worked example that trains; the numbers are those of its first step and of the
            first example of that step's batch. The cost is the batch's, and the sum of the paths
            what this example adds to the batch's gradient.
        address: a weight, a bias, a weighted sum or an activation; the first weight by default.
        upright: whether to draw the cost at the top, for narrow pages, and not on the left.

    Raises: InputError for another number, a softmax, whose outputs depend on each other, and more
        than MOST_PATHS paths; UnknownNameError; DivergenceError.
    """
    first = ledger.address_text(Quantity.parse("W[1][0,0]"))
    return replace(_Paths(ledger).follow(address or first), upright=upright)


class _Paths:
    """The numbers of one example in the first step of a worked file."""

    def __init__(self, ledger: Ledger) -> None:
        example = ledger.example
        names = example.architecture.activations
        if example.recipe is None or "softmax" in names:
            raise InputError(
                example.where,
                expected="a worked example with [training] and without softmax",
                got="one without [training]" if example.recipe is None else "a softmax",
                why="The paths lead to the cost, through functions of one number each",
            )
        self.ledger, self.widths = ledger, example.architecture.layers
        self.prefix = f"example[{example.batch(1)[0]}]." if example.has_many else ""

    def value(self, name: str) -> float:
        """The number of an address without its example."""
        own = "" if name[0] in "Wb" or name == "cost" else self.prefix
        return float(self.ledger.value(Quantity.parse(own + name)))

    def follow(self, address: str) -> DerivativePaths:
        quantity = self.ledger.locate(address)
        layer = quantity.layer
        if quantity.kind not in _KINDS or layer is None or not quantity.is_number:
            raise InputError(
                self.ledger.example.where,
                expected="a weight, a bias, a weighted sum or an activation such as W[1][0,0]",
                got=address,
                argument="names",
                value=address,
            )
        start = f"{quantity.kind}[{layer}][{','.join(map(str, quantity.index))}]"
        self._check_count(layer)
        neuron = quantity.index[0]
        z = f"z[{layer}][{neuron}]"
        if quantity.kind == "W":
            first = PathFactor(z, start, self.value(f"a[{layer - 1}][{quantity.index[1]}]"))
        else:
            first = PathFactor(z, start, 1.0)
        lead = (first,) if quantity.kind in ("W", "b") else ()
        tails = self._from_activation if quantity.kind == "a" else self._from_sum
        paths = tuple(DerivativePath((*lead, *tail)) for tail in tails(layer, neuron))
        names = dict.fromkeys(name for path in paths for f in path.factors for name in (f.by, f.of))
        values = MappingProxyType({self.shown(name): self.value(name) for name in names})
        return DerivativePaths(self.shown(start), values, tuple(map(self._named, paths)))

    def shown(self, name: str) -> str:
        """An address as texts about the file have it, which may count from 1."""
        return self.ledger.address_text(Quantity.parse(name))

    def _named(self, path: DerivativePath) -> DerivativePath:
        factors = (PathFactor(self.shown(f.of), self.shown(f.by), f.value) for f in path.factors)
        return DerivativePath(tuple(factors))

    def _check_count(self, layer: int) -> None:
        count = prod(self.widths[layer + 1 :])
        if count > MOST_PATHS:
            raise InputError(
                self.ledger.example.where,
                expected=f"a number with at most {MOST_PATHS} paths to the cost",
                got=f"{count} paths",
                remedy="Take one of a later layer",
            )

    def _from_sum(self, layer: int, neuron: int) -> Iterator[tuple[PathFactor, ...]]:
        """The rest of each path from a weighted sum."""
        at = f"[{layer}][{neuron}]"
        factor = PathFactor(f"a{at}", f"z{at}", self.value(f"slope{at}"))
        for rest in self._from_activation(layer, neuron):
            yield factor, *rest

    def _from_activation(self, layer: int, neuron: int) -> Iterator[tuple[PathFactor, ...]]:
        """The rest of each path from an activation."""
        at = f"[{layer}][{neuron}]"
        if layer == len(self.widths) - 1:
            yield (PathFactor("cost", f"a{at}", self.value(f"da{at}")),)
            return
        for above in range(self.widths[layer + 1]):
            weight = self.value(f"W[{layer + 1}][{above},{neuron}]")
            factor = PathFactor(f"z[{layer + 1}][{above}]", f"a{at}", weight)
            for rest in self._from_sum(layer + 1, above):
                yield factor, *rest


# ------------------------------------------------------------------------------------- the drawing


@figure_function
def draw_derivative_paths(data: DerivativePaths, *, ax: Place | None = None) -> Place:
    """Draw the paths from right to left, c ← a ← z ← w, or upwards, each in its colour.

    Args:
        data: `derivative_paths_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    points = _points(data)
    across, along = (np.array(one) for one in zip(*points.values(), strict=True))
    count, low = len(data.paths), float(along.min()) - 0.55 * _ROW
    limits = low - 0.34 * (count + (count > 1)) - 0.1, float(along.max()) + 0.6 * _ROW
    note = _note(data)
    if data.upright:
        note = note.replace(": ", ":\n").replace(", and", ",\nand")
    heading = FigureHeading(f"How {data.start} reaches the cost", note)
    axes = open_axes(ax, _size(data, float(np.ptp(across)), limits[1] - limits[0]), heading)
    axes.set_axis_off()
    for factor, owners in _edges(data).items():
        colour = SERIES[owners[0] % len(SERIES)] if len(owners) == 1 and count > 1 else GREY
        _draw_factor(axes, factor, points, _FactorStyle(colour, data.upright))
    for name, (x, y) in points.items():
        _draw_number(axes, name, data.values[name], x, y)
    left, right = float(across.min()) - 0.9, float(across.max()) + 0.9
    if data.upright:
        left, right = min(left, -2.6), max(right, 2.6)
    _write_products(axes, data, left + 0.1, low)
    axes.set_xlim(left, right)
    axes.set_ylim(limits)
    return axes


def _size(data: DerivativePaths, span: float, height: float) -> tuple[float, float]:
    """Width and height of a figure in inches, from those of the diagram in its own units."""
    if data.upright:
        return max(0.95 * (span + 1.8), 4.9), 0.82 * height + 1.2
    width, count = 1.45 * span / 1.7 + 2.2, len(data.paths)
    rows = (height - 0.34 * (count + (count > 1)) - 0.1) / _ROW - 1.15
    return max(width, 7.4), 1.15 * _ROW * (rows + 1) + 1.6 + 0.24 * count


def _note(data: DerivativePaths) -> str:
    if len(data.paths) == 1:
        return "One path: the derivative of the cost is the product of its factors (chain rule)."
    return (
        f"{len(data.paths)} paths: each is the product of its factors, and the derivative of the "
        "cost is their sum."
    )


def _edges(data: DerivativePaths) -> dict[PathFactor, list[int]]:
    """Each factor once, with the paths that take it."""
    found: dict[PathFactor, list[int]] = {}
    for number, path in enumerate(data.paths):
        for factor in path.factors:
            found.setdefault(factor, []).append(number)
    return found


def _points(data: DerivativePaths) -> dict[str, tuple[float, float]]:
    """Where each number is drawn: the cost at the left, or at the top."""
    columns: dict[int, list[str]] = {}
    for path in data.paths:
        names = [path.factors[0].by, *(factor.of for factor in path.factors)]
        for column, name in enumerate(names):
            if name not in columns.setdefault(column, []):
                columns[column].append(name)
    return {
        name: _point(column, row - (len(names) - 1) / 2, upright=data.upright)
        for column, names in columns.items()
        for row, name in enumerate(names)
    }


def _point(column: int, row: float, *, upright: bool) -> tuple[float, float]:
    """The place of a number: `column` numbers from the start of its path, `row` from the middle."""
    return (_APART * row, _ROW * column) if upright else (-_APART * column, -_ROW * row)


def _draw_number(axes: Axes, name: str, value: float, x: float, y: float) -> None:
    box: dict[str, Any] = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": GREY}
    label = "cost C" if name == "cost" else name
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "bbox": box}
    axes.text(x, y, f"{label}\n{value:.4g}", color=INK, zorder=4, linespacing=1.35, **style)


class _FactorStyle(NamedTuple):
    """How the arrow of a factor is drawn, and on which side of it its text stands."""

    colour: str
    upright: bool


def _draw_factor(
    axes: Axes, factor: PathFactor, points: dict[str, tuple[float, float]], drawn: _FactorStyle
) -> None:
    start, end = points[factor.by], points[factor.of]
    shrink = 19 if drawn.upright else 30
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "color": drawn.colour, "linewidth": 1.8}
    arrow |= {"shrinkA": shrink, "shrinkB": shrink}
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow, zorder=2)
    # Nearer to the end, so that the labels of lines that cross stand apart.
    at = [a + 0.56 * (b - a) for a, b in zip(start, end, strict=True)]
    of, by = ("∂" + _letter(name) for name in (factor.of, factor.by))
    box: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.9}
    style: dict[str, Any] = {"color": drawn.colour, "fontsize": 8, "bbox": box}
    if drawn.upright:
        text = f"{of}/{by} = {factor.value:.4g}"
        side = -1 if at[0] < 0 else 1  # away from the middle, where paths meet
        beside = "right" if side < 0 else "left"
        axes.text(at[0] + 0.1 * side, at[1] - 0.08, text, ha=beside, va="center", **style)
    else:
        text = f"{of}/{by}\n{factor.value:.4g}"
        axes.text(at[0], at[1] + 0.06, text, ha="center", va="bottom", **style)


def _letter(name: str) -> str:
    return "C" if name == "cost" else name[0].replace("W", "w")


def _write_products(axes: Axes, data: DerivativePaths, left: float, top: float) -> None:
    """Below the diagram: the product of each path, and their sum."""
    lines = [_product_text(path) for path in data.paths]
    colours = [SERIES[n % len(SERIES)] for n in range(len(lines))] if len(lines) > 1 else [INK]
    if len(lines) > 1:
        sums = " + ".join(f"{path.product:.4g}" for path in data.paths).replace("+ -", "- ")
        lines.append(f"∂C/∂{data.start} = {sums} = {data.total:.4g}")
        colours.append(INK)
    else:
        lines[0] = f"∂C/∂{data.start} = {lines[0]}"
    for row, (line, colour) in enumerate(zip(lines, colours, strict=True)):
        axes.text(left, top - 0.34 * row, line, color=colour, fontsize=9, va="top")


def _product_text(path: DerivativePath) -> str:
    factors: Sequence[str] = [f"{factor.value:.4g}" for factor in path.factors]
    return f"{' · '.join(factors)} = {path.product:.4g}"
