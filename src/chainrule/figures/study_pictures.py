"""The pictures that suit the answer of a study, for its report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.figures.parallel_coordinates import (
    draw_parallel_coordinates,
    parallel_coordinates_data,
)
from chainrule.figures.parameter_grid import draw_parameter_grid, parameter_grid_data
from chainrule.figures.parameter_slices import draw_parameter_slices, parameter_slices_data
from chainrule.figures.rate_curves import draw_rate_curves, grid_points, rate_curves_data
from chainrule.figures.saving import save_figure
from chainrule.figures.seed_bands import draw_seed_bands, trial_bands
from chainrule.figures.study_table import summary_table, trial_rows, varied_parameters

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chainrule.documents import Document
    from chainrule.study import StudySummary

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
    table, varied = summary_table(summary), varied_parameters(complete)
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
    rows = [row for entry in complete[:_BEST] for row in trial_rows(entry, summary.metric)]
    if any(row.curve for row in rows):
        yield "The best ones' courses", lambda: draw_seed_bands(trial_bands(rows, summary.metric))
