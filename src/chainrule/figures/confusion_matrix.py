"""The confusion matrix, coloured so that rare mistakes can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import ClassificationReport, Report, count_text, percent_text, short_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import BLUE, GREY, INK, ORANGE, add_colourbar, colour_map, hide_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LogNorm
    from matplotlib.image import AxesImage

__all__ = [
    "ConfusionMatrixData",
    "confusion_matrix_data",
    "draw_confusion_matrix",
    "require_classes",
]

_FRACTIONS_UP_TO = 12
_COUNTS_UP_TO = 26


@dataclass(frozen=True, eq=False)
class ConfusionMatrixData:
    """A confusion matrix with its fractions.

    Args:
        names: of the classes.
        counts: examples of each class (row) taken for each class (column), (k, k).
        fractions: counts over the row's sum, (k, k); NaN in the row of a class without examples.
        recall: fraction of each class that is answered rightly, (k,); NaN without examples.
        precision: fraction of each answer that is right, (k,); NaN for a class never answered.
        summary: accuracy with n and interval, in words.
    """

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    fractions: NDArray[np.float64]
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    summary: str


def require_classes(report: Report) -> ClassificationReport:
    """Return the part of a report that is about classes.

    Raises: InputError if its targets are numbers.
    """
    if report.classes is None:
        raise InputError(
            "figure",
            expected="a report on classes",
            got="a report on numeric targets",
            why="Right and wrong answers, confusion and confidence are defined for classes only",
            argument="report",
        )
    return report.classes


def confusion_matrix_data(report: Report) -> ConfusionMatrixData:
    """Return the confusion matrix of a report.

    Raises: InputError if its targets are numbers.
    """
    classes = require_classes(report)
    counts = classes.confusion
    with np.errstate(invalid="ignore"):
        fractions = counts / counts.sum(axis=1, keepdims=True)
        precision = counts.diagonal() / counts.sum(axis=0)
    low, high = (percent_text(end) for end in classes.interval)
    summary = (
        f"Accuracy {percent_text(classes.accuracy)} on {count_text(report.examples)} examples of "
        f"{report.data} (95 % interval {low} to {high})."
    )
    return ConfusionMatrixData(
        classes.names, counts, fractions, fractions.diagonal(), precision, summary
    )


@figure_function
def draw_confusion_matrix(data: ConfusionMatrixData, *, ax: Place | None = None) -> Place:
    """Draw the matrix: right answers in blue, mistakes in orange on a logarithmic scale.

    Args:
        data: `confusion_matrix_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    k = len(data.names)
    side = min(max(k * _cell(k), 3.4), 20.0)
    cells = "Each cell: examples, and their fraction of the row." if k <= _FRACTIONS_UP_TO else ""
    heading = FigureHeading("True classes and answers", f"{data.summary}\n{cells}".strip())
    # In a caller's axes, the precisions stand between the matrix and the title.
    axes = open_axes(ax, (side + 2.9, side + 2.2), heading, title_pad=30)
    norm = _norm(data)
    _paint(axes, data, norm)
    _name_axes(axes, data)
    if k <= _COUNTS_UP_TO:
        _write_cells(axes, data, norm)
        _write_margins(axes, data)
    return axes


def _cell(k: int) -> float:
    """The side of a cell in inches."""
    return 0.62 if k <= _FRACTIONS_UP_TO else 0.48 if k <= _COUNTS_UP_TO else 0.28


def _mistakes(data: ConfusionMatrixData) -> NDArray[np.float64]:
    """Shares in per cent off the diagonal; NaN on it, and where nothing happened."""
    fractions = 100 * data.fractions
    np.fill_diagonal(fractions, np.nan)
    fractions[data.counts == 0] = np.nan
    return fractions


def _norm(data: ConfusionMatrixData) -> LogNorm:
    from matplotlib.colors import LogNorm

    fractions = _mistakes(data)
    seen = fractions[np.isfinite(fractions)]
    least, most = (seen.min(), seen.max()) if seen.size else (1.0, 1.0)
    # At least a factor of ten, so that small differences are not blown up.
    return LogNorm(float(least), float(max(most, 10 * least)))


def _paint(axes: Axes, data: ConfusionMatrixData, norm: LogNorm) -> None:
    fractions, right = _mistakes(data), np.full(data.fractions.shape, np.nan)
    np.fill_diagonal(right, data.recall)
    axes.imshow(right, cmap=colour_map("#f7f8fa", BLUE), vmin=0, vmax=1)
    painted = axes.imshow(
        fractions, cmap=colour_map("#fdeadb", "#f0a56a", ORANGE, "#9c3d00"), norm=norm
    )
    if np.isfinite(fractions).any():
        _scale(axes, painted)


def _scale(axes: Axes, painted: AxesImage) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator

    label = "mistakes: fraction of the true class, %"
    bar = add_colourbar(axes, painted, label, shrink=0.6, aspect=28, pad=0.03)
    bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    bar.ax.minorticks_off()


def _name_axes(axes: Axes, data: ConfusionMatrixData) -> None:
    k = len(data.names)
    names = [short_name(name) for name in data.names]
    steep = max(map(len, names)) > 3 if k > 6 else max(map(len, names)) > 8
    size = 9 if k <= _COUNTS_UP_TO else 6.5
    rotation: dict[str, Any] = {"rotation": 50, "ha": "right"} if steep else {}
    axes.set_xticks(range(k), names, fontsize=size, **rotation)
    axes.set_yticks(range(k), names, fontsize=size)
    axes.tick_params(length=0)
    axes.set_xlabel("answer")
    axes.set_ylabel("true class")
    hide_frame(axes)
    lines = np.arange(k + 1) - 0.5
    axes.hlines(lines, -0.5, k - 0.5, color="white", linewidth=1)
    axes.vlines(lines, -0.5, k - 0.5, color="white", linewidth=1)


def _write_cells(axes: Axes, data: ConfusionMatrixData, norm: LogNorm) -> None:
    both = len(data.names) <= _FRACTIONS_UP_TO
    for (row, column), count in np.ndenumerate(data.counts):
        if not count:
            axes.text(column, row, "·", ha="center", va="center", color=GREY, fontsize=8)
            continue
        fraction = float(data.fractions[row, column])
        dark = fraction > 0.6 if row == column else norm(100 * fraction) > 0.62
        style: dict[str, Any] = {"ha": "center", "color": "white" if dark else INK}
        axes.text(column, row, f"{count}", va="bottom" if both else "center", fontsize=9, **style)
        if both:
            axes.text(
                column, row + 0.06, percent_text(fraction, 1), va="top", fontsize=6.5, **style
            )


def _write_margins(axes: Axes, data: ConfusionMatrixData) -> None:
    """Recall right of each row, precision above each column."""
    k, steep = len(data.names), len(data.names) > _FRACTIONS_UP_TO
    turned: dict[str, Any] = {"rotation": 50, "ha": "left"} if steep else {"ha": "center"}
    for place in range(k):
        recall, precision = (_percent(of[place]) for of in (data.recall, data.precision))
        _beside(axes, recall, (k - 0.5, place), (7, 0), ha="left", va="center")
        _beside(axes, precision, (place, -0.5), (0, 6), va="bottom", **turned)
    corner = (26 if steep else 7, 6)
    _beside(axes, "recall →\n↑ precision", (k - 0.5, -0.5), corner, ha="left", va="bottom")


def _beside(
    axes: Axes, text: str, at: tuple[float, float], points: tuple[float, float], **style: Any
) -> None:
    """Write small grey text at a distance, in points, from a place in the matrix."""
    away: dict[str, Any] = {"xytext": points, "textcoords": "offset points"}
    axes.annotate(text, at, fontsize=7.5, color=GREY, annotation_clip=False, **away, **style)


def _percent(fraction: float) -> str:
    return percent_text(None if np.isnan(fraction) else float(fraction), 1)
