"""Partial dependence: how the mean answer changes with one column while the others stay.

Each example is answered again with every value on a grid in place of its own. The line is the mean
of the answers, the band holds the middle half of them. Where columns go together, some of these
examples do not exist; the marks at the bottom show where the column's own values lie.

Sources: Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of
Statistics 29, section 8.2; Goldstein et al. (2015), Peeking inside the black box, Journal of
Computational and Graphical Statistics 24, for the answers of single examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import ColumnInputs
from chainrule.data import Dataset
from chainrule.errors import DataError
from chainrule.evaluation import class_columns, count_text, short_name
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    make_panels,
    open_axes,
    open_figure,
)
from chainrule.figures.style import GREY, SERIES
from chainrule.network import Network
from chainrule.randomness import generator

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "DependenceCurve",
    "PartialDependence",
    "draw_partial_dependence",
    "partial_dependence_data",
]

Array = NDArray[Any]

_MOST_ROWS = 1000
_GRID = 40
"""Values of a column at which answers are computed, unless it has fewer."""
_RANGE = (0.025, 0.975)
"""The quantiles of a column between which the grid lies, so that no lone value stretches it."""
_PANELS = 9
"""Columns that are drawn unless the caller names some."""
_MOST_COLUMNS = 3
_MOST_BANDS = 2
"""Outputs up to which bands can be told apart."""
_LEGEND = "Marks are deciles of the column's own values"
_BANDS = "; bands hold the middle half of the answers."
_MARKS = np.linspace(0, 1, 11)
"""The quantiles of the column's own values that are marked."""


@dataclass(frozen=True, eq=False)
class DependenceCurve:
    """How the answers depend on one column.

    Args:
        name: the column's.
        kind: "number", "category" or "date" (days since 1970-01-01).
        grid: the values set, (points,); of a category their places.
        labels: the categories at the grid; empty for numbers and dates.
        mean: mean answer at each value, (points, outputs).
        low: lower quartile of the examples' answers, (points, outputs).
        high: their upper quartile.
        marks: deciles of the column's own values, (11,); empty for categories.
    """

    name: str
    kind: str
    grid: Array
    labels: tuple[str, ...]
    mean: Array
    low: Array
    high: Array
    marks: Array


@dataclass(frozen=True, eq=False)
class PartialDependence:
    """The dependence on several columns.

    Args:
        curves: one for each column.
        outputs: the names of the outputs: of two classes the second, otherwise each class; or the
            numbers of the target.
        classifies: whether answers are outputs for classes.
        data: the data set's name.
        examples: how many examples were answered at each value.
    """

    curves: tuple[DependenceCurve, ...]
    outputs: tuple[str, ...]
    classifies: bool
    data: str
    examples: int


def partial_dependence_data(
    network: Network,
    dataset: Dataset,
    columns: Sequence[str] = (),
    *,
    most: int = _PANELS,
    seed: int = 0,
) -> PartialDependence:
    """Return how the mean answer of a network depends on columns, in numbers.

    Args:
        network: a trained network.
        dataset: examples as they were loaded; at most 1000 of them are answered.
        columns: names of columns, or numbers of inputs from 0; empty takes the first that vary.
        most: how many columns to take if none are named.
        seed: seed of the sample of examples.

    Raises: UnknownNameError; DataError for a column without any values; what
        `prepare_dataset` raises.
    """
    every = ColumnInputs.open(network, dataset)
    rows = generator(seed, "dependence").permutation(len(dataset))[:_MOST_ROWS]
    seen = every.subset(np.sort(rows))
    places = [every.place(name, "figure") for name in columns] or _varying(every)[:most]
    names = _output_names(network, dataset)
    return PartialDependence(
        curves=tuple(_curve(every, seen, place, len(names)) for place in places),
        outputs=names,
        classifies=dataset.classifies,
        data=dataset.name,
        examples=len(rows),
    )


def _varying(inputs: ColumnInputs) -> list[int]:
    """Return the places of columns with two values or more; of the first if there is none."""
    found = [at for at in range(len(inputs.names)) if len(_known(inputs.values(at))) > 1]
    return found or [0]


def _known(values: Array) -> Array:
    return np.unique(values[~np.isnan(values)])


def _output_names(network: Network, dataset: Dataset) -> tuple[str, ...]:
    names = network.class_names or dataset.class_names
    if not dataset.classifies:
        schema = network.schema
        named = () if schema is None else schema.target.names
        width = network.architecture.layers[-1]
        return named if any(named) else tuple(f"output {k}" for k in range(1, width + 1))
    return names[1:] if len(names) == 2 else names


