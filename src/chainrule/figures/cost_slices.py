"""The cost of a run along straight lines: from its start to its end, and from there at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import RunReplay
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.directions import random_direction
from chainrule.figures.run_path import Sample, choose_sample, run_ends
from chainrule.figures.style import GREY, INK, SERIES, needs_log_scale, set_log_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CostSlice", "CostSlices", "cost_slices_data", "draw_cost_slices"]

Array = NDArray[np.float64]

_DRAWN = 3


@dataclass(frozen=True, eq=False)
class CostSlice:
    """The cost along one line.

    Args:
        name: of the direction.
        at: steps along it, (points,).
        cost: the mean over the sample, without penalties, (points,).
        accuracy: share classified rightly, (points,); NaN where targets are numbers.
    """

    name: str
    at: Array
    cost: Array
    accuracy: Array


@dataclass(frozen=True, eq=False)
class CostSlices:
    """Lines through the end of a run.

    Args:
        way: from the start, at 0, to the end, at 1, and beyond both.
        around: through the end, at 0, in random directions; at 1 each neuron's weights have
            changed by their own length.
        sample: what the cost was computed on, in words.
    """

    way: CostSlice
    around: tuple[CostSlice, ...]
    sample: str


def cost_slices_data(
    replay: RunReplay, *, points: int = 61, examples: int = 1000, seed: int = 0
) -> CostSlices:
    """Compute the cost along four lines.

    Args:
        replay: of a run with at least one step.
        points: along each line, at least 2.
        examples: of the training set, at most.
        seed: of the sample and of the random directions.

    Raises: what `choose_sample` raises; InputError if the run has done no step.
    """
    sample = choose_sample(replay, examples, seed)
    start, end = run_ends(replay)
    steps = np.linspace(-0.25, 1.5, points)
    way = _slice(sample, "from the start to the end", steps, lambda s: start + s * (end - start))
    architecture, around = replay.setup.network.architecture, []
    for number in range(_DRAWN):
        direction = random_direction(architecture, end, seed, number)
        line = _line(end, direction)
        steps = np.linspace(-1.0, 1.0, points)
        around.append(_slice(sample, f"random direction {number + 1}", steps, line))
    return CostSlices(way, tuple(around), sample.description)


def _line(end: Array, direction: Array) -> Callable[[float], Array]:
    return lambda step: end + step * direction


def _slice(sample: Sample, name: str, at: Array, place: Callable[[float], Array]) -> CostSlice:
    scores = [sample.score(place(float(step))) for step in at]
    accuracy = [np.nan if one.accuracy is None else one.accuracy for one in scores]
    return CostSlice(name, at, np.array([one.cost for one in scores]), np.array(accuracy))


@figure_function
def draw_cost_slices(data: CostSlices, *, ax: Place | None = None) -> Place:
    """Draw the way from start to end on the left, random directions from the end on the right.

    Args:
        data: `cost_slices_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = (
        f"Mean cost of {data.sample}.\nAt 1 in a random direction every neuron's weights have "
        "changed by their own length."
    )
    figure = open_figure(ax, (9.2, 5.0), FigureHeading("Cost along straight lines", note))
    left, right = figure.subplots(1, 2, sharey=True)
    left.plot(data.way.at, data.way.cost, color=SERIES[0])
    for number, one in enumerate(data.around, 1):
        right.plot(one.at, one.cost, color=SERIES[number], label=one.name)
    costs = np.concatenate([one.cost for one in (data.way, *data.around)])
    if needs_log_scale(costs):
        set_log_scale(left)
    _mark(left, 0.0, "start")
    _mark(left, 1.0, "end")
    _mark(right, 0.0, "end")
    left.set_title("From the start to the end")
    right.set_title("Around the end")
    left.set_ylabel("mean cost")
    left.set_xlabel("fraction of the way")
    right.set_xlabel("steps")
    right.legend(loc="best")
    return figure


def _mark(axes: Axes, at: float, word: str) -> None:
    axes.axvline(at, color=GREY, linewidth=0.9, linestyle=":", zorder=1)
    shift: dict[str, Any] = {"xytext": (3, 4), "textcoords": "offset points"}
    where = (at, 0.0)
    axes.annotate(word, where, xycoords=axes.get_xaxis_transform(), color=INK, fontsize=8, **shift)
