"""ROC curves: how many of a class are found, and how many others with them, at every threshold."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import InputError
from chainrule.evaluation import ClassRanking, Report, count_text, fraction_text, short_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.confusion_matrix import require_classes
from chainrule.figures.style import GREY, SERIES

__all__ = ["RocCurvesData", "draw_roc_curves", "roc_curves_data"]

_MOST = 10
"""Curves that can be told apart."""


@dataclass(frozen=True, eq=False)
class RocCurvesData:
    """The curves of a report, and what is to be said of all.

    Args:
        classes: those with a curve; of two classes the second, of many those with the least area.
        summary: the data, n and the area, in words.
    """

    classes: tuple[ClassRanking, ...]
    summary: str


def roc_curves_data(report: Report) -> RocCurvesData:
    """Return the ROC curves of a report in numbers.

    Raises: InputError if targets are numbers, or all examples are of one class.
    """
    scores = require_classes(report).scores
    known = [one for one in scores.classes if one.roc is not None]
    if not known:
        raise InputError(
            "figure",
            expected="examples of two classes or more",
            got="examples of one class",
            argument="report",
        )
    chosen = known[1:] if scores.positive else known
    worst = sorted(chosen, key=lambda one: one.auc.value or 0.0)[:_MOST]
    interval = " to ".join(map(fraction_text, scores.auc.interval or ()))
    of = f"of {scores.positive}" if scores.positive else f"mean of {len(known)} classes"
    return RocCurvesData(
        classes=tuple(one for one in chosen if one in worst),
        summary=(
            f"{report.data}, {count_text(report.examples)} examples: area {of} "
            f"{fraction_text(scores.auc.value)} (95 % interval {interval})."
        ),
    )


@figure_function
def draw_roc_curves(data: RocCurvesData, *, ax: Place | None = None) -> Place:
    """Draw the rate of right finds over the rate of wrong ones, a curve for each class.

    Args:
        data: `roc_curves_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    heading = FigureHeading("ROC curves: each class against the rest", data.summary)
    axes = open_axes(ax, (6.6, 6.4), heading)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="by chance: 0.5000")
    for k, one in enumerate(data.classes):
        assert one.roc is not None, "the others were left out"
        label = f"{short_name(one.name)}: {fraction_text(one.auc.value)}"
        style = "-" if k < len(SERIES) else ":"
        colour = SERIES[k % len(SERIES)]
        x, y = one.roc.false_positive_rate, one.roc.true_positive_rate
        axes.plot(x, y, style, color=colour, label=label, clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xlabel("false positive rate: fraction of the other examples")
    axes.set_ylabel("true positive rate: fraction of the class")
    axes.legend(loc="lower right", title="area under the curve")
    return axes
