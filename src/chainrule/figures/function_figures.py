"""Figures that need only a name: of functions, and of their use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.figures.figure_spec import FigureKind, Material

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["OF_FUNCTIONS"]


def _activations(material: Material) -> Figure:
    from chainrule.figures.activations import activations_data, draw_activations

    return draw_activations(activations_data(material.names))


def _lift(material: Material) -> Figure:
    from chainrule.figures.layer_transform import draw_lift, lift_data

    return draw_lift(lift_data(material.names))


def _parabola(material: Material) -> Figure:
    from chainrule.figures.parabola import draw_parabola, parabola_data, read_rates

    return draw_parabola(parabola_data(read_rates(material.names)))


def _partials(material: Material) -> Figure:
    from chainrule.figures.partial_slices import (
        draw_partial_slices,
        partial_slices_data,
        read_point,
    )

    return draw_partial_slices(partial_slices_data(*read_point(material.names)))


def _pieces(material: Material) -> Figure:
    from chainrule.figures.relu_pieces import draw_relu_pieces, read_counts, relu_pieces_data

    counts = read_counts(material.names)
    return draw_relu_pieces(relu_pieces_data(counts, seed=material.seed))


OF_FUNCTIONS = (
    FigureKind(
        "activations",
        "activation functions with their slopes and kinks",
        "nothing",
        _activations,
        "[FUNCTION...]",
    ),
    FigureKind("lift", "how a layer transforms a plane", "nothing", _lift, "[FUNCTION...]"),
    FigureKind("parabola", "descent on x² - 2x + 1.5, by rate", "nothing", _parabola, "[RATE...]"),
    FigureKind("partials", "x² + y³ with a slice along each axis", "nothing", _partials, "[X Y]"),
    FigureKind(
        "pieces", "ReLU neurons that add up to 2^x, trained", "nothing", _pieces, "[NEURONS...]"
    ),
)
"""Their kinds."""
