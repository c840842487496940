"""The cost of a run as a surface in space, with the step that gradient descent takes down it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import RunReplay
from chainrule.engine import DatasetView
from chainrule.equations.backpropagation import trace
from chainrule.equations.costs import COSTS
from chainrule.evaluation import number_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.run_path import Sample, choose_sample
from chainrule.figures.style import BLUE, INK, ORANGE, colour_map
from chainrule.limits import Limit

__all__ = ["CostRelief", "cost_relief_data", "draw_cost_relief"]

Array = NDArray[np.float64]

_AHEAD, _BEHIND = 3.0, -2.0
"""How far the surface reaches along the steepest descent, in steps."""
_PAST, _BEFORE = 1.3, -0.7
"""How far it reaches across, as fractions of the way to the run's end."""
_POINTS = 15
"""Of the line along the step."""


@dataclass(frozen=True, eq=False)
class CostRelief:
    """The cost over the plane of the steepest descent and the direction of the run.

    Args:
        epoch: epochs done at the place of the step.
        rate: η, the learning rate of the recipe.
        downhill: along -∇C / ‖∇C‖, (w,).
        sideways: along the way to the run's end, perpendicular to it, (h,).
        cost: the mean over the sample, without penalties, (h, w).
        step: η ‖∇C‖, the length of the step.
        along: the cost at equal distances along the step, from its place to its end, (points,).
        before: the cost at the place.
        after: the cost after the step.
        sample: what the cost was computed on, in words.
    """

    epoch: int
    rate: float
    downhill: Array
    sideways: Array
    cost: Array
    step: float
    along: Array
    before: float
    after: float
    sample: str


def cost_relief_data(
    replay: RunReplay, epoch: int = 0, *, side: int = 25, examples: int = 1000, seed: int = 0
) -> CostRelief:
    """Compute the surface around a position of a run.

    One direction is that of the steepest descent, -∇C / ‖∇C‖; the other is the part of the way to
    the run's end that is perpendicular to it, in which the run turns away.

    Args:
        replay: of a run with at least one step.
        epoch: epochs done at the position, from 0.
        side: points along each side, at least 2.
        examples: of the training set, at most.
        seed: of the sample.

    Raises: InputError for an epoch that the run has not reached; IntegrityError, RunFolderError,
        FileError, DataError.
    """
    newest = replay.newest
    done = replay.epoch_position(newest.step)[0]
    Limit(int, "epochs done at the position", 0, done).check("figure", "epoch", epoch)
    get = replay.setup.engine.inference_parameters
    centre, end = (
        get(one).astype(np.float64) for one in (replay.position_at(replay.steps_by(epoch)), newest)
    )
    sample = choose_sample(replay, examples, seed)
    gradient = _gradient(replay, sample, centre)
    size = float(np.linalg.norm(gradient))
    rate = replay.setup.recipe.learning_rate
    down = -gradient / (size or 1.0)
    aside = _perpendicular(end - centre, down)
    step = rate * size or 1.0
    downhill = np.linspace(_BEHIND, _AHEAD, side) * step
    sideways = np.linspace(_BEFORE, _PAST, side) * (abs(float((end - centre) @ aside)) or step)
    cost = [[sample.score(centre + u * down + v * aside).cost for u in downhill] for v in sideways]
    ways = np.linspace(0, rate * size, _POINTS)
    along = np.array([sample.score(centre + way * down).cost for way in ways])
    return CostRelief(
        epoch=epoch,
        rate=rate,
        downhill=downhill,
        sideways=sideways,
        cost=np.array(cost),
        step=rate * size,
        along=along,
        before=float(along[0]),
        after=float(along[-1]),
        sample=sample.description,
    )


def _gradient(replay: RunReplay, sample: Sample, parameters: Array) -> Array:
    """∇C of the mean cost over the sample, in the order of the parameters, (n,)."""
    setup = replay.setup
    network = setup.network.with_parameters(sample.cast(parameters))
    view = DatasetView(sample.data, replay.outputs, "float64")
    rows = slice(len(sample.data))
    found = trace(
        view.inputs(rows),
        view.targets(rows),
        network.layers,
        COSTS[setup.recipe.cost],
        1 / len(sample.data),
    )
    parts: list[Array] = []
    for dW, db in zip(found.dW, found.db, strict=True):
        parts += [dW.ravel()] if db is None else [dW.ravel(), db]
    return np.concatenate(parts).astype(np.float64)


