"""How cost, accuracy and learning rate went from epoch to epoch, of one run or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import EpochRecord
from chainrule.errors import InputError
from chainrule.evaluation import percent_text, short_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SERIES,
    epoch_markers,
    needs_log_scale,
    set_integer_ticks,
    set_log_scale,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["LearningCurves", "draw_learning_curves", "learning_curves_data", "require_epochs"]

Column = NDArray[np.float64]

_NOTE = "Training figures are means over an epoch's batches, each taken before its step."


@dataclass(frozen=True, eq=False)
class LearningCurves:
    """The history of one run as columns, (epochs,) each; NaN where a figure is missing.

    Args:
        name: of the run.
        epochs: their numbers, from 1.
        cost: data term in training.
        total_cost: with the penalty, which is what is descended.
        validation_cost: data term on the validation set.
        accuracy: fraction of training examples classified rightly.
        validation_accuracy: the same on the validation set.
        learning_rate: of the epoch's last step.
    """

    name: str
    epochs: Column
    cost: Column
    total_cost: Column
    validation_cost: Column
    accuracy: Column
    validation_accuracy: Column
    learning_rate: Column

    @property
    def penalised(self) -> bool:
        """Whether the total cost is another than the cost anywhere."""
        return bool((self.total_cost != self.cost).any())


def learning_curves_data(
    histories: Mapping[str, Sequence[EpochRecord]],
) -> tuple[LearningCurves, ...]:
    """The curves of runs.

    Args:
        histories: the records of each run by its name, at least one of each.

    Raises: InputError if there is nothing to draw.
    """
    require_epochs(histories)
    return tuple(_curves(name, records) for name, records in histories.items())


def require_epochs(histories: Mapping[str, Sequence[EpochRecord]]) -> None:
    """Refuse to draw nothing: no run, or a run without an epoch.

    Raises: InputError.
    """
    if not histories or not all(histories.values()):
        empty = next((name for name, records in histories.items() if not records), "no run")
        raise InputError(
            "figure",
            expected="runs with at least one epoch each",
            got=f"{empty}, which has none" if histories else empty,
            remedy="Train for an epoch first",
            argument="histories",
            value=histories,
        )


def _curves(name: str, records: Sequence[EpochRecord]) -> LearningCurves:
    return LearningCurves(
        name=name,
        epochs=_column([r.epoch for r in records]),
        cost=_column([r.cost for r in records]),
        total_cost=_column([r.total_cost for r in records]),
        validation_cost=_column([r.validation_cost for r in records]),
        accuracy=_column([r.accuracy for r in records]),
        validation_accuracy=_column([r.validation_accuracy for r in records]),
        learning_rate=_column([r.learning_rate for r in records]),
    )


def _column(values: Sequence[float | None]) -> Column:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


@dataclass(frozen=True)
class _Strokes:
    """How the curves of one run are drawn."""

    training: str
    validation: str
    total: str


def _strokes(number: int, runs: int) -> _Strokes:
    if runs == 1:
        return _Strokes(BLUE, ORANGE, GREY)
    colour = SERIES[number % len(SERIES)]
    return _Strokes(colour, colour, colour)


@figure_function
def draw_learning_curves(runs: tuple[LearningCurves, ...], *, ax: Place | None = None) -> Place:
    """Draw cost, accuracy if it was measured, and learning rate over the epochs.

    One run has a colour for training and one for validation; of several, each has its own colour.

    Args:
        runs: `learning_curves_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    name = f"{short_name(runs[0].name, 90)}\n" if len(runs) == 1 else ""
    figure = open_figure(ax, (9.2, 6.0), FigureHeading("Learning curves", name + _NOTE))
    classifies = any(np.isfinite(run.accuracy).any() for run in runs)
    rows = ["cost", "accuracy"] if classifies else ["cost"]
    mosaic: list[Any] = [rows, ["rate"] * len(rows)]
    panels: dict[str, Axes] = figure.subplot_mosaic(mosaic, height_ratios=[3, 1], sharex=True)
    for axes in panels.values():
        axes.tick_params(labelbottom=True)
    for number, run in enumerate(runs):
        strokes = _strokes(number, len(runs))
        _draw_costs(panels["cost"], run, strokes)
        if classifies:
            _draw_accuracies(panels["accuracy"], run, strokes)
    _finish_costs(panels["cost"], runs)
    _draw_rates(panels["rate"], runs)
    if classifies:
        _finish_accuracies(panels["accuracy"], runs)
    _legend(figure, runs)
    return figure


def _draw_costs(axes: Axes, run: LearningCurves, strokes: _Strokes) -> None:
    marks = epoch_markers(len(run.epochs), 3.5)
    if run.penalised:
        axes.plot(run.epochs, run.total_cost, color=strokes.total, linestyle=":", **marks)
    axes.plot(run.epochs, run.cost, color=strokes.training, linestyle="--", **marks)
    axes.plot(run.epochs, run.validation_cost, color=strokes.validation, **marks)


def _draw_accuracies(axes: Axes, run: LearningCurves, strokes: _Strokes) -> None:
    marks = epoch_markers(len(run.epochs), 3.5)
    axes.plot(run.epochs, 100 * run.accuracy, color=strokes.training, linestyle="--", **marks)
    axes.plot(run.epochs, 100 * run.validation_accuracy, color=strokes.validation, **marks)


def _finish_costs(axes: Axes, runs: tuple[LearningCurves, ...]) -> None:
    parts = [c for run in runs for c in (run.cost, run.total_cost, run.validation_cost)]
    wide = needs_log_scale(np.concatenate(parts))
    if wide:
        set_log_scale(axes)
        axes.grid(which="minor", linewidth=0.3)
    axes.set_title("Mean cost per example" + (", logarithmic" if wide else ""))
    axes.set_ylabel("cost")


def _finish_accuracies(axes: Axes, runs: tuple[LearningCurves, ...]) -> None:
    axes.set_title("Accuracy")
    axes.set_ylabel("accuracy, %")
    run = runs[0]
    if len(runs) == 1 and np.isfinite(run.validation_accuracy).any():
        best = int(np.nanargmax(run.validation_accuracy))
        share = float(run.validation_accuracy[best])
        label = f"best validation {percent_text(share)}, epoch {run.epochs[best]:.0f}"
        ring: dict[str, Any] = {"markersize": 10, "markerfacecolor": "none", "color": INK}
        axes.plot([run.epochs[best]], [100 * share], "o", label=label, **ring)
        axes.legend(loc="best")


def _draw_rates(axes: Axes, runs: tuple[LearningCurves, ...]) -> None:
    greatest = np.array([run.learning_rate.max() for run in runs])
    wide, floor = needs_log_scale(greatest), 0.0
    if wide:
        # A rate of 0 lies below any logarithmic axis: its line leaves through the bottom.
        set_log_scale(axes)
        axes.set_ylim(greatest.min() / 30, greatest.max() * 3)
        floor = greatest.min() / 90
    else:
        axes.set_ylim(0, 1.12 * greatest.max() or 1)
        axes.yaxis.set_major_formatter("{x:g}")
    for number, run in enumerate(runs):
        colour, rates = _strokes(number, len(runs)).training, np.maximum(run.learning_rate, floor)
        axes.plot(run.epochs, rates, color=colour, **epoch_markers(len(run.epochs), 3.5))
    axes.set_title("Learning rate of the epoch's last step" + (", logarithmic" if wide else ""))
    axes.set_ylabel("rate η")
    axes.set_xlabel("epoch")
    set_integer_ticks(axes.xaxis)


def _legend(figure: Figure | SubFigure, runs: tuple[LearningCurves, ...]) -> None:
    """What the strokes mean in the first column, what the colours mean in those after it."""
    from matplotlib.lines import Line2D

    one, strokes = len(runs) == 1, _strokes(0, len(runs))
    kinds: list[tuple[str, Any, str]] = [(strokes.training, "--", "training")]
    if any(run.penalised for run in runs):
        kinds.append((strokes.total, ":", "training with penalty"))
    if any(np.isfinite(run.validation_cost).any() for run in runs):
        kinds.append((strokes.validation, "-", "validation"))
    handles = [
        Line2D([], [], color=colour if one else GREY, linestyle=style, label=label)
        for colour, style, label in kinds
    ]
    if one:
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        return
    for number, run in enumerate(runs):
        colour = _strokes(number, len(runs)).training
        handles.append(Line2D([], [], color=colour, linewidth=4, label=_named(run)))
    columns = 1 - (-len(runs) // len(kinds))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def _named(run: LearningCurves) -> str:
    """The run's name, with its best validation accuracy where it has one."""
    name = short_name(run.name, 40)
    if not np.isfinite(run.validation_accuracy).any():
        return name
    return f"{name} (best {percent_text(float(np.nanmax(run.validation_accuracy)))})"
