"""Slices of a study: its metric against each parameter by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation import count_text
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    make_panels,
    open_figure,
)
from chainrule.figures.parameter_scale import (
    ParameterScale,
    make_parameter_scale,
    set_parameter_ticks,
)
from chainrule.figures.study_table import Metric, StudyTable
from chainrule.figures.style import BLUE, INK, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "ParameterSlice",
    "ParameterSlicesData",
    "draw_parameter_slices",
    "parameter_slices_data",
]

Column = NDArray[np.float64]

_COLUMNS = 3
_MEDIANS_FROM = 2.0
_LONG = 22


@dataclass(frozen=True, eq=False)
class ParameterSlice:
    """The metric against one parameter.

    Args:
        scale: the parameter's.
        places: where each row stands, (rows,).
        medians: of the rows at each of the parameter's values, (values,); NaN throughout where
            there are fewer than two rows a value.
    """

    scale: ParameterScale
    places: Column
    medians: Column


@dataclass(frozen=True, eq=False)
class ParameterSlicesData:
    """The metric against each parameter.

    Args:
        slices: one per parameter.
        values: the metric of each row, (rows,).
        best: the row of the best value.
        metric: what it is.
    """

    slices: tuple[ParameterSlice, ...]
    values: Column
    best: int
    metric: Metric


def parameter_slices_data(table: StudyTable, names: Sequence[str] = ()) -> ParameterSlicesData:
    """The slices of a study.

    Args:
        table: of a study.
        names: parameters; by default all that vary.

    Raises: UnknownNameError, DataError if nothing varies.
    """
    values = np.array([row.value for row in table.rows])
    slices = tuple(_slice(table, name, values) for name in table.choose_parameters(names))
    best = int(np.argmax(table.metric.sign * values))
    return ParameterSlicesData(slices, values, best, table.metric)


def _slice(table: StudyTable, name: str, values: Column) -> ParameterSlice:
    column = table.column(name)
    scale = make_parameter_scale(name, column)
    medians = np.full(len(scale.values), np.nan)
    if len(values) >= _MEDIANS_FROM * len(medians):
        alike = [np.array([one == value for one in column]) for value in scale.values]
        medians = np.array([float(np.median(values[rows])) for rows in alike])
    return ParameterSlice(scale, scale.places(column), medians)


@figure_function
def draw_parameter_slices(data: ParameterSlicesData, *, ax: Place | None = None) -> Place:
    """Draw a panel per parameter: a dot per training, and the medians as a line.

    Args:
        data: `parameter_slices_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(data.slices), _COLUMNS)
    count = len(data.values)
    note = f"{count_text(count)} training{'s' * (count != 1)}, a dot each; the best one is ringed."
    lined = any(np.isfinite(one.medians).any() for one in data.slices)
    heading = FigureHeading("Metric against each parameter", note + " Lines are medians." * lined)
    figure = open_figure(ax, (max(3.3 * columns, 6.4), 2.7 * rows + 1.2), heading)
    panels = make_panels(figure, len(data.slices), columns, sharey=True)
    for axes, one in zip(panels, data.slices, strict=True):
        _draw_slice(axes, one, data)
    for axes in panels[::columns]:
        axes.set_ylabel(data.metric.label)
    return figure


def _draw_slice(axes: Axes, one: ParameterSlice, data: ParameterSlicesData) -> None:
    factor = data.metric.factor
    dots: dict[str, Any] = {"s": 14, "alpha": 0.45, "linewidths": 0, "zorder": 2}
    axes.scatter(one.places, factor * data.values, color=BLUE, **dots)
    if np.isfinite(one.medians).any():
        dashed = one.scale.kind == "names"  # nothing lies between names
        style: dict[str, Any] = {"linestyle": "none" if dashed else "-", "marker": "_"}
        at = one.scale.places(one.scale.values)
        size = 14 if dashed else 4
        axes.plot(at, factor * one.medians, color=ORANGE, markersize=size, zorder=3, **style)
    ring: dict[str, Any] = {"s": 90, "facecolors": "none", "edgecolors": INK, "zorder": 4}
    axes.scatter([one.places[data.best]], [factor * data.values[data.best]], **ring)
    set_parameter_ticks(axes.xaxis, one.scale)
    axes.margins(x=0.08, y=0.08)
    labels = [one.scale.text(value) for value in one.scale.values]
    if one.scale.kind == "names" and sum(map(len, labels)) > _LONG:
        axes.tick_params(axis="x", rotation=30)