def _perpendicular(way: Array, down: Array) -> Array:
    """The direction of a way without its part along another, of length 1."""
    rest = way - (way @ down) * down
    size = float(np.linalg.norm(rest))
    if size > 1e-12 * max(1.0, float(np.linalg.norm(way))):
        return np.asarray(rest / size)
    # At the end of the run, or straight on the way to it: any perpendicular direction will do.
    other = np.zeros_like(down)
    other[int(np.abs(down).argmin())] = 1.0
    rest = other - (other @ down) * down
    return np.asarray(rest / np.linalg.norm(rest))


@figure_function
def draw_cost_relief(data: CostRelief, *, ax: Place | None = None) -> Place:
    """Draw the surface in perspective, the plane below it, and the step -η∇C on it.

    Args:
        data: `cost_relief_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    change = "falls" if data.after <= data.before else "rises"
    note = (
        f"Mean cost of {data.sample}, {_place_text(data.epoch)}. The step -η∇C with η = "
        f"{data.rate:g} is {number_text(float(f'{data.step:.3g}'))} long:\nby it the cost {change} "
        f"from {number_text(float(f'{data.before:.4g}'))} to "
        f"{number_text(float(f'{data.after:.4g}'))}."
    )
    figure = open_figure(ax, (8.2, 6.8), FigureHeading("A step down the cost of a run", note))
    axes: Any = figure.add_subplot(projection="3d", computed_zorder=False)
    across, upward = np.meshgrid(data.downhill, data.sideways)
    cost = np.where(np.isfinite(data.cost), data.cost, np.nan)
    low, high = float(np.nanmin(cost)), float(np.nanmax(cost))
    floor = low - 0.35 * (high - low or 1.0)
    cmap = colour_map("#fdf6ec", "#b9dcee", "#56a5d0", BLUE)
    surface: dict[str, Any] = {"cmap": cmap, "alpha": 0.75, "linewidth": 0.3, "edgecolor": "white"}
    axes.plot_surface(across, upward, cost, rcount=40, ccount=40, zorder=1, **surface)
    axes.contour(across, upward, cost, zdir="z", offset=floor, cmap=cmap, levels=10, zorder=0)
    _draw_step(axes, data, floor)
    axes.set_zlim(floor, high)
    axes.set_zticks([tick for tick in axes.get_zticks() if low <= tick <= high])
    axes.set_xlabel("along -∇C")
    axes.set_ylabel("across, towards the run's end")
    axes.set_zlabel("mean cost")
    axes.view_init(elev=28, azim=-62)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color("#f7f8fa")
        axis.set_tick_params(labelsize=7)
    return figure


def _place_text(epoch: int) -> str:
    return f"after epoch {epoch}" if epoch else "at the start"


def _draw_step(axes: Any, data: CostRelief, floor: float) -> None:
    """The step on the surface and, as an arrow, on the plane of the parameters below."""
    ways = np.linspace(0, data.step, len(data.along))
    axes.plot(ways, np.zeros_like(ways), data.along, color=ORANGE, linewidth=2.6, zorder=5)
    axes.scatter([0], [0], [data.before], color=INK, s=42, zorder=6, depthshade=False)
    axes.scatter([data.step], [0], [data.after], color=ORANGE, s=42, zorder=6, depthshade=False)
    line: dict[str, Any] = {"color": ORANGE, "linewidth": 2.0, "zorder": 4}
    axes.plot([0, data.step], [0, 0], [floor, floor], **line)
    axes.scatter([data.step], [0], [floor], color=ORANGE, s=26, marker=">", zorder=5)
    axes.text(1.15 * data.step, 0, floor, "-η∇C", color=ORANGE, va="center", fontsize=9, zorder=6)
    for at, cost in ((0.0, data.before), (data.step, data.after)):
        drop: dict[str, Any] = {"color": ORANGE, "linewidth": 0.8, "linestyle": ":"}
        axes.plot([at, at], [0, 0], [floor, cost], zorder=3, **drop)
