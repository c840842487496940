"""The figures of many trainings: of a study's table, or of runs that differ in their seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.figures.figure_spec import FigureKind, Material, given

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chainrule.figures.study_table import StudyTable

__all__ = ["OF_STUDIES"]


def _table(material: Material) -> StudyTable:
    from chainrule.figures.study_table import read_study_table

    return read_study_table(given(material.table, "table"), material.metric)


def _bands(material: Material) -> Figure:
    from chainrule.figures.seed_bands import bands_data, draw_bands, grouped_by_recipe

    groups = grouped_by_recipe(material.settings)
    return draw_bands(bands_data(material.histories, groups))


def _grid(material: Material) -> Figure:
    from chainrule.figures.grid import draw_grid, grid_data

    return draw_grid(grid_data(_table(material), material.names))


def _parallel(material: Material) -> Figure:
    from chainrule.figures.parallel import draw_parallel, parallel_data

    return draw_parallel(parallel_data(_table(material), material.names))


def _rates(material: Material) -> Figure:
    from chainrule.figures.rate_curves import (
        draw_rate_curves,
        grid_points,
        printed_points,
        rate_curves_data,
    )

    points = grid_points(_table(material))
    printed = [point for paper in material.names for point in printed_points(paper)]
    return draw_rate_curves(rate_curves_data(points, printed))


def _slices(material: Material) -> Figure:
    from chainrule.figures.slices import draw_slices, slices_data

    return draw_slices(slices_data(_table(material), material.names))


_PARAMETERS = "[PARAMETER...]"

OF_STUDIES = (
    FigureKind("bands", "learning curves of runs, medians and quartiles over seeds", "run", _bands),
    FigureKind("grid", "a study's metric over two parameters", "table", _grid, "[ACROSS UPWARD]"),
    FigureKind(
        "parallel", "a line a training through its parameters", "table", _parallel, _PARAMETERS
    ),
    FigureKind("rates", "accuracy against learning rate by batch size", "table", _rates, "[PAPER]"),
    FigureKind("slices", "a study's metric against each parameter", "table", _slices, _PARAMETERS),
)
"""Their kinds."""
