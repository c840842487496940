"""Descend: gradient descent on a function that the visitor types, step by step."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.descent import (
    DESCENT_LIMITS,
    Descent,
    derivative_symbol,
    descend,
    make_function,
    worked_step,
)
from chainrule.documents import Calculation, WorkingLine
from chainrule.documents.mathematics import Letter, Mathematics, Numeral, Spelled
from chainrule.errors import InputError
from chainrule.figures.descent_path import DescentPathData, descent_path_data
from chainrule.lab.contour_lines import contour_lines
from chainrule.lab.frames import RoomView
from chainrule.lab.opened_number import math_lines, math_markup
from chainrule.lab.state import LabState
from chainrule.ledger.formulas import number_text

__all__ = ["show"]

Array = NDArray[np.float64]

_MOST_VARIABLES = 2
_START = 2.0
_RATE_ROOM = 1.25
"""The slider reaches so many times beyond 2/curvature, where a descent diverges."""
_PLAIN_REACH = 1.0
"""Of the slider where the function is not curved upwards."""
_DRAWN = 1e30
"""Greater numbers are not drawn: the page gets float32."""
_ADDRESS = re.compile(r"(point|value|slope)\[(\d{1,3})\](?:\[(\d)\])?")


def show(view: RoomView, state: LabState) -> None:
    """Add the function, the path with its numbers, the rates that part its courses, a picture.

    Args:
        view: to add to. What belongs to the function is added before the descent can be refused.
        state: of the page.

    Raises: InputError, UnknownNameError for a formula, start or opened number that does not fit.
    """
    view.values["descent"] = {"steps_high": 200, "variables": [], "start": []}
    function = make_function(state.formula, "lab")
    names = function.variables
    if len(names) > _MOST_VARIABLES:
        raise InputError(
            "lab",
            expected="a formula of one or two variables",
            got=", ".join(names),
            argument="formula",
            value=state.formula,
        )
    start = (*state.start[: len(names)], *[_START] * (len(names) - len(state.start)))
    view.values["descent"] |= {"variables": list(names), "start": list(start)}
    descent = descend(function, start, learning_rate=state.rate, steps=state.steps)
    with np.errstate(all="ignore"):
        picture = descent_path_data(descent)
    view.values["descent"] |= _describe(descent, picture, state.digits)
    _add_picture(view, picture)
    if state.select:
        view.values["opened"] = _open(descent, state.select, state.digits)


def _describe(descent: Descent, picture: DescentPathData, digits: int) -> dict[str, Any]:
    function, path = descent.function, descent.path
    count = len(function.variables)
    return {
        "symbol": math_markup(_function_symbol(descent)),
        "formula": math_markup(function.typeset(function.value)),
        "derivatives": [
            {
                "symbol": math_markup(derivative_symbol(descent, name)),
                "formula": math_markup(function.typeset(derivative)),
            }
            for name, derivative in zip(function.variables, function.derivatives, strict=True)
        ],
        "outcome": descent.outcome.name,
        "sentence": descent.outcome.sentence,
        "rates": [_rates(float(curvature)) for curvature in path.curvatures[:, 1]],
        "rate_high": _rate_reach(descent),
        "left_out": picture.left_out,
        "drawn": _can_draw(picture),
        "rows": [
            {
                "points": [number_text(float(x), digits) for x in path.points[at]],
                "value": number_text(float(path.values[at]), digits),
                "slopes": [number_text(float(path.gradients[at][i]), digits) for i in range(count)],
            }
            for at in range(len(path.points))
        ],
    }


def _rates(curvature: float) -> dict[str, str]:
    """The greatest curvature, and the rates that part the courses; empty if there are none."""
    has_limit = math.isfinite(curvature) and curvature > 0
    return {
        "curvature": number_text(curvature, 6) if math.isfinite(curvature) else "",
        "half": number_text(1 / curvature, 6) if has_limit else "",
        "limit": number_text(2 / curvature, 6) if has_limit else "",
    }


def _rate_reach(descent: Descent) -> float:
    """The greatest rate of the slider, of two digits."""
    rate, limit = descent.path.rate, descent.limit
    reach = max(rate, _RATE_ROOM * limit if math.isfinite(limit) else _PLAIN_REACH)
    return float(f"{min(reach, DESCENT_LIMITS['learning_rate'].high or reach):.2g}")


def _can_draw(picture: DescentPathData) -> bool:
    return bool(max(np.abs(picture.points).max(), np.abs(picture.values).max()) < _DRAWN)


def _add_picture(view: RoomView, picture: DescentPathData) -> None:
    """The points that are near enough, and the curve or the lines of equal height."""
    if not _can_draw(picture):
        return
    view.add("path", np.column_stack((picture.points, picture.values)))
    if picture.grid is None:
        (one,) = picture.slices
        values = np.where(np.abs(one.values) < _DRAWN, one.values, np.nan)
        view.add("curve", np.column_stack((one.at, values)))
        return
    first, second = picture.slices
    lines = contour_lines(first.at, second.at, picture.grid)
    ends = [[line[0], line[-1]] for line in (first.at, second.at)]
    view.add("box", np.array(ends))
    view.add("contours", np.concatenate([np.zeros((0, 2)), *(line.points for line in lines)]))
    parts = [(len(line.points), line.share) for line in lines]
    view.add("contour_parts", np.array(parts, np.float64).reshape(-1, 2))


def _function_symbol(descent: Descent) -> Mathematics:
    names = ", ".join(descent.function.variables)
    return Spelled(Letter("f", of=Letter(names)), descent.function.notation)


class _PathNumber(NamedTuple):
    """A number of the path.

    Args:
        kind: "point" for a coordinate, "value" or "slope".
        at: after so many steps.
        place: of the variable; 0 for a value.
    """

    kind: str
    at: int
    place: int = 0

    @property
    def address(self) -> str:
        """As the page names it."""
        end = "" if self.kind == "value" else f"[{self.place}]"
        return f"{self.kind}[{self.at}]{end}"

    def of(self, descent: Descent) -> float:
        """The number itself."""
        path = descent.path
        if self.kind == "value":
            return float(path.values[self.at])
        return float((path.points if self.kind == "point" else path.gradients)[self.at][self.place])


def _find(descent: Descent, address: str) -> _PathNumber:
    """Raises: InputError for an address that names nothing here."""
    found = _ADDRESS.fullmatch(address)
    number = _PathNumber(found[1], int(found[2]), int(found[3] or 0)) if found else None
    is_here = number is not None and number.at <= descent.steps
    if number is None or not is_here or number.place >= len(descent.function.variables):
        raise InputError(
            "lab",
            expected=f"point[k][i], slope[k][i] or value[k], k up to {descent.steps}",
            got=address,
            argument="select",
            value=address,
        )
    return number


def _open(descent: Descent, address: str, digits: int) -> dict[str, Any]:
    """A number of the path with its calculation, as `open_number` has those of a network.

    Raises: InputError for an address that names nothing here.
    """
    number = _find(descent, address)
    calculation = _calculation(descent, number, digits)
    return {
        "address": number.address,
        "full_address": number.address,
        "name": calculation.name,
        "equation": calculation.label,
        "text": number_text(number.of(descent), digits),
        "made": "formula" if calculation.lines else "given",
        "symbol": math_markup(calculation.symbol),
        "lines": math_lines(calculation),
        "terms": [],
        "factors": [
            {"address": one.address, "text": number_text(one.of(descent), digits)}
            for one in _factors(descent, number)
        ],
        "provable": False,
    }


def _calculation(descent: Descent, number: _PathNumber, digits: int) -> Calculation:
    """How a number is made; the start is given, and has no lines."""
    function, name = descent.function, descent.function.variables[number.place]
    if number.kind == "point" and number.at:
        return worked_step(descent, number.at - 1, number.place, digits)
    if number.kind == "point":
        return Calculation(Spelled(Letter(name, "0"), f"{name}_0"), (), name=f"{name} at the start")
    is_value = number.kind == "value"
    tree = function.value if is_value else function.derivatives[number.place]
    point = descent.path.points[number.at]
    lines = (
        WorkingLine(function.typeset(tree), "formula"),
        WorkingLine(function.typeset(tree, point, digits), "substituted"),
        WorkingLine(Numeral(number_text(number.of(descent), digits)), "result"),
    )
    symbol = _function_symbol(descent) if is_value else derivative_symbol(descent, name)
    words = "value of the function" if is_value else f"derivative by {name}"
    return Calculation(symbol, lines, name=f"{words} after {number.at} steps")


def _factors(descent: Descent, number: _PathNumber) -> list[_PathNumber]:
    """What a number is made of: a coordinate of the one before it and its derivative."""
    _, at, place = number
    if number.kind == "point":
        before = [_PathNumber("point", at - 1, place), _PathNumber("slope", at - 1, place)]
        return before if at else []
    return [_PathNumber("point", at, i) for i in range(len(descent.function.variables))]
