"""The cost against one number of a network, with the tangent at the number's own value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import activate
from chainrule.equations.affine import affine
from chainrule.equations.output_error import output_cost
from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import BLUE, GREEN, GREY, INK, ORANGE
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Quantity, Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CostTangent", "cost_tangent_data", "draw_cost_tangent"]

Array = NDArray[np.float64]

_GRADIENTS = {"W": "dW", "b": "db", "z": "delta", "a": "da"}
"""What ∂C/∂q is called, by the kind of q."""
_REACH = {"W": 4.0, "b": 4.0, "z": 4.0, "a": 1.0}
"""How far the curve goes to either side of the number."""
_POINTS = 201


@dataclass(frozen=True, eq=False)
class CostTangent:
    """The cost as a function of one number, all others held.

    Args:
        name: address of the number.
        value: the number itself.
        cost: at the number.
        slope: ∂C/∂ of the number, by back-propagation.
        at: the numbers of the curve, ascending, (points,).
        costs: the cost at each, (points,); NaN where it is not defined.
        next_value: the number after the step; None for a sum or an activation.
    """

    name: str
    value: float
    cost: float
    slope: float
    at: Array
    costs: Array
    next_value: float | None


def cost_tangent_data(ledger: Ledger, address: str = "") -> CostTangent:
    """Compute the cost of a batch for many values of one number.

    Args:
        ledger: of a worked example that trains.
        address: a weight, a bias, a weighted sum or an activation of a layer; the first weight by
            default. `step[n].` in front takes the numbers before step n.

    Raises: InputError for another address or an example that does not train; UnknownNameError;
        DivergenceError.
    """
    quantity = _locate(ledger, address)
    step, value = ledger.step(quantity.step), float(ledger.value(quantity))
    new = None
    if quantity.kind in ("W", "b"):
        new = float(ledger.value(_of_kind(quantity, f"{quantity.kind}_new")))
    reach = _REACH[quantity.kind]
    ends = (value - reach, value + reach) if new is None else (value - reach, value + reach, new)
    at = np.linspace(min(ends), max(ends), _POINTS)
    with np.errstate(all="ignore"):  # a cross-entropy has no value at a < 0
        costs = np.array([_cost(step, quantity, float(one)) for one in at])
    return CostTangent(
        name=ledger.address_text(quantity),
        value=value,
        cost=_cost(step, quantity, value),
        slope=float(ledger.value(_of_kind(quantity, _GRADIENTS[quantity.kind]))),
        at=at,
        costs=np.where(np.isfinite(costs), costs, np.nan),
        next_value=new,
    )


def _locate(ledger: Ledger, address: str) -> Quantity:
    example = ledger.example
    text = address or ledger.address_text(Quantity.parse("W[1][0,0]"))
    quantity = ledger.locate(text)
    fits = quantity.kind in _GRADIENTS and quantity.is_number and quantity.layer != 0
    if example.recipe is None or not fits:
        raise InputError(
            example.where,
            expected="a worked example with [training], and a weight, a bias, a weighted sum or "
            "an activation of a layer, such as W[1][0,0]",
            got=text if example.recipe is not None else "one without [training]",
            argument="names",
            value=address,
        )
    return quantity


def _of_kind(quantity: Quantity, kind: str) -> Quantity:
    """Another quantity of the same neuron or weight."""
    return Quantity(
        kind, quantity.layer, quantity.index, step=quantity.step, example=quantity.example
    )


def _cost(step: Step, quantity: Quantity, value: float) -> float:
    """The cost of the step's batch with one number set to a value."""
    row = 0 if quantity.example is None else step.rows.index(quantity.example)
    place = quantity.index if quantity.kind in ("W", "b") else (row, *quantity.index)
    a = z = step.x
    for number, layer in enumerate(step.layers, 1):
        set_here = quantity.kind if number == quantity.layer else ""
        W = _with(layer.W, place, value) if set_here == "W" else layer.W
        b = _with(layer.b, place, value) if set_here == "b" else layer.b
        z = affine(a, W, b)
        z = _with(z, place, value) if set_here == "z" else z
        a = activate(layer.activation, z)
        a = _with(a, place, value) if set_here == "a" else a
    y = step.trace.y
    if quantity.kind == "a" and quantity.layer == len(step.layers):
        costs = step.cost.value(a, y)  # not from z, which stays
    else:
        costs = output_cost(step.cost, step.layers[-1].activation, z, a, y)
    return float(costs @ step.shares)


def _with(array: Any, place: tuple[int, ...], value: float) -> Array:
    """A copy of an array with one number set."""
    changed = np.array(array)
    changed[place] = value
    return changed


@figure_function
def draw_cost_tangent(data: CostTangent, *, ax: Place | None = None) -> Place:
    """Draw the curve, the number on it, the tangent and, for a parameter, the step along the axis.

    Args:
        data: `cost_tangent_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = (
        f"All other numbers stay. At {data.name} = {data.value:.4g}\nthe cost is {data.cost:.4g} "
        f"and its slope {data.slope:.4g}."
    )
    axes = open_axes(ax, (5.2, 4.6), FigureHeading(f"The cost against {data.name}", note))
    axes.plot(data.at, data.costs, color=BLUE, label="cost C")
    _draw_tangent(axes, data)
    if data.next_value is not None:
        _draw_step(axes, data, data.next_value)
    axes.set_xlabel(data.name)
    axes.set_ylabel("cost C")
    low, high = float(np.nanmin(data.costs)), float(np.nanmax(data.costs))
    room = 0.08 * (high - low) or 0.1
    axes.set_ylim(low - room, high + room)
    axes.legend(loc="best")
    return axes


def _draw_tangent(axes: Axes, data: CostTangent) -> None:
    reach = (data.at[-1] - data.at[0]) / 6
    ends = np.array([data.value - reach, data.value + reach])
    line = data.cost + data.slope * (ends - data.value)
    axes.plot(ends, line, color=ORANGE, label=f"tangent, slope {data.slope:.4g}")
    axes.plot([data.value], [data.cost], "o", color=INK, markersize=7, zorder=5)
    axes.plot([data.value, data.value], [-1e9, data.cost], color=GREY, linewidth=0.8, linestyle=":")


def _draw_step(axes: Axes, data: CostTangent, new: float) -> None:
    cost = float(np.interp(new, data.at, data.costs))
    axes.plot([new], [cost], "D", color=GREEN, zorder=4, label=f"after the step: {new:.4g}")
