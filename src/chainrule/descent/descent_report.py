"""A descent told: formula, derivatives, the first steps in numbers, a table, and what becomes."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.descent.descent import Descent
from chainrule.evaluation import Table
from chainrule.ledger.formulas import number_text

__all__ = ["descent_table", "formula_lines", "step_lines"]

MAX_ROWS = 24
"""Of a longer descent the steps in the middle are left out."""
MAX_WORKED_STEPS = 3
"""So many steps are worked out in numbers."""


def formula_lines(descent: Descent) -> Iterator[str]:
    """The function and its derivatives."""
    function = descent.function
    yield f"{function.notation} = {function.format(function.value)}"
    for name, slope in zip(function.variables, function.derivatives, strict=True):
        yield f"{_derivative_symbol(descent, name)} = {function.format(slope)}"


def _derivative_symbol(descent: Descent, name: str) -> str:
    alone = len(descent.function.variables) == 1
    return f"f′({name})" if alone else f"∂f/∂{name}"


def step_lines(descent: Descent, digits: int) -> Iterator[str]:
    """The first steps in numbers [U1]: old - rate · slope = new.

    Args:
        descent: the descent.
        digits: significant ones.
    """
    function, path = descent.function, descent.path
    for at in range(min(descent.steps, MAX_WORKED_STEPS)):
        for place, name in enumerate(function.variables):
            old, slope, new = path.points[at], path.gradients[at], path.points[at + 1]
            worked = function.format(function.derivatives[place], old, digits)
            yield f"{name}_{at + 1} = {name}_{at} - η {_derivative_symbol(descent, name)}"
            numbers = number_text(old[place], digits), number_text(path.rate, digits)
            known = number_text(slope[place], digits)
            width = len(f"{name}_{at + 1}")
            yield f"{'':{width}} = {numbers[0]} - {numbers[1]}·({worked})"
            yield f"{'':{width}} = {numbers[0]} - {numbers[1]}·{_parenthesise(known)}"
            yield f"{'':{width}} = {number_text(new[place], digits)}"


def _parenthesise(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def descent_table(descent: Descent, digits: int, *, full: bool = False) -> Table:
    """The points with value and slopes, one a row.

    Args:
        descent: the descent.
        digits: significant ones.
        full: whether the steps in the middle of a long one are shown too.
    """
    names = descent.function.variables
    slopes = [_derivative_symbol(descent, name) for name in names]
    count = len(descent.path.points)
    shown = range(count)
    gap = not full and count > MAX_ROWS
    rows: list[tuple[str, ...]] = []
    for at in shown:
        if gap and MAX_ROWS // 2 <= at < count - MAX_ROWS // 2:
            if at == MAX_ROWS // 2:
                rows.append(("…", *[""] * (1 + 2 * len(names))))
            continue
        rows.append((str(at), *(number_text(x, digits) for x in _numbers(descent, at))))
    return Table("Steps", ("step", *names, "f", *slopes), tuple(rows))


def _numbers(descent: Descent, at: int) -> tuple[float, ...]:
    path = descent.path
    return (*map(float, path.points[at]), float(path.values[at]), *map(float, path.gradients[at]))