def _curve(every: ColumnInputs, seen: ColumnInputs, place: int, outputs: int) -> DependenceCurve:
    column = every.columns[place] if every.columns else None
    kind = "number" if column is None else column.kind
    labels = column.categories if column is not None and kind == "category" else ()
    own = every.values(place).astype(np.float64)
    known = _known(own)
    if not known.size:
        raise DataError(
            every.dataset.name,
            expected=f"values in the column {every.names[place]!r}",
            got="none: every cell is missing",
        )
    grid = np.arange(len(labels), dtype=np.float64) if labels else _grid(own, known, every)
    answers = np.stack([_answers(seen, place, value, outputs) for value in grid])
    low, high = np.quantile(answers, (0.25, 0.75), axis=1)
    return DependenceCurve(
        name=every.names[place],
        kind=kind,
        grid=grid,
        labels=labels,
        mean=answers.mean(axis=1),
        low=low,
        high=high,
        marks=np.zeros(0) if labels else np.nanquantile(own, _MARKS),
    )


def _grid(own: Array, known: Array, every: ColumnInputs) -> Array:
    """Return all values of a column, or as many between its outer quantiles."""
    if len(known) <= _GRID:
        return known
    first, last = np.nanquantile(own, _RANGE).tolist()
    even = np.linspace(first, last, _GRID)
    return np.unique(np.round(even)) if every.dataset.inputs.dtype == np.uint8 else even


def _answers(seen: ColumnInputs, place: int, value: float, outputs: int) -> Array:
    """Return the answers of all examples with one value, (examples, outputs)."""
    found = seen.answers(seen.exchanged(place, value))
    return class_columns(found)[:, -outputs:] if seen.dataset.classifies else found


@figure_function
def draw_partial_dependence(data: PartialDependence, *, ax: Place | None = None) -> Place:
    """Draw a panel for each column: the mean answer and the middle half of the answers.

    Args:
        data: `partial_dependence_data`.
        ax: where to draw; see `chainrule.figures`. One column fits into axes of the caller's.
    """
    heading = FigureHeading(
        _title(data),
        f"{data.data}: mean answer of {count_text(data.examples)} examples with each value in "
        f"place of their own.\n{_LEGEND}" + ("." if len(data.outputs) > _MOST_BANDS else _BANDS),
    )
    if len(data.curves) == 1:
        axes = open_axes(ax, (7.2, 4.8), heading)
        panels = [axes]
        place: Place = axes
    else:
        rows, columns = grid_shape(len(data.curves), _MOST_COLUMNS)
        place = open_figure(ax, (3.6 * columns + 0.6, 2.7 * rows + 1.2), heading)
        panels = make_panels(place, len(data.curves), columns, sharey=True)
    for axes, curve in zip(panels, data.curves, strict=True):
        _draw_curve(axes, curve, data)
    panels[0].set_ylabel("mean output" if data.classifies else "mean answer")
    if len(data.outputs) > 1:
        panels[0].legend(loc="best", fontsize=7.5)
    return place


def _title(data: PartialDependence) -> str:
    of = f" for {short_name(data.outputs[0], 30)}" if len(data.outputs) == 1 else ""
    by = f" on {short_name(data.curves[0].name, 30)}" if len(data.curves) == 1 else ""
    return f"Partial dependence{by}{of}"


def _draw_curve(axes: Axes, curve: DependenceCurve, data: PartialDependence) -> None:
    for k, name in enumerate(data.outputs):
        colour = SERIES[k % len(SERIES)]
        low, mean, high = curve.low[:, k], curve.mean[:, k], curve.high[:, k]
        if curve.labels:
            shift = (k - (len(data.outputs) - 1) / 2) * 0.8 / len(data.outputs)
            ends = np.abs(np.stack([mean - low, high - mean]))
            style: dict[str, Any] = {"fmt": "o", "markersize": 4, "capsize": 2.5, "elinewidth": 1.1}
            axes.errorbar(curve.grid + shift, mean, ends, color=colour, label=name, **style)
        else:
            if len(data.outputs) <= _MOST_BANDS:
                axes.fill_between(curve.grid, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(curve.grid, mean, color=colour, label=name)
    axes.set_xlabel(short_name(curve.name, 30))
    if curve.labels:
        axes.set_xticks(curve.grid, [short_name(label, 10) for label in curve.labels])
        axes.set_xlim(-0.5, len(curve.labels) - 0.5)
        axes.tick_params(axis="x", labelrotation=0 if len(curve.labels) < 6 else 60)
        return
    if curve.kind == "date":
        axes.xaxis_date()
        axes.tick_params(axis="x", labelrotation=30)
    inside = curve.marks[(curve.marks >= curve.grid[0]) & (curve.marks <= curve.grid[-1])]
    at_bottom = axes.get_xaxis_transform()
    axes.vlines(inside, 0, 0.03, transform=at_bottom, color=GREY, linewidth=1)
