"""Accuracy against learning rate, a line per batch size, with a paper's printed numbers as dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.bundled import bundled_files
from chainrule.errors import InputError, unknown_name
from chainrule.evaluation import count_text, percent_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.parameter_scale import make_parameter_scale, set_parameter_ticks
from chainrule.figures.study_table import StudyTable
from chainrule.figures.style import SERIES, add_colourbar, colour_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "GridPoint",
    "draw_rate_curves",
    "grid_points",
    "printed_points",
    "rank_correlation",
    "rate_curves_data",
]

Column = NDArray[np.float64]

_MANY = 5
LIGHT_TO_DARK = ("#f2b35a", "#d9685a", "#9c4a97", "#4b479c", "#16233f")
"""Colours in order, for many of them: their lightness falls all the way."""


@dataclass(frozen=True)
class GridPoint:
    """One cell of a grid of batch sizes and learning rates.

    Args:
        batch_size: examples a step.
        learning_rate: step size of the update.
        accuracy: share of examples classified rightly.
    """

    batch_size: int
    learning_rate: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class BatchSizeCurve:
    """The points of one batch size.

    Args:
        batch_size: examples a step.
        rates: ascending, (n,).
        accuracy: share at each, (n,).
    """

    batch_size: int
    rates: Column
    accuracy: Column

    def within(self, low: float, high: float) -> BatchSizeCurve:
        """The points of these rates, the ends included."""
        inside = (self.rates >= low) & (self.rates <= high)
        return BatchSizeCurve(self.batch_size, self.rates[inside], self.accuracy[inside])


@dataclass(frozen=True, eq=False)
class RateCurvesData:
    """Lines, and the dots beside them.

    Args:
        curves: by batch size, ascending; a point is the mean over its seeds.
        printed: the same of what a paper printed, with all its points.
        best: our best point.
        best_printed: the paper's; None without a paper.
        pairs: printed points of which there is one of ours.
        correlation: Spearman's, over the pairs; None if there are too few or all are equal.
    """

    curves: tuple[BatchSizeCurve, ...]
    printed: tuple[BatchSizeCurve, ...]
    best: GridPoint
    best_printed: GridPoint | None
    pairs: int
    correlation: float | None


def grid_points(table: StudyTable) -> tuple[GridPoint, ...]:
    """The points of a table that has the parameters batch_size and learning_rate.

    Raises: UnknownNameError, InputError if one is a text.
    """
    table.choose_parameters(("batch_size", "learning_rate"))
    points = []
    for row in table.rows:
        size, rate = row.parameters["batch_size"], row.parameters["learning_rate"]
        if isinstance(size, str) or isinstance(rate, str):
            wrong = size if isinstance(size, str) else rate
            expected = "numbers for batch_size and learning_rate"
            raise InputError(table.source, expected=expected, got=repr(wrong))
        points.append(GridPoint(int(size), rate, row.value))
    return tuple(points)


def printed_points(paper: str) -> tuple[GridPoint, ...]:
    """The printed accuracies of a paper.

    `investigation`: the test accuracy after one pass over 60,000 images, Figures 11 and 12; at the
    rate 1, which both have, there are two points a batch size.

    Args:
        paper: the id of a paper whose printed grid comes with the package.

    Raises: UnknownNameError.

    Example:
        >>> len(printed_points("investigation"))
        800
    """
    known = bundled_files("accuracies")
    if paper not in known:
        raise unknown_name("figure", "a paper", paper, known, argument="paper")
    lines = known[paper].read_text(encoding="utf-8").splitlines()[2:]  # below source and names
    rows = [list(map(float, line.split(",")[1:])) for line in lines]
    return tuple(GridPoint(int(size), rate, accuracy / 100) for size, rate, accuracy in rows)


def rate_curves_data(
    points: Sequence[GridPoint], printed: Sequence[GridPoint] = ()
) -> RateCurvesData:
    """The lines of a grid.

    Args:
        points: at least one; several at one place, of several seeds, become their mean.
        printed: to be drawn beside them.

    Raises: InputError without points.
    """
    if not points:
        raise InputError("figure", expected="points of a grid", got="none", argument="points")
    ours = _means(points)
    pairs = [(p.accuracy, ours[_place(p)]) for p in printed if _place(p) in ours]
    means = [GridPoint(size, rate, value) for (size, rate), value in ours.items()]
    return RateCurvesData(
        curves=_curves(means),
        printed=_curves(printed),
        best=max(means, key=lambda p: p.accuracy),
        best_printed=max(printed, key=lambda p: p.accuracy, default=None),
        pairs=len(pairs),
        correlation=rank_correlation(*zip(*pairs, strict=True)) if pairs else None,
    )


def _place(point: GridPoint) -> tuple[int, float]:
    return point.batch_size, round(point.learning_rate, 9)


def _means(points: Sequence[GridPoint]) -> dict[tuple[int, float], float]:
    found: dict[tuple[int, float], list[float]] = {}
    for point in points:
        found.setdefault(_place(point), []).append(point.accuracy)
    return {place: float(np.mean(values)) for place, values in sorted(found.items())}


def _curves(points: Sequence[GridPoint]) -> tuple[BatchSizeCurve, ...]:
    curves = []
    for size in sorted({point.batch_size for point in points}):
        own = sorted(
            (p for p in points if p.batch_size == size), key=lambda p: (p.learning_rate, p.accuracy)
        )
        rates, values = [p.learning_rate for p in own], [p.accuracy for p in own]
        curves.append(BatchSizeCurve(size, np.array(rates), np.array(values)))
    return tuple(curves)


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation; values alike share the mean of their ranks.

    Args:
        one: at least one number.
        other: as many.

    Returns: from -1 to 1; None if all numbers of one side are equal.

    Example:
        >>> rank_correlation([1, 2, 3], [10, 1000, 100])
        0.5
    """
    a, b = (_ranks(np.asarray(values, dtype=np.float64)) for values in (one, other))
    a, b = a - a.mean(), b - b.mean()
    lengths = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / lengths if lengths else None


