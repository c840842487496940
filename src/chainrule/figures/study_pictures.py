"""The pictures that suit the answer of a study, for its report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.figures.parallel_coordinates import (
    draw_parallel_coordinates,
    parallel_coordinates_data,
)
from chainrule.figures.parameter_grid import draw_parameter_grid, parameter_grid_data
from chainrule.figures.parameter_slices import draw_parameter_slices, parameter_slices_data
from chainrule.figures.rate_curves import draw_rate_curves, grid_points, rate_curves_data
from chainrule.figures.saving import save_figure
from chainrule.figures.seed_bands import draw_seed_bands, trial_bands
from chainrule.figures.study_table import Metric, StudyTable, TrialRow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chainrule.documents import Document
    from chainrule.study import ConfigurationResult, StudySummary

__all__ = ["study_report"]

_BEST = 6
"""How many configurations have their learning curves drawn."""


def study_report(summary: StudySummary, most: int = 20) -> Document:
    """Return the results of a study as a document with pictures.

    Args:
        summary: the results.
        most: number of configurations to list.
    """
    return summary.document(most, dict(_pictures(summary)))


def _pictures(summary: StudySummary) -> Iterator[tuple[str, bytes]]:
    """The pictures that suit a study, as SVG with what each shows.

    Args:
        summary: the answer; without a complete entry there are no pictures.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        for words, drawn in _drawings(summary):
            save_figure(drawn(), path)
            yield words, path.read_bytes()


def _drawings(summary: StudySummary) -> Iterator[tuple[str, Callable[[], Figure]]]:
    complete = [entry for entry in summary.ranked if entry.ended == "complete"]
    if not complete:
        return
    table, varied = _table(summary, complete), _varied(complete)
    if set(varied) == {"batch_size", "learning_rate"}:
        yield "Learning rates", lambda: draw_rate_curves(rate_curves_data(grid_points(table)))
    if varied:
        yield (
            "Each parameter by itself",
            lambda: draw_parameter_slices(parameter_slices_data(table)),
        )
    if len(varied) > 1:
        yield "Two parameters", lambda: draw_parameter_grid(parameter_grid_data(table))
        yield "All parameters", lambda: draw_parallel_coordinates(parallel_coordinates_data(table))
    rows = [row for entry in complete[:_BEST] for row in _named_rows(entry, summary.metric)]
    if any(row.curve for row in rows):
        yield "The best ones' courses", lambda: draw_seed_bands(trial_bands(rows, summary.metric))


def _varied(complete: list[ConfigurationResult]) -> list[str]:
    """Parameters with more than one value."""
    names = dict.fromkeys(name for entry in complete for name in entry.parameters)
    return [n for n in names if len({repr(entry.parameters.get(n)) for entry in complete}) > 1]


def _table(summary: StudySummary, complete: list[ConfigurationResult]) -> StudyTable:
    names = dict.fromkeys(name for entry in complete for name in entry.parameters)
    rows = tuple(
        TrialRow({n: _plain(entry.parameters.get(n, "-")) for n in names}, run[summary.metric])
        for entry in complete
        for run in entry.runs
    )
    return StudyTable(
        summary.name, Metric(summary.metric), rows, len(summary.ranked) - len(complete)
    )


def _named_rows(entry: ConfigurationResult, metric: str) -> list[TrialRow]:
    """The trainings of an entry with their courses."""
    chosen = {n: _plain(value) for n, value in entry.parameters.items()}
    return [
        TrialRow(chosen, run[metric], run.get("seed"), tuple(run.get("curve", ())))
        for run in entry.runs
    ]


def _plain(value: Any) -> float | str:
    """Return a value as study tables hold it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, (list, tuple)):
        return "-".join(map(str, value))
    return str(value)
