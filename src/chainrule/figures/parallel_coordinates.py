"""Parallel coordinates: each training of a study as a line through its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation import count_text, number_text, percent_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.parameter_scale import ParameterScale, make_parameter_scale
from chainrule.figures.rate_curves import LIGHT_TO_DARK
from chainrule.figures.study_table import StudyTable, Value
from chainrule.figures.style import GREY, INK, colour_map, hide_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "ParallelAxis",
    "ParallelCoordinatesData",
    "draw_parallel_coordinates",
    "parallel_coordinates_data",
]

_NAMED = 4
_TICKS = 5


@dataclass(frozen=True, eq=False)
class ParallelAxis:
    """One of the upright axes.

    Args:
        title: what is on it.
        fractions: where each row crosses it, from 0 below to 1 above, (rows,).
        ticks: places from 0 to 1 with what is written there.
    """

    title: str
    fractions: NDArray[np.float64]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, eq=False)
class ParallelCoordinatesData:
    """A study as lines.

    Args:
        axes: parameters, then the metric.
        order: rows from the worst to the best, which are drawn in this order, (rows,).
        summary: how many, and the best, in words.
    """

    axes: tuple[ParallelAxis, ...]
    order: NDArray[np.int64]
    summary: str


def parallel_coordinates_data(
    table: StudyTable, names: Sequence[str] = ()
) -> ParallelCoordinatesData:
    """The lines of a study.

    Args:
        table: of a study.
        names: parameters from left to right; by default all that vary.

    Raises: UnknownNameError, DataError if nothing varies.
    """
    chosen = table.choose_parameters(names)
    columns = {name: table.column(name) for name in chosen}
    axes = [_axis(make_parameter_scale(name, values), values) for name, values in columns.items()]
    values: list[Value] = [row.value for row in table.rows]
    axes.append(_metric_axis(table, values))
    # Of equals the first row comes last: it is the one that the words call the best.
    merits = table.metric.sign * np.array(values, dtype=np.float64)
    order = np.lexsort((-np.arange(len(merits)), merits))
    return ParallelCoordinatesData(tuple(axes), order, _summary(table, chosen))


def _axis(scale: ParameterScale, values: Sequence[Value]) -> ParallelAxis:
    fractions = zip(scale.fractions(scale.marks), scale.marks, strict=True)
    ticks = tuple((float(at), scale.text(mark)) for at, mark in fractions)
    return ParallelAxis(scale.title.replace(", ", ",\n"), scale.fractions(values), ticks)


def _metric_axis(table: StudyTable, values: Sequence[Value]) -> ParallelAxis:
    numbers = np.array(values, dtype=np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    fractions = (numbers - low) / (high - low) if high > low else np.full(len(numbers), 0.5)
    marks = np.linspace(low, high, _TICKS) if high > low else np.array([low])
    places = np.linspace(0, 1, _TICKS) if high > low else np.array([0.5])
    rounded = [float(f"{mark:.4g}") for mark in marks]
    ticks = tuple((float(at), table.metric.text(m)) for at, m in zip(places, rounded, strict=True))
    return ParallelAxis(table.metric.title, fractions, ticks)


def _summary(table: StudyTable, names: Sequence[str]) -> str:
    best, count = table.best, len(table.rows)
    value = percent_text(best.value) if table.metric.is_fraction else number_text(best.value)
    chosen = (f"{name.replace('_', ' ')} {_short(best.parameters[name])}" for name in names)
    where = ", ".join(list(chosen)[:_NAMED]) + ", …" * (len(names) > _NAMED)
    trainings = f"{count_text(count)} training{'s' * (count != 1)}, the better the darker."
    return f"{trainings} Best, {value}: {where}"


def _short(value: Value) -> str:
    return make_parameter_scale("", [value]).text(
        value if isinstance(value, str) else float(f"{value:.3g}")
    )


@figure_function
def draw_parallel_coordinates(data: ParallelCoordinatesData, *, ax: Place | None = None) -> Place:
    """Draw a line per training; the best ones are darkest and lie above.

    Args:
        data: `parallel_coordinates_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    count = len(data.axes)
    heading = FigureHeading("Parameters and what they gave", data.summary)
    axes = open_axes(ax, (max(1.75 * count + 0.8, 6.4), 4.6), heading)
    lines = np.stack([axis.fractions for axis in data.axes], axis=1)
    _draw_lines(axes, lines, data.order)
    for place, axis in enumerate(data.axes):
        axes.axvline(place, color=GREY, linewidth=1, zorder=3)
        _write_ticks(axes, place, axis)
    axes.set_xticks(range(count), [axis.title for axis in data.axes], fontweight="bold")
    axes.tick_params(length=0, pad=10)
    axes.set_yticks([])
    hide_frame(axes)
    axes.set_xlim(-0.1, count - 1 + 0.55)
    axes.set_ylim(-0.05, 1.05)
    return axes


def _draw_lines(axes: Axes, lines: NDArray[np.float64], order: NDArray[np.int64]) -> None:
    blend, rank = colour_map(*LIGHT_TO_DARK), np.empty(len(order))
    rank[order] = np.linspace(0, 1, len(order)) if len(order) > 1 else 1.0
    opacity = float(np.clip(60 / len(order), 0.25, 0.9))
    for row in order:
        best = row == order[-1]
        style: dict[str, Any] = {"alpha": 1.0 if best else opacity, "linewidth": 3 if best else 1.1}
        axes.plot(range(lines.shape[1]), lines[row], color=blend(rank[row]), zorder=2, **style)


def _write_ticks(axes: Axes, place: int, axis: ParallelAxis) -> None:
    box: dict[str, Any] = {"facecolor": "white", "alpha": 0.88, "edgecolor": "none", "pad": 0.8}
    for at, text in axis.ticks:
        axes.plot([place, place + 0.03], [at, at], color=GREY, linewidth=1, zorder=3)
        style: dict[str, Any] = {"fontsize": 8, "color": INK, "va": "center", "zorder": 5}
        axes.text(place + 0.05, at, text, bbox=box, **style)
