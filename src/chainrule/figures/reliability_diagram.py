"""The reliability diagram: how often the network is right when it says how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import Report, count_text, fraction_text, percent_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.confusion_matrix import require_classes
from chainrule.figures.style import BLUE, GREEN, GREY, INK, ORANGE, set_log_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ReliabilityData", "draw_reliability_diagram", "reliability_diagram_data"]

Column = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ReliabilityData:
    """The bins that hold examples, as columns, (bins,) each, and what is to be said of all.

    Args:
        low: least confidence of the bin.
        high: its greatest.
        counts: examples in it.
        confidence: their mean confidence.
        accuracy: share of them answered rightly.
        interval: the accuracy's Wilson 95 % interval, (bins, 2).
        summary: errors, scores and n, in words.
        note: how to read the confidence.
    """

    low: Column
    high: Column
    counts: NDArray[np.int64]
    confidence: Column
    accuracy: Column
    interval: Column
    summary: str
    note: str


def reliability_diagram_data(report: Report) -> ReliabilityData:
    """The reliability diagram of a report in numbers.

    Raises: InputError if the network's outputs are not shares from 0 to 1, or targets are
        numbers.
    """
    classes = require_classes(report)
    found = classes.calibration
    if found is None:
        raise InputError(
            "figure",
            expected="outputs that are probabilities from 0 to 1",
            got="a report without a calibration",
            why=classes.calibration_note,
            remedy="Train with softmax or sigmoid outputs",
            argument="report",
        )
    filled = [b for b in found.bins if b.count]
    return ReliabilityData(
        low=np.array([b.low for b in filled]),
        high=np.array([b.high for b in filled]),
        counts=np.array([b.count for b in filled]),
        confidence=np.array([b.confidence for b in filled]),
        accuracy=np.array([b.accuracy for b in filled]),
        interval=np.array([b.interval for b in filled]),
        summary=(
            f"{report.data}, {count_text(report.examples)} examples: "
            f"accuracy {percent_text(classes.accuracy)}, "
            f"mean confidence {percent_text(found.mean_confidence)}.\n"
            f"Expected calibration error {fraction_text(found.expected_error)} "
            f"over {len(found.bins)} bins, Brier score {fraction_text(found.brier)}."
        ),
        note=classes.calibration_note,
    )


@figure_function
def draw_reliability_diagram(data: ReliabilityData, *, ax: Place | None = None) -> Place:
    """Draw accuracy over confidence with its intervals, and below it how many examples there are.

    Args:
        data: `reliability_diagram_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    title = "Calibration: accuracy against confidence"
    figure = open_figure(ax, (7.4, 7.8), FigureHeading(title, f"{data.summary}\n{data.note}."))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    _draw_reliability(above, data)
    _draw_counts(below, data)
    return figure


def _draw_reliability(axes: Axes, data: ReliabilityData) -> None:
    width, middle = data.high - data.low, (data.low + data.high) / 2
    over = data.confidence > data.accuracy
    axes.bar(middle, data.accuracy, width, color=BLUE, alpha=0.22, edgecolor="white")
    for which, colour in ((over, ORANGE), (~over, GREEN)):
        gap = (data.confidence - data.accuracy)[which]
        axes.bar(
            middle[which],
            gap,
            width[which],
            bottom=data.accuracy[which],
            color="none",
            edgecolor=colour,
            hatch="////",
            linewidth=0,
        )
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2)
    spread = np.abs(data.interval.T - data.accuracy)
    bars: dict[str, Any] = {"color": INK, "markersize": 5, "capsize": 2.5, "elinewidth": 1.1}
    axes.errorbar(data.confidence, data.accuracy, spread, fmt="o", clip_on=False, zorder=5, **bars)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("accuracy: fraction of right answers")
    _explain(axes)


def _explain(axes: Axes) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    hatched: dict[str, Any] = {"facecolor": "none", "hatch": "////", "linewidth": 0}
    handles = [
        Line2D([], [], color=INK, marker="o", linewidth=1.1, label="bin, with 95 % interval"),
        Line2D([], [], color=GREY, linestyle="--", linewidth=1.2, label="perfectly calibrated"),
        Patch(edgecolor=ORANGE, label="overconfident", **hatched),
        Patch(edgecolor=GREEN, label="underconfident", **hatched),
    ]
    axes.legend(handles=handles, loc="upper left")


def _draw_counts(axes: Axes, data: ReliabilityData) -> None:
    width, middle = data.high - data.low, (data.low + data.high) / 2
    axes.bar(middle, data.counts, width, color=BLUE, alpha=0.55, edgecolor="white")
    set_log_scale(axes)
    axes.minorticks_off()
    axes.set_ylim(0.7, 6 * data.counts.max())
    for x, count in zip(middle, data.counts, strict=True):
        axes.annotate(
            count_text(int(count)),
            (x, count),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
        )
    axes.set_ylabel("examples")
    axes.set_xlabel("confidence")