def _ranks(values: Column) -> Column:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place], dtype=np.float64)


@figure_function
def draw_rate_curves(data: RateCurvesData, *, ax: Place | None = None) -> Place:
    """Draw a line per batch size, and a dot for each printed number in its line's colour.

    Args:
        data: `rate_curves_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    heading = FigureHeading("Accuracy against learning rate", _caption(data))
    figure = open_figure(ax, (10.4, 6.8), heading)
    rates = np.concatenate([c.rates for c in (*data.curves, *data.printed)])
    parts = _parts(rates)
    panels = figure.subplots(1, len(parts), sharey=True, squeeze=False)[0]
    colours = _colours(data)
    for axes, (low, high) in zip(panels, parts, strict=True):
        for curve in data.curves:
            _draw_line(axes, curve.within(low, high), colours[curve.batch_size])
        for curve in data.printed:
            _draw_dots(axes, curve.within(low, high), colours[curve.batch_size])
        shown = rates[(rates >= low) & (rates <= high)]
        set_parameter_ticks(axes.xaxis, make_parameter_scale("learning_rate", shown.tolist()))
    panels[0].set_ylabel("accuracy, %")
    _name_colours(list(panels), list(colours))
    return figure


def _parts(rates: Column) -> list[tuple[float, float]]:
    """The rates of each panel: those up to 1 and those from 1, where there are many of both."""
    low, high, known = float(rates.min()), float(rates.max()), np.unique(rates)
    if min((known <= 1).sum(), (known >= 1).sum()) < _MANY:
        return [(low, high)]
    return [(low, 1.0), (1.0, high)]


def _draw_line(axes: Axes, curve: BatchSizeCurve, colour: Any) -> None:
    marks: dict[str, Any] = {"marker": "o"} if len(curve.rates) == 1 else {}
    label = f"{curve.batch_size}"
    axes.plot(curve.rates, 100 * curve.accuracy, color=colour, label=label, linewidth=1.2, **marks)


def _draw_dots(axes: Axes, curve: BatchSizeCurve, colour: Any) -> None:
    dots: dict[str, Any] = {"s": 15, "linewidths": 0.5, "edgecolors": "white", "zorder": 4}
    axes.scatter(curve.rates, 100 * curve.accuracy, color=colour, **dots)


def _sizes(data: RateCurvesData) -> list[int]:
    return sorted({curve.batch_size for curve in (*data.curves, *data.printed)})


def _colours(data: RateCurvesData) -> dict[int, Any]:
    sizes = _sizes(data)
    if len(sizes) <= len(SERIES):
        return dict(zip(sizes, SERIES, strict=False))
    blend = colour_map(*LIGHT_TO_DARK)
    return {size: blend(place / (len(sizes) - 1)) for place, size in enumerate(sizes)}


def _name_colours(panels: list[Axes], sizes: list[int]) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm

    if len(sizes) <= len(SERIES):
        panels[0].legend(title="batch size")
        return
    blend = colour_map(*LIGHT_TO_DARK)
    norm = BoundaryNorm([place - 0.5 for place in range(len(sizes) + 1)], blend.N)
    painted = ScalarMappable(norm, blend)
    bar = add_colourbar(panels, painted, "batch size", aspect=34, pad=0.02)
    every = -(-len(sizes) // 20)
    bar.set_ticks(list(range(0, len(sizes), every)), labels=[str(n) for n in sizes[::every]])
    bar.ax.tick_params(which="both", length=0)


def _caption(data: RateCurvesData) -> str:
    lines = [f"Best: {_point_text(data.best)}."]
    if data.best_printed is not None:
        lines[0] += f" Printed, as dots: best {_point_text(data.best_printed)}."
        found = "" if data.correlation is None else f"{data.correlation:.3f}".replace("-", "−")
        lines.append(
            f"Rank correlation of ours with {count_text(data.pairs)} printed numbers "
            f"(Spearman): {found}."
            if found
            else "No rank correlation with what is printed: too few places in common."
        )
    return "\n".join(lines)


def _point_text(point: GridPoint) -> str:
    share, rate = (
        percent_text(point.accuracy),
        make_parameter_scale("rate", [point.learning_rate]).text(point.learning_rate),
    )
    return f"{share} at batch size {point.batch_size}, rate {rate}"
