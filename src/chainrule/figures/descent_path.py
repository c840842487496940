"""The path of a descent: on the curve of one variable, or on the surface of two, with slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.descent import Descent
from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import BLUE, GREY, INK, ORANGE, colour_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["AxisSlice", "DescentPathData", "descent_path_data", "draw_descent_path"]

Array = NDArray[np.float64]

_CURVE = 401
_GRID = 81
_ROOM = 0.25
_WIDEST = 30.0
"""Points farther from the start than this many first steps are left out: at their scale, the others
would merge into one."""
_MOST_DOTS = 60


@dataclass(frozen=True, eq=False)
class AxisSlice:
    """The function along one axis, through the start.

    Args:
        name: the variable that moves.
        at: its numbers, (n,).
        values: f there, (n,); NaN where f is not defined.
        start: its number at the start.
        value: f at the start.
        slope: the partial derivative by it at the start.
        others: the variables that stay, with their numbers; empty for one variable.
    """

    name: str
    at: Array
    values: Array
    start: float
    value: float
    slope: float
    others: str


@dataclass(frozen=True, eq=False)
class DescentPathData:
    """What is drawn of a descent.

    Args:
        title: the function.
        outcome: how the descent ends, in words.
        names: of the variables, one or two.
        points: of the path, (steps + 1, variables), as far as they are near enough.
        values: f at each.
        left_out: how many points are too far away.
        slices: along each axis.
        grid: f on a grid over the slices' numbers, (n, n), a row for each number of the second
            variable; None for one variable.
    """

    title: str
    outcome: str
    names: tuple[str, ...]
    points: Array
    values: Array
    left_out: int
    slices: tuple[AxisSlice, ...]
    grid: Array | None


def descent_path_data(descent: Descent) -> DescentPathData:
    """Return the numbers of a descent's figure.

    Args:
        descent: of one or two variables.

    Raises: InputError for more.
    """
    function, names = descent.function, descent.function.variables
    if len(names) > 2:
        raise InputError(
            "descend",
            expected="one or two variables for a picture",
            got=", ".join(names),
            argument="picture",
        )
    shown = _near(descent.path.points, descent.path.values)
    points = descent.path.points[:shown]
    lines = [
        _line(points[:, place], _GRID if len(names) > 1 else _CURVE) for place in range(len(names))
    ]
    grid = None
    if len(names) == 2:
        grid = _finite(function.values_at(np.array(np.meshgrid(*lines))))
    return DescentPathData(
        title=f"{function.notation} = {function.text}",
        outcome=descent.outcome.sentence,
        names=names,
        points=points,
        values=descent.path.values[:shown],
        left_out=len(descent.path.points) - shown,
        slices=tuple(_slice(descent, place, line) for place, line in enumerate(lines)),
        grid=grid,
    )


def _near(points: Array, values: Array) -> int:
    """How many points, from the start, can be shown together."""
    span = max(float(np.abs(points[1] - points[0]).max()), 1e-6) if len(points) > 1 else 1.0
    far = np.abs(points - points[0]).max(axis=1) > _WIDEST * span
    bad = np.flatnonzero(far | ~np.isfinite(values))
    return int(bad[0]) if bad.size else len(points)


def _line(numbers: Array, count: int) -> Array:
    low, high = float(numbers.min()), float(numbers.max())
    room = _ROOM * (high - low) or max(1.0, abs(high))
    return np.linspace(low - room, high + room, count)


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _slice(descent: Descent, place: int, line: Array) -> AxisSlice:
    function, start = descent.function, descent.path.points[0]
    through = np.repeat(start[:, None], len(line), axis=1)
    through[place] = line
    others = (
        f"{n} = {x:g}"
        for i, (n, x) in enumerate(zip(function.variables, start, strict=True))
        if i != place
    )
    return AxisSlice(
        name=function.variables[place],
        at=line,
        values=_finite(function.values_at(through)),
        start=float(start[place]),
        value=float(descent.path.values[0]),
        slope=float(descent.path.gradients[0, place]),
        others=", ".join(others),
    )


@figure_function
def draw_descent_path(data: DescentPathData, *, ax: Place | None = None) -> Place:
    """Draw the path: on the curve, or on a map and on the surface with a slice along each axis.

    Args:
        data: `descent_path_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    outcome = data.outcome
    if data.left_out:
        outcome += f"\nThe last {data.left_out} points are too far away to be shown."
    size = (5.6, 6.8) if data.grid is None else (9.2, 8.4)
    figure = open_figure(ax, size, FigureHeading(data.title, outcome))
    if data.grid is None:
        curve, values = figure.subplots(2, 1, height_ratios=[2, 1])
        _draw_curve(curve, data)
        _draw_values(values, data)
        return figure
    _draw_map(figure.add_subplot(2, 2, 1), data)
    _draw_surface(figure.add_subplot(2, 2, 2, projection="3d"), data)
    for place, one in enumerate(data.slices):
        _draw_slice(figure.add_subplot(2, 2, 3 + place), one)
    return figure


def _path_style(data: DescentPathData) -> dict[str, Any]:
    marks = {"marker": "o", "markersize": 4} if len(data.points) <= _MOST_DOTS else {}
    return {"color": ORANGE, "linewidth": 1.2, **marks}


def _draw_curve(axes: Axes, data: DescentPathData) -> None:
    (one,) = data.slices
    axes.plot(one.at, one.values, color=BLUE)
    axes.plot(data.points[:, 0], data.values, **_path_style(data))
    _draw_start(axes, one.start, one.value)
    axes.set_title("The function, and the path on it")
    axes.set_xlabel(one.name)
    axes.set_ylabel("f")


def _draw_start(axes: Axes, x: float, y: float) -> None:
    axes.plot([x], [y], "o", color=INK, markersize=6, zorder=5)
    axes.annotate("start", (x, y), xytext=(6, 6), textcoords="offset points", color=INK)


def _draw_values(axes: Axes, data: DescentPathData) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.plot(np.arange(len(data.values)), data.values, **_path_style(data))
    axes.set_title("Step by step")
    axes.set_xlabel("step")
    axes.set_ylabel("f")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_map(axes: Axes, data: DescentPathData) -> None:
    assert data.grid is not None
    first, second = data.slices
    colours = colour_map("#0b3c5d", BLUE, "#cfe6f3", "#ffffff")
    axes.contourf(first.at, second.at, data.grid, levels=24, cmap=colours)
    axes.contour(first.at, second.at, data.grid, levels=12, colors=GREY, linewidths=0.5)
    axes.plot(data.points[:, 0], data.points[:, 1], **_path_style(data))
    _draw_start(axes, first.start, second.start)
    axes.grid(visible=False)
    axes.set_title("From above: dark is low")
    axes.set_xlabel(first.name)
    axes.set_ylabel(second.name)


def _draw_surface(axes: Any, data: DescentPathData) -> None:
    assert data.grid is not None
    first, second = data.slices
    across, along = np.meshgrid(first.at, second.at)
    colours = colour_map("#0b3c5d", BLUE, "#cfe6f3")
    axes.plot_surface(
        across, along, np.ma.masked_invalid(data.grid), cmap=colours, alpha=0.75, linewidth=0
    )
    axes.plot(data.points[:, 0], data.points[:, 1], data.values, zorder=10, **_path_style(data))
    axes.view_init(elev=32, azim=-60)
    axes.set_title("The surface, and the path on it")
    axes.set_xlabel(first.name)
    axes.set_ylabel(second.name)
    axes.set_zlabel("f")


def _draw_slice(axes: Axes, one: AxisSlice) -> None:
    """The curve with its tangent at the start, whose slope is the partial derivative."""
    axes.plot(one.at, one.values, color=BLUE)
    low, high = axes.get_ylim()
    tangent = one.value + one.slope * (one.at - one.start)
    axes.plot(
        one.at, tangent, color=ORANGE, linestyle="--", label=f"∂f/∂{one.name} = {one.slope:.4g}"
    )
    axes.set_ylim(low, high)
    _draw_start(axes, one.start, one.value)
    axes.set_title(f"Slice through the start: {one.others}")
    axes.set_xlabel(one.name)
    axes.set_ylabel("f")
    axes.legend(loc="best")
