"""The cost over two directions in the space of the parameters, with the path of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import RunReplay
from chainrule.errors import InputError, unknown_name
from chainrule.evaluation import number_text, percent_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.directions import principal_directions, project_points, random_direction
from chainrule.figures.run_path import RunPoint, choose_sample, run_points
from chainrule.figures.style import BLUE, INK, ORANGE, add_colourbar, colour_map, needs_log_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DIRECTIONS", "CostSurface", "cost_surface_data", "draw_cost_surface"]

Array = NDArray[np.float64]

DIRECTIONS = ("principal", "random")
"""Along which directions a surface can be computed."""

_MARGIN = 0.25
_LEVELS = 18
_APART = 0.08


@dataclass(frozen=True, eq=False)
class CostSurface:
    """The cost in a plane through the end of a run.

    Args:
        kind: one of DIRECTIONS.
        across: steps along the first direction, (w,).
        upward: steps along the second, (h,).
        cost: the mean over the sample, without penalties, (h, w).
        path: where the run's positions lie in the plane, (points, 2); the last one at 0, 0.
        epochs: done at each, (points,).
        path_cost: the cost at each, where it truly was, (points,).
        explained: fraction of all squared distances from the end that lies in the plane.
        sample: what the cost was computed on, in words.
    """

    kind: str
    across: Array
    upward: Array
    cost: Array
    path: Array
    epochs: Array
    path_cost: Array
    explained: float
    sample: str


def cost_surface_data(
    replay: RunReplay,
    kind: str = "principal",
    *,
    side: int = 25,
    examples: int = 1000,
    seed: int = 0,
) -> CostSurface:
    """Compute a surface.

    Args:
        replay: of a run with at least one step.
        kind: "principal" for the two directions in which the ends of the run's epochs lie
            furthest apart, or "random" for two in which each neuron changes by its own length.
        side: points along each side, at least 2.
        examples: of the training set, at most.
        seed: of the sample, and of random directions.

    Raises: UnknownNameError; InputError if the run has fewer than three positions for principal
        directions; what `run_points` raises.
    """
    if kind not in DIRECTIONS:
        raise unknown_name("figure", "directions", kind, DIRECTIONS, argument="kind")
    points, sample = run_points(replay), choose_sample(replay, examples, seed)
    centre, axes = points[-1].parameters, _axes(replay, points, kind, seed)
    path = project_points([point.parameters for point in points], centre, axes)
    across, upward = (_steps(path[:, i], side, kind) for i in range(2))
    cost = [[sample.score(centre + x * axes[0] + y * axes[1]).cost for x in across] for y in upward]
    away = np.stack([point.parameters for point in points]) - centre
    whole = float(np.square(away).sum())
    return CostSurface(
        kind=kind,
        across=across,
        upward=upward,
        cost=np.array(cost),
        path=path,
        epochs=np.array([point.epoch for point in points]),
        path_cost=np.array([sample.score(point.parameters).cost for point in points]),
        explained=float(np.square(path @ axes).sum()) / whole if whole else 1.0,
        sample=sample.description,
    )


def _axes(replay: RunReplay, points: tuple[RunPoint, ...], kind: str, seed: int) -> Array:
    """The two directions, (2, n)."""
    centre = points[-1].parameters
    if kind == "random":
        architecture = replay.setup.network.architecture
        return np.stack([random_direction(architecture, centre, seed, n) for n in range(2)])
    if len(points) < 3:
        raise InputError(
            replay.path,
            expected="a run with two epochs or more",
            got=f"one with {len(points)} positions",
            why="Two principal directions need three positions",
            remedy="Use random directions",
            argument="kind",
            value=kind,
        )
    return principal_directions([point.parameters for point in points])[0]


def _steps(path: Array, side: int, kind: str) -> Array:
    """Steps along one direction: past both ends of the path, or one neuron's length each way."""
    low, high = (float(path.min()), float(path.max())) if kind == "principal" else (-1.0, 1.0)
    margin = _MARGIN * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, side)


@figure_function
def draw_cost_surface(data: CostSurface, *, ax: Place | None = None) -> Place:
    """Draw levels of the cost, the bluer the higher, and the run's path through them.

    Args:
        data: `cost_surface_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    axes = open_axes(ax, (7.6, 6.6), FigureHeading("Cost around a run", _caption(data)))
    _draw_levels(axes, data)
    _draw_path(axes, data)
    names = {"principal": "principal direction", "random": "random direction"}
    axes.set_xlabel(f"first {names[data.kind]}")
    axes.set_ylabel(f"second {names[data.kind]}")
    axes.set_xlim(data.across[0], data.across[-1])
    axes.set_ylim(data.upward[0], data.upward[-1])
    axes.grid(visible=False)
    return axes


def _caption(data: CostSurface) -> str:
    parts = (
        f"the plane holds {percent_text(data.explained, 1)} of its squared distances from the end"
    )
    return (
        f"Mean cost of {data.sample}; from {number_text(_rounded(data.path_cost[0]))} at the "
        f"start to {number_text(_rounded(data.path_cost[-1]))}.\n"
        f"The run's positions are explained from above: {parts}."
    )


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _draw_levels(axes: Axes, data: CostSurface) -> None:
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.ticker import FuncFormatter, NullFormatter

    cost = np.ma.masked_invalid(data.cost)  # far away it may be too great for any number
    low, high = float(cost.min()), float(cost.max())
    wide = needs_log_scale(data.cost)
    high = high if high > low else low + 1
    levels = (np.geomspace if wide else np.linspace)(low, high, _LEVELS)
    norm = LogNorm(low, high) if wide else Normalize(low, high)
    cmap = colour_map("#fdf6ec", "#b9dcee", "#56a5d0", BLUE, "#003a5c")
    plane = data.across, data.upward, np.clip(cost, low, high)
    filled = axes.contourf(*plane, levels=levels, norm=norm, cmap=cmap)
    axes.contour(*plane, levels=levels, colors="white", linewidths=0.4)
    label = "mean cost" + (", logarithmic" if wide else "")
    bar = add_colourbar(axes, filled, label, aspect=30, pad=0.02)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.set_ticks(list(levels[:: _LEVELS // 6]))
    bar.ax.minorticks_off()


def _draw_path(axes: Axes, data: CostSurface) -> None:
    edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.8, "markersize": 6}
    axes.plot(*data.path.T, color=ORANGE, marker="o", zorder=4, **edge)
    axes.plot(*data.path[-1], "o", color=INK, zorder=5, **{**edge, "markersize": 9})
    box: dict[str, Any] = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.2}
    names = [(-1, -2, f"epoch {data.epochs[-1]:.3g}")]
    reach = np.array([np.ptp(data.across), np.ptp(data.upward)])
    if (np.abs(data.path[0] - data.path[-1]) > _APART * reach).any():
        names.append((0, 1, "start"))
    for place, beside, word in names:
        shift: dict[str, Any] = {"textcoords": "offset points", "ha": "center"}
        shift["xytext"] = (0, 10 if data.path[place, 1] >= data.path[beside, 1] else -17)
        axes.annotate(word, tuple(data.path[place]), bbox=box, fontsize=8.5, zorder=6, **shift)
