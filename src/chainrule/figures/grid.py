"""A study's metric over two of its parameters, as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import count_text, number_text, percent_text
from chainrule.figures.parameter_scale import ParameterScale, scale_of
from chainrule.figures.study_table import StudyTable, distinct
from chainrule.figures.style import BLUE, GREY, INK, ORANGE, heading, paper, ramp, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

__all__ = ["GridData", "draw_grid", "grid_data"]

_WRITTEN_UP_TO = 14
_TICKED_UP_TO = 22
_LONG = 44


@dataclass(frozen=True, eq=False)
class GridData:
    """A metric over two parameters.

    Args:
        across: the parameter from left to right, (w values).
        upward: the one from bottom to top, (h values).
        values: the metric's mean at each pair, (h, w); NaN where there is no row.
        counts: rows at each pair, (h, w).
        metric: its name in words.
        is_share: whether it is a share, to be written in per cent.
        sign: 1 where more is better, else -1.
        summary: the best pair and what the means are over, in words.
    """

    across: ParameterScale
    upward: ParameterScale
    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    metric: str
    is_share: bool
    sign: int
    summary: str

    @property
    def best(self) -> tuple[int, int]:
        """Row and column of the best mean."""
        row, column = np.unravel_index(np.nanargmax(self.sign * self.values), self.values.shape)
        return int(row), int(column)

    def text(self, value: float) -> str:
        """The metric as it is written."""
        return percent_text(value) if self.is_share else number_text(float(f"{value:.4g}"))


def grid_data(table: StudyTable, names: Sequence[str] = ()) -> GridData:
    """The means of a metric over two parameters.

    Args:
        table: of a study.
        names: the parameter across and the one upward; where none is named, the two with the most
            values.

    Raises: InputError unless two parameters are named or vary, UnknownNameError, DataError.
    """
    chosen = table.chosen(names, 2)
    if len(set(chosen)) != 2 or len(chosen) != 2:
        raise InputError(
            table.source,
            expected="two parameters with more than one value",
            got=", ".join(chosen),
            argument="names",
            value=tuple(names),
        )
    across, upward = (scale_of(name, table.column(name)) for name in chosen)
    shape = len(upward.values), len(across.values)
    sums, counts = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    columns, rows = (_numbers(table.column(n)) for n in chosen)
    np.add.at(sums, (rows, columns), [row.value for row in table.rows])
    np.add.at(counts, (rows, columns), 1)
    with np.errstate(invalid="ignore"):
        means = sums / counts
    data = GridData(
        across, upward, means, counts, table.title, table.is_share, table.sign, summary=""
    )
    return _told(data)


def _numbers(values: Sequence[float | str]) -> NDArray[np.int64]:
    """The place of each value among those that occur."""
    order = {value: place for place, value in enumerate(distinct(values))}
    return np.array([order[value] for value in values])


def _told(data: GridData) -> GridData:
    row, column = data.best
    most, across, upward = int(data.counts.max()), data.across, data.upward
    text = (
        f"Best, framed: {data.text(float(data.values[row, column]))} at "
        f"{across.name.replace('_', ' ')} {across.text(across.values[column])}, "
        f"{upward.name.replace('_', ' ')} {upward.text(upward.values[row])}."
    )
    more = f"\nA cell is the mean of up to {count_text(most)} trainings." if most > 1 else ""
    return replace(data, summary=text + more)


@styled
def draw_grid(data: GridData, figure: Figure | None = None) -> Figure:
    """Draw the better the bluer, with the best cell framed and the numbers where there is room.

    Args:
        data: `grid_data`.
        figure: where; None makes a new one.
    """
    from matplotlib.patches import Rectangle

    height, width = data.values.shape
    figure = paper(
        figure,
        float(np.clip(0.62 * width + 2.8, 6.4, 11.0)),
        float(np.clip(0.42 * height + 2.0, 3.6, 8.0)),
    )
    heading(figure, f"{data.metric[:1].upper()}{data.metric[1:]} over two parameters", data.summary)
    axes = figure.subplots()
    colours = ramp("#fdf1e3", "#8fc3e3", BLUE, "#00273f")
    factor = 100 if data.is_share else 1
    cmap = (colours if data.sign > 0 else colours.reversed()).with_extremes(bad="#ececec")
    painted = axes.imshow(factor * data.values, cmap=cmap, aspect="auto", origin="lower")
    bar = figure.colorbar(painted, ax=axes, aspect=30, pad=0.02)
    bar.set_label(f"{data.metric}, %" if data.is_share else data.metric)
    bar.outline.set_visible(False)
    _name(axes.xaxis, data.across)
    _name(axes.yaxis, data.upward)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    row, column = data.best
    frame: dict[str, Any] = {"fill": False, "edgecolor": ORANGE, "linewidth": 2.5, "zorder": 5}
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, clip_on=False, **frame))
    if max(width, height) <= _WRITTEN_UP_TO:
        _write(axes, data)
    return figure


def _name(axis: Axis, scale: ParameterScale) -> None:
    count = len(scale.values)
    every = -(-count // _TICKED_UP_TO)
    labels = [scale.text(value) for value in scale.values[::every]]
    steep = axis is axis.axes.xaxis and (sum(map(len, labels)) > _LONG or count > 14)
    turned: dict[str, Any] = {"rotation": 50, "ha": "right"} if steep else {}
    axis.set_ticks(list(range(0, count, every)), labels=labels, **turned)
    axis.set_tick_params(length=0)
    axis.set_label_text(scale.name.replace("_", " "))


def _write(axes: Axes, data: GridData) -> None:
    """The numbers themselves, and a dot in cells without a row."""
    low, high = np.nanmin(data.values), np.nanmax(data.values)
    for (row, column), value in np.ndenumerate(data.values):
        if np.isnan(value):
            axes.text(column, row, "·", ha="center", va="center", color=GREY)
            continue
        share = (value - low) / (high - low) if high > low else 0.0
        dark = (share if data.sign > 0 else 1 - share) > 0.55
        text = f"{100 * value:.1f}" if data.is_share else f"{value:.3g}"
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7.5, "zorder": 6}
        axes.text(column, row, text, color="white" if dark else INK, **style)
