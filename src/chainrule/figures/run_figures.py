"""Figures of the course of a run, which is computed again from its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.errors import InputError
from chainrule.figures.figure_spec import FigureKind, Material, given

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["OF_COURSES"]

_RUN = "run with its data"


def _saturation(material: Material) -> Figure:
    from chainrule.figures.saturation import draw_saturation, saturation_data

    return draw_saturation(saturation_data(given(material.course, _RUN), seed=material.seed))


def _cost_slices(material: Material) -> Figure:
    from chainrule.figures.cost_slices import cost_slices_data, draw_cost_slices

    return draw_cost_slices(cost_slices_data(given(material.course, _RUN), seed=material.seed))


def _cost_surface(material: Material) -> Figure:
    from chainrule.figures.cost_surface import DIRECTIONS, cost_surface_data, draw_cost_surface

    if len(material.names) > 1:
        raise InputError(
            "figure",
            expected=f"one of {', '.join(DIRECTIONS)}",
            got=" and ".join(material.names),
            argument="names",
        )
    course, kind = given(material.course, _RUN), (*material.names, DIRECTIONS[0])[0]
    return draw_cost_surface(cost_surface_data(course, kind, seed=material.seed))


OF_COURSES = (
    FigureKind("cost-slices", "the cost along straight lines", "course", _cost_slices),
    FigureKind(
        "cost-surface",
        "the cost around a run, with its path",
        "course",
        _cost_surface,
        "[principal|random]",
    ),
    FigureKind("saturation", "saturation of each layer, by epoch", "course", _saturation),
)
"""Their kinds."""
