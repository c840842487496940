"""A study's metric over two of its parameters, as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import count_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.parameter_scale import ParameterScale, make_parameter_scale
from chainrule.figures.study_table import Metric, StudyTable, distinct
from chainrule.figures.style import BLUE, GREY, INK, ORANGE, add_colourbar, colour_map, hide_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = ["ParameterGridData", "draw_parameter_grid", "parameter_grid_data"]

_WRITTEN_UP_TO = 14
_TICKED_UP_TO = 22
_LONG = 44


@dataclass(frozen=True, eq=False)
class ParameterGridData:
    """A metric over two parameters.

    Args:
        across: the parameter from left to right, (w values).
        upward: the one from bottom to top, (h values).
        values: the metric's mean at each pair, (h, w); NaN at a pair without rows.
        counts: rows at each pair, (h, w).
        metric: what it is.
        summary: the best pair and what the means are over, in words.
    """

    across: ParameterScale
    upward: ParameterScale
    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    metric: Metric
    summary: str

    @property
    def best(self) -> tuple[int, int]:
        """Row and column of the best mean."""
        row, column = np.unravel_index(
            np.nanargmax(self.metric.sign * self.values), self.values.shape
        )
        return int(row), int(column)


def parameter_grid_data(table: StudyTable, names: Sequence[str] = ()) -> ParameterGridData:
    """The means of a metric over two parameters.

    Args:
        table: of a study.
        names: the parameter across and the one upward; by default the two with the most
            values.

    Raises: InputError unless two parameters are named or vary, UnknownNameError, DataError.
    """
    chosen = table.choose_parameters(names, 2)
    if len(set(chosen)) != 2 or len(chosen) != 2:
        raise InputError(
            table.source,
            expected="two parameters with more than one value",
            got=", ".join(chosen),
            argument="names",
            value=tuple(names),
        )
    across, upward = (make_parameter_scale(name, table.column(name)) for name in chosen)
    shape = len(upward.values), len(across.values)
    sums, counts = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    columns, rows = (_numbers(table.column(n)) for n in chosen)
    np.add.at(sums, (rows, columns), [row.value for row in table.rows])
    np.add.at(counts, (rows, columns), 1)
    with np.errstate(invalid="ignore"):
        means = sums / counts
    data = ParameterGridData(across, upward, means, counts, table.metric, summary="")
    return replace(data, summary=_summary(data))


def _numbers(values: Sequence[float | str]) -> NDArray[np.int64]:
    """The place of each value among those that occur."""
    order = {value: place for place, value in enumerate(distinct(values))}
    return np.array([order[value] for value in values])


def _summary(data: ParameterGridData) -> str:
    row, column = data.best
    most, across, upward = int(data.counts.max()), data.across, data.upward
    text = (
        f"Best, framed: {data.metric.text(float(data.values[row, column]))} at "
        f"{across.name.replace('_', ' ')} {across.text(across.values[column])}, "
        f"{upward.name.replace('_', ' ')} {upward.text(upward.values[row])}."
    )
    more = f"\nA cell is the mean of up to {count_text(most)} trainings." if most > 1 else ""
    return text + more


@figure_function
def draw_parameter_grid(data: ParameterGridData, *, ax: Place | None = None) -> Place:
    """Draw better values in darker blue, the best in a frame, and the numbers if there is room.

    Args:
        data: `parameter_grid_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    from matplotlib.patches import Rectangle

    height, width = data.values.shape
    name = data.metric.title
    title = f"{name[:1].upper()}{name[1:]} over two parameters"
    size = np.clip(0.62 * width + 2.8, 6.4, 11.0), np.clip(0.42 * height + 2.0, 3.6, 8.0)
    axes = open_axes(ax, size, FigureHeading(title, data.summary))
    colours = colour_map("#fdf1e3", "#8fc3e3", BLUE, "#00273f")
    cmap = (colours if data.metric.sign > 0 else colours.reversed()).with_extremes(bad="#ececec")
    painted = axes.imshow(
        data.metric.factor * data.values, cmap=cmap, aspect="auto", origin="lower"
    )
    add_colourbar(axes, painted, data.metric.label, aspect=30, pad=0.02)
    _name(axes.xaxis, data.across)
    _name(axes.yaxis, data.upward)
    hide_frame(axes)
    row, column = data.best
    frame: dict[str, Any] = {"fill": False, "edgecolor": ORANGE, "linewidth": 2.5, "zorder": 5}
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, clip_on=False, **frame))
    if max(width, height) <= _WRITTEN_UP_TO:
        _write(axes, data)
    return axes


def _name(axis: Axis, scale: ParameterScale) -> None:
    count = len(scale.values)
    every = -(-count // _TICKED_UP_TO)
    labels = [scale.text(value) for value in scale.values[::every]]
    steep = axis is axis.axes.xaxis and (sum(map(len, labels)) > _LONG or count > 14)
    turned: dict[str, Any] = {"rotation": 50, "ha": "right"} if steep else {}
    axis.set_ticks(list(range(0, count, every)), labels=labels, **turned)
    axis.set_tick_params(length=0)
    axis.set_label_text(scale.name.replace("_", " "))


def _write(axes: Axes, data: ParameterGridData) -> None:
    """The numbers themselves, and a dot in cells without a row."""
    low, high = np.nanmin(data.values), np.nanmax(data.values)
    for (row, column), value in np.ndenumerate(data.values):
        if np.isnan(value):
            axes.text(column, row, "·", ha="center", va="center", color=GREY)
            continue
        share = (value - low) / (high - low) if high > low else 0.0
        dark = (share if data.metric.sign > 0 else 1 - share) > 0.55
        text = f"{100 * value:.1f}" if data.metric.is_fraction else f"{value:.3g}"
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7.5, "zorder": 6}
        axes.text(column, row, text, color="white" if dark else INK, **style)
