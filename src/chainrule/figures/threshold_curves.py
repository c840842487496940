"""Thresholds of a detector: what it finds, and how much of it is right, from which output on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation import Report, count_text, fraction_text, number_text, short_name
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    label_bottom,
    make_panels,
    open_figure,
)
from chainrule.figures.confusion_matrix import require_classes
from chainrule.figures.roc_curves import roc_curves_data
from chainrule.figures.style import BLUE, GREY, INK, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ThresholdCurves", "draw_threshold_curves", "threshold_curves_data"]

Column = NDArray[np.float64]

_COLUMNS = 3


@dataclass(frozen=True, eq=False)
class ThresholdCurves:
    """One class against the rest, at every threshold that changes an answer.

    An example counts as found if the class's output for it is at least the threshold; between two
    thresholds the figures are those of the next one.

    Args:
        name: the class.
        examples: of the class, and in all.
        threshold: ascending, (points,).
        precision: of the examples found, the fraction of the class, (points,).
        recall: of the class, the fraction found, (points,).
        false_positive_rate: of the others, the fraction found, (points,).
        summary: the data, in words.
    """

    name: str
    examples: tuple[int, int]
    threshold: Column
    precision: Column
    recall: Column
    false_positive_rate: Column
    summary: str

    @property
    def f1(self) -> Column:
        """The harmonic mean of precision and recall, (points,)."""
        both = self.precision + self.recall
        return np.divide(
            2 * self.precision * self.recall, both, np.zeros_like(both), where=both > 0
        )

    @property
    def best(self) -> int:
        """The place of the threshold with the greatest F1."""
        return int(self.f1.argmax())


def threshold_curves_data(report: Report) -> tuple[ThresholdCurves, ...]:
    """Return the thresholds of a report's classes: of two the second, of many the hardest to tell.

    Raises: InputError if targets are numbers, or all examples are of one class.
    """
    chosen = {one.name for one in roc_curves_data(report).classes}
    scored = require_classes(report).examples
    summary = f"{report.data}, {count_text(report.examples)} examples"
    return tuple(
        _curves(name, scored.outputs[:, k], scored.truth == k, summary)
        for k, name in enumerate(scored.names)
        if name in chosen
    )


def _curves(
    name: str, outputs: Column, positive: NDArray[np.bool_], summary: str
) -> ThresholdCurves:
    thresholds = np.unique(outputs)
    right, wrong = (
        (len(kind) - np.searchsorted(np.sort(kind), thresholds)).astype(np.float64)
        for kind in (outputs[positive], outputs[~positive])
    )
    return ThresholdCurves(
        name=name,
        examples=(int(positive.sum()), len(positive)),
        threshold=thresholds,
        precision=right / (right + wrong),
        recall=right / positive.sum(),
        false_positive_rate=wrong / (~positive).sum(),
        summary=summary,
    )


@figure_function
def draw_threshold_curves(found: tuple[ThresholdCurves, ...], *, ax: Place | None = None) -> Place:
    """Draw precision, recall and false positives over the threshold, a panel for each class.

    Args:
        found: `threshold_curves_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(found), _COLUMNS)
    note = f"{found[0].summary}. The line is the threshold with the greatest F1."
    size = max(4.2 * columns, 6.4), 3.4 * rows + 1.4
    figure = open_figure(ax, size, FigureHeading("From which output on is it one?", note))
    panels = make_panels(figure, len(found), columns, sharex=True, sharey=True)
    for axes, one in zip(panels, found, strict=True):
        _draw_class(axes, one)
    label_bottom(panels, columns, "threshold of the output")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _draw_class(axes: Axes, one: ThresholdCurves) -> None:
    for values, label, colour in (
        (one.precision, "precision", BLUE),
        (one.recall, "recall", ORANGE),
        (one.false_positive_rate, "false positive rate", GREY),
    ):
        axes.step(one.threshold, values, where="pre", color=colour, label=label)
    at = float(one.threshold[one.best])
    axes.axvline(at, color=INK, linewidth=0.9, linestyle="--")
    text = (
        f"{short_name(one.name)}: F1 {fraction_text(float(one.f1[one.best]))} "
        f"at {number_text(float(f'{at:.3g}'))}"
    )
    axes.set_title(text)
    axes.set_ylim(0, 1.02)
