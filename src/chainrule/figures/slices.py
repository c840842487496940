"""Slices of a study: its metric against each single parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation import count_text
from chainrule.figures.parameter_scale import ParameterScale, scale_of, ticked
from chainrule.figures.study_table import StudyTable
from chainrule.figures.style import BLUE, INK, ORANGE, heading, paper, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Slice", "SlicesData", "draw_slices", "slices_data"]

Column = NDArray[np.float64]

_COLUMNS = 3
_MEDIANS_FROM = 2.0
_LONG = 22


@dataclass(frozen=True, eq=False)
class Slice:
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
class SlicesData:
    """The metric against each parameter.

    Args:
        slices: one a parameter.
        values: the metric of each row, (rows,).
        best: the row of the best value.
        metric: its name in words.
        is_share: whether it is a share, to be written in per cent.
    """

    slices: tuple[Slice, ...]
    values: Column
    best: int
    metric: str
    is_share: bool


def slices_data(table: StudyTable, names: Sequence[str] = ()) -> SlicesData:
    """The slices of a study.

    Args:
        table: of a study.
        names: parameters; all that vary where none is named.

    Raises: UnknownNameError, DataError if nothing varies.
    """
    values = np.array([row.value for row in table.rows])
    slices = tuple(_slice(table, name, values) for name in table.chosen(names))
    best = int(np.argmax(table.sign * values))
    return SlicesData(slices, values, best, table.title, table.is_share)


def _slice(table: StudyTable, name: str, values: Column) -> Slice:
    column = table.column(name)
    scale = scale_of(name, column)
    medians = np.full(len(scale.values), np.nan)
    if len(values) >= _MEDIANS_FROM * len(medians):
        alike = [np.array([one == value for one in column]) for value in scale.values]
        medians = np.array([float(np.median(values[rows])) for rows in alike])
    return Slice(scale, scale.places(column), medians)


@styled
def draw_slices(data: SlicesData, figure: Figure | None = None) -> Figure:
    """Draw a panel a parameter: a dot a training, and the medians as a line.

    Args:
        data: `slices_data`.
        figure: where; None makes a new one.
    """
    columns = min(_COLUMNS, len(data.slices))
    rows = -(-len(data.slices) // columns)
    figure = paper(figure, max(3.3 * columns, 6.4), 2.7 * rows + 1.2)
    count = len(data.values)
    note = f"{count_text(count)} training{'s' * (count != 1)}, a dot each; the best one is ringed."
    lined = any(np.isfinite(one.medians).any() for one in data.slices)
    heading(figure, "Metric against each parameter", note + " Lines are medians." * lined)
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axes in grid.flat[len(data.slices) :]:
        axes.remove()
    for number, (axes, one) in enumerate(zip(grid.flat, data.slices, strict=False)):
        _draw_slice(axes, one, data)
        if not number % columns:
            axes.set_ylabel(f"{data.metric}, %" if data.is_share else data.metric)
    return figure


def _draw_slice(axes: Axes, one: Slice, data: SlicesData) -> None:
    factor = 100 if data.is_share else 1
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
    ticked(axes.xaxis, one.scale)
    axes.margins(x=0.08, y=0.08)
    labels = [one.scale.text(value) for value in one.scale.values]
    if one.scale.kind == "names" and sum(map(len, labels)) > _LONG:
        axes.tick_params(axis="x", rotation=30)
