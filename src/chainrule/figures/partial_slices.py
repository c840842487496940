"""Partial derivatives of f(x, y) = x² + y³: the surface, and slices parallel to each axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import number_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import BLUE, GREY, INK, ORANGE, colour_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "PartialSlice",
    "PartialSlices",
    "draw_partial_slices",
    "partial_slices_data",
    "read_point",
    "surface",
]

Array = NDArray[np.float64]

REACH = 2.0
_SIDE = 41


@dataclass(frozen=True, eq=False)
class PartialSlice:
    """The surface cut parallel to one axis, with the tangent at the point.

    Args:
        letter: what runs along it, "x" or "y".
        at: from -2 to 2, (points,).
        value: f, the other letter standing still, (points,).
        slope: the partial derivative at the point.
        tangent: the line with that slope through the point, (points,).
    """

    letter: str
    at: Array
    value: Array
    slope: float
    tangent: Array


@dataclass(frozen=True, eq=False)
class PartialSlices:
    """A surface and its slices through one point.

    Args:
        point: x and y.
        height: f there.
        side: x and y of the surface, from -2 to 2, (n,).
        values: f over both, y by row and x by column, (n, n).
        slices: along x, and along y.
    """

    point: tuple[float, float]
    height: float
    side: Array
    values: Array
    slices: tuple[PartialSlice, PartialSlice]


def surface(x: Any, y: Any) -> Array:
    """f(x, y) = x² + y³, with ∂f/∂x = 2x and ∂f/∂y = 3y²."""
    return np.asarray(x**2 + y**3)


def partial_slices_data(x: float = 1.0, y: float = 1.0) -> PartialSlices:
    """Cut the surface at a point.

    Args:
        x: from -2 to 2.
        y: from -2 to 2.

    Raises: InputError.
    """
    for value in (x, y):
        if not -REACH <= value <= REACH:
            got = number_text(value)
            expected = f"a point from {-REACH:g} to {REACH:g} along both axes"
            raise InputError("figure", expected=expected, got=got, argument="point")
    side = np.linspace(-REACH, REACH, _SIDE)
    height = float(surface(x, y))
    along_x = _slice("x", (side, surface(side, y)), (x, height), 2 * x)
    along_y = _slice("y", (side, surface(x, side)), (y, height), 3 * y**2)
    values = surface(side[None, :], side[:, None])
    return PartialSlices((x, y), height, side, values, (along_x, along_y))


def _slice(
    letter: str, curve: tuple[Array, Array], point: tuple[float, float], slope: float
) -> PartialSlice:
    at, value = curve
    return PartialSlice(letter, at, value, slope, point[1] + slope * (at - point[0]))


def read_point(texts: Sequence[str]) -> tuple[float, float]:
    """Read a point from its text: x and y, or nothing for 1 1.

    Raises: InputError.
    """
    try:
        x, y = map(float, texts or ("1", "1"))
    except ValueError:
        raise InputError(
            "figure", expected="a point such as 1 0.5", got=" ".join(texts), argument="names"
        ) from None
    return x, y


@figure_function
def draw_partial_slices(data: PartialSlices, *, ax: Place | None = None) -> Place:
    """Draw the surface with both cuts on it, then each cut flat with its tangent.

    Args:
        data: `partial_slices_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    x, y = (number_text(value).replace("-", "−") for value in data.point)
    note = (
        f"Along x alone the slope at ({x}, {y}) is ∂f/∂x = 2x = {_signed(data.slices[0].slope)}; "
        f"along y alone it is ∂f/∂y = 3y² = {_signed(data.slices[1].slope)}."
    )
    heading = FigureHeading("Partial derivatives of f(x, y) = x² + y³", note)
    figure = open_figure(ax, (10.4, 4.6), heading)
    grid = figure.add_gridspec(1, 3, width_ratios=[1.35, 1, 1])
    _draw_surface(figure.add_subplot(grid[0, 0], projection="3d"), data)
    others = (y, x)
    for place, (one, colour) in enumerate(zip(data.slices, (BLUE, ORANGE), strict=True)):
        axes = figure.add_subplot(grid[0, place + 1])
        still = "yx"[place]
        _draw_slice(axes, one, (data.point[place], data.height), colour)
        axes.set_title(f"along {one.letter}, where {still} = {others[place]}")
    return figure


def _signed(value: float) -> str:
    return number_text(value).replace("-", "−")


def _draw_surface(axes: Any, data: PartialSlices) -> None:
    from matplotlib.ticker import MaxNLocator

    across, upward = np.meshgrid(data.side, data.side)
    cmap = colour_map("#ffffff", "#c9d3dc")
    style: dict[str, Any] = {"linewidth": 0.3, "edgecolor": "#aeb8c1", "rstride": 2, "cstride": 2}
    axes.computed_zorder = False
    axes.plot_surface(across, upward, data.values, cmap=cmap, zorder=1, **style)
    (x, y), (along_x, along_y) = data.point, data.slices
    axes.plot(along_x.at, np.full(_SIDE, y), along_x.value, color=BLUE, linewidth=2.4, zorder=3)
    axes.plot(np.full(_SIDE, x), along_y.at, along_y.value, color=ORANGE, linewidth=2.4, zorder=3)
    axes.plot([x], [y], [data.height], "o", color=INK, markersize=6, zorder=4)
    for axis, letter in zip((axes.xaxis, axes.yaxis, axes.zaxis), ("x", "y", "f"), strict=True):
        axis.set_label_text(letter)
        axis.labelpad = -4
        axis.set_tick_params(labelsize=7, pad=-2)
        axis.set_major_locator(MaxNLocator(5))
        axis.set_pane_color("#f7f8fa")
    axes.view_init(elev=26, azim=-52)
    axes.set_box_aspect((1, 1, 0.8), zoom=1.05)


def _draw_slice(axes: Axes, one: PartialSlice, point: tuple[float, float], colour: str) -> None:
    axes.plot(one.at, one.value, color=colour, linewidth=2.4)
    near = np.abs(one.at - point[0]) <= 0.9
    axes.plot(one.at[near], one.tangent[near], color=INK, linewidth=1.3, linestyle="--")
    axes.plot(*point, "o", color=INK, markersize=6)
    text = f"slope {_signed(one.slope)}"
    shift: dict[str, Any] = {"xytext": (8, -14), "textcoords": "offset points"}
    axes.annotate(text, point, color=INK, fontsize=9, **shift)
    axes.axhline(0, color=GREY, linewidth=0.7, zorder=1)
    axes.set_xlabel(one.letter)
