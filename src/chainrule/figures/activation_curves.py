"""The activation functions with their derivatives and kinks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS, Activation, activate, pull_back
from chainrule.errors import unknown_name
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    label_bottom,
    make_panels,
    open_figure,
)
from chainrule.figures.style import BLUE, GREY, LINE, MONO, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "ActivationCurve",
    "CurveKink",
    "KinkSides",
    "activation_curves_data",
    "draw_activation_curves",
]

Column = NDArray[np.float64]

_WIDE = 6.0
"""Inches from which the note has room in one line."""
_COLUMNS = 4


class KinkSides(NamedTuple):
    """Numbers just left of a kink, on it by convention, and just right of it."""

    left: float
    at: float
    right: float


class CurveKink(NamedTuple):
    """Where a function bends.

    Args:
        z: where.
        values: of the function.
        derivatives: of the function.
    """

    z: float
    values: KinkSides
    derivatives: KinkSides


@dataclass(frozen=True, eq=False)
class ActivationCurve:
    """An activation function in numbers.

    Args:
        name: its name in recipes.
        equation: its id.
        formula: what it computes, to be read.
        z: where, ascending, (points,); a kink stands three times: left of it, on it, right of it.
        value: φ(z), NaN on a kink, so that a line breaks there.
        derivative: φ'(z), likewise.
        kinks: where the derivative jumps.
    """

    name: str
    equation: str
    formula: str
    z: Column
    value: Column
    derivative: Column
    kinks: tuple[CurveKink, ...]


def activation_curves_data(
    names: Iterable[str] = (), *, low: float = -4.0, high: float = 4.0, points: int = 401
) -> tuple[ActivationCurve, ...]:
    """The curves of activation functions; softmax as the first of the two outputs for (z, 0).

    Args:
        names: which, in this order; none for all.
        low: the least z.
        high: the greatest z, above low.
        points: how many z between them, at least 2; kinks come on top.

    Raises: UnknownNameError.
    """
    chosen = tuple(names) or tuple(ACTIVATIONS)
    for name in chosen:
        if name not in ACTIVATIONS:
            raise unknown_name("figure", "an activation", name, ACTIVATIONS, argument="names")
    z = np.linspace(low, high, points)
    return tuple(_curve(ACTIVATIONS[name], z) for name in chosen)


def _curve(activation: Activation, z: Column) -> ActivationCurve:
    kinks = tuple(_kink(activation, at) for at in activation.kinks if z[0] < at < z[-1])
    broken = z
    for kink in kinks:
        apart = broken[broken != kink.z]
        sides = [np.nextafter(kink.z, -np.inf), kink.z, np.nextafter(kink.z, np.inf)]
        broken = np.insert(apart, np.searchsorted(apart, kink.z), sides)
    value, derivative = _at(activation, broken)
    on = np.isin(broken, [kink.z for kink in kinks])
    value[on], derivative[on] = np.nan, np.nan
    formula = activation.formula + (" of (z, 0)" if activation.derivative is None else "")
    return ActivationCurve(
        activation.name, activation.equation, formula, broken, value, derivative, kinks
    )


def _kink(activation: Activation, at: float) -> CurveKink:
    value, derivative = _at(
        activation, np.array([np.nextafter(at, -np.inf), at, np.nextafter(at, np.inf)])
    )
    return CurveKink(at, KinkSides(*value.tolist()), KinkSides(*derivative.tolist()))


def _at(activation: Activation, z: Column) -> tuple[Column, Column]:
    """φ(z) and φ'(z); of a function of a whole row, the first output for (z, 0)."""
    row = np.stack((z, np.zeros_like(z)), axis=1)
    a = activate(activation, row)
    derivative = pull_back(activation, np.array([[1.0, 0.0]]), row, a)
    return a[:, 0].astype(float), derivative[:, 0].astype(float)


@figure_function
def draw_activation_curves(
    curves: tuple[ActivationCurve, ...], *, ax: Place | None = None
) -> Place:
    """Draw each function with its derivative, a panel each.

    Args:
        curves: `activation_curves_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(curves), _COLUMNS)
    note = "At a kink, a filled dot marks the value that is used, and a circle the one that is not."
    width = 2.6 * columns if columns > 1 else 5.2
    heading = FigureHeading(
        "Activation functions and their derivatives",
        note if width > _WIDE else note.replace(", and", ",\nand"),
    )
    figure = open_figure(ax, (width, 2.4 * rows + (1.2 if columns > 1 else 1.8)), heading)
    panels = make_panels(figure, len(curves), columns, sharex=True)
    for curve, axes in zip(curves, panels, strict=True):
        _draw_curve(curve, axes)
    label_bottom(panels, columns, "z")
    figure.legend(handles=panels[0].get_lines()[2:4], loc="outside lower center", ncols=2)
    return figure


def _draw_curve(curve: ActivationCurve, axes: Axes) -> None:
    axes.axhline(0, color=GREY, linewidth=0.7, zorder=1)
    axes.axvline(0, color=GREY, linewidth=0.7, zorder=1)
    axes.plot(curve.z, curve.value, color=BLUE, linewidth=2.4, label="value φ(z)")
    dashes: dict[str, Any] = {"linewidth": 1.4, "dashes": (4, 1.5), "zorder": 3}
    axes.plot(curve.z, curve.derivative, color=ORANGE, label="derivative φ'(z)", **dashes)
    for kink in curve.kinks:
        _draw_dots(axes, kink.z, kink.derivatives, ORANGE)
        _draw_dots(axes, kink.z, kink.values, BLUE)
    axes.set_title(f"{curve.name}  [{curve.equation}]", pad=17)
    at: dict[str, Any] = {"xy": (0, 1), "xycoords": "axes fraction"}
    shift: dict[str, Any] = {"xytext": (0, 4), "textcoords": "offset points"}
    axes.annotate(curve.formula, fontsize=7, color=GREY, family=MONO, **at, **shift)
    axes.grid(color=LINE)
    axes.margins(x=0, y=0.08)


def _draw_dots(axes: Axes, z: float, sides: KinkSides, colour: str) -> None:
    left, on, right = sides
    if abs(left - right) < 1e-9:
        return
    off = left if abs(on - right) < abs(on - left) else right
    style: dict[str, Any] = {"color": colour, "markersize": 4.5, "zorder": 4}
    axes.plot([z], [off], "o", markerfacecolor="white", **style)
    axes.plot([z], [on], "o", **style)
