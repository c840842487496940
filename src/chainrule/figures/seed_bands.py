"""Learning curves of trainings that differ in their seeds alone: the median, and the quartiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import EpochRecord
from chainrule.errors import InputError
from chainrule.evaluation import short_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.learning_curves import require_epochs
from chainrule.figures.study_table import TrialRow
from chainrule.figures.style import (
    SERIES,
    epoch_markers,
    needs_log_scale,
    set_integer_ticks,
    set_log_scale,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Band",
    "BandPanel",
    "band",
    "draw_seed_bands",
    "group_by_recipe",
    "seed_bands_data",
    "trial_bands",
]

Column = NDArray[np.float64]
Curve = Sequence[float | None]


@dataclass(frozen=True, eq=False)
class Band:
    """What runs alike but for their seeds did; NaN at an epoch that none reached.

    Args:
        name: what they have in common.
        runs: how many.
        epochs: from 1, (n,).
        median: (n,); at each epoch over the runs that reached it.
        low: lower quartile, (n,).
        high: upper quartile, (n,).
    """

    name: str
    runs: int
    epochs: Column
    median: Column
    low: Column
    high: Column


@dataclass(frozen=True, eq=False)
class BandPanel:
    """One figure of merit of all groups.

    Args:
        title: of the panel.
        is_fraction: whether it is a fraction, which is written in per cent.
        bands: one per group.
    """

    title: str
    is_fraction: bool
    bands: tuple[Band, ...]


def band(name: str, curves: Sequence[Curve]) -> Band:
    """Median and quartiles of curves, epoch by epoch.

    Args:
        name: what they have in common.
        curves: at least one; they may differ in length, and None is left out.
    """
    longest = max(map(len, curves))
    rows = np.full((len(curves), longest), np.nan)
    for row, curve in zip(rows, curves, strict=True):
        row[: len(curve)] = [np.nan if value is None else value for value in curve]
    marks = np.array([_quartiles(column[np.isfinite(column)]) for column in rows.T])
    low, median, high = marks.reshape(longest, 3).T
    return Band(name, len(curves), np.arange(1.0, longest + 1), median, low, high)


def _quartiles(values: Column) -> Column:
    return np.quantile(values, [0.25, 0.5, 0.75]) if values.size else np.full(3, np.nan)


def seed_bands_data(
    histories: Mapping[str, Sequence[EpochRecord]], groups: Mapping[str, str]
) -> tuple[BandPanel, ...]:
    """Return the bands of runs: of the validation set if there is one, else of the training set.

    Args:
        histories: the epochs of each run by its name, at least one of each.
        groups: what each run is drawn with, by the run's name; see `group_by_recipe`.

    Raises: InputError if there is nothing to draw.
    """
    require_epochs(histories)
    members: dict[str, list[Sequence[EpochRecord]]] = {}
    for name, records in histories.items():
        members.setdefault(groups[name], []).append(records)
    records = [record for runs in members.values() for run in runs for record in run]
    judged = any(record.validation_cost is not None for record in records)
    kind, words = ("validation_", "validation set") if judged else ("", "training set")
    panels = [_panel(f"Cost, {words}", members, f"{kind}cost")]
    if any(record.accuracy is not None for record in records):
        panels.append(_panel(f"Accuracy, {words}", members, f"{kind}accuracy"))
    return tuple(panels)


def _panel(
    title: str, members: Mapping[str, Sequence[Sequence[EpochRecord]]], column: str
) -> BandPanel:
    bands = tuple(
        band(name, [[getattr(record, column) for record in run] for run in runs])
        for name, runs in members.items()
    )
    return BandPanel(title, column.endswith("accuracy"), bands)


def trial_bands(rows: Sequence[TrialRow], metric: str) -> tuple[BandPanel, ...]:
    """Return the bands of a study's trainings, one for each choice of parameters.

    Args:
        rows: those with a curve are drawn; at least one.
        metric: the curves' name, such as "validation_accuracy".

    Raises: InputError if no row has a curve.
    """
    members: dict[str, list[Curve]] = {}
    for row in rows:
        if row.curve:
            label = ", ".join(f"{name} {value}" for name, value in row.parameters.items())
            members.setdefault(label, []).append(row.curve)
    if not members:
        raise InputError("figure", expected="trainings with a curve", got="none", argument="rows")
    bands = tuple(band(name, curves) for name, curves in members.items())
    title = metric.replace("_", " ")
    return (BandPanel(title[:1].upper() + title[1:], "accuracy" in metric, bands),)


def group_by_recipe(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What runs have in common, named by the settings in which the groups differ.

    Args:
        settings: each run's, by the run's name; the seed does not count.

    Returns: the group's name by the run's.

    Example:
        >>> group_by_recipe({"a": {"rate": 1, "seed": 1}, "b": {"rate": 2, "seed": 1}})
        {'a': 'rate 1', 'b': 'rate 2'}
    """
    names = dict.fromkeys(name for one in settings.values() for name in one if name != "seed")
    differing = [
        name for name in names if len({repr(one.get(name)) for one in settings.values()}) > 1
    ]
    return {
        run: ", ".join(f"{name.replace('_', ' ')} {_text(one.get(name))}" for name in differing)
        or "all runs"
        for run, one in settings.items()
    }


def _text(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, (list, tuple)) else f"{value}"


@figure_function
def draw_seed_bands(panels: tuple[BandPanel, ...], *, ax: Place | None = None) -> Place:
    """Draw the medians as lines and the quartiles as bands behind them.

    Args:
        panels: `seed_bands_data` or `trial_bands`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = "Lines are medians over the seeds, bands reach from the lower to the upper quartile."
    figure = open_figure(ax, (9.2, 4.8), FigureHeading("Learning curves over seeds", note))
    grid = figure.subplots(1, len(panels), squeeze=False)
    for axes, panel in zip(grid.flat, panels, strict=True):
        _draw_panel(axes, panel)
    handles = grid.flat[0].get_lines()
    columns = min(len(handles), 2 if max(len(str(h.get_label())) for h in handles) > 24 else 4)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    return figure


def _draw_panel(axes: Axes, panel: BandPanel) -> None:
    factor = 100 if panel.is_fraction else 1
    for number, one in enumerate(panel.bands):
        colour = SERIES[number % len(SERIES)]
        marks = epoch_markers(len(one.epochs), 3)
        label = f"{short_name(one.name, 56)} ({one.runs} run{'s' * (one.runs != 1)})"
        axes.fill_between(
            one.epochs, factor * one.low, factor * one.high, color=colour, alpha=0.2, linewidth=0
        )
        axes.plot(one.epochs, factor * one.median, color=colour, label=label, **marks)
    ends = np.concatenate([end for one in panel.bands for end in (one.low, one.high)])
    wide = not panel.is_fraction and needs_log_scale(ends)
    if wide:
        set_log_scale(axes)
    axes.set_title(panel.title + (", logarithmic" if wide else ""))
    axes.set_ylabel("accuracy, %" if panel.is_fraction else "")
    axes.set_xlabel("epoch")
    set_integer_ticks(axes.xaxis)
