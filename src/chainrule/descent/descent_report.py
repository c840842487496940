"""A descent as a document: formula, derivatives, steps in numbers, a table, the outcome."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.descent.gradient_descent import Descent
from chainrule.documents import (
    Block,
    Calculation,
    Document,
    Heading,
    Paragraph,
    Table,
    WorkingLine,
    math_text,
)
from chainrule.documents.mathematics import (
    Addition,
    Letter,
    Mathematics,
    Multiplication,
    Negation,
    Numeral,
    Spelled,
)
from chainrule.ledger.formulas import number_text

__all__ = ["derivative_symbol", "descent_document", "worked_step"]

MAX_ROWS = 24
"""Of a longer descent the steps in the middle are left out."""
MAX_WORKED_STEPS = 3
"""As many steps are worked out in numbers."""


def descent_document(
    descent: Descent, title: str = "", *, digits: int = 6, full: bool = False
) -> Document:
    """A descent as a document.

    Args:
        descent: the descent.
        title: one line; empty takes the function.
        digits: significant ones of numbers.
        full: whether all steps of a long descent are shown.
    """
    function = descent.function
    left = Spelled(Letter("f", of=Letter(", ".join(function.variables))), function.notation)
    blocks: list[Block] = [
        Calculation(left, (WorkingLine(function.typeset(function.value), "formula"),)),
        *_derivatives(descent),
        Paragraph(("Learning rate ", Letter("η"), f" = {descent.path.rate:g}")),
        *_worked_steps(descent, digits),
        Heading("Steps"),
        _table(descent, digits, full=full),
        Paragraph(descent.outcome.sentence),
    ]
    title = title or f"Descent on {function.notation} = {function.text}"
    return Document(title, tuple(blocks), values=descent.to_dict)


def _derivatives(descent: Descent) -> Iterator[Calculation]:
    function = descent.function
    for name, derivative in zip(function.variables, function.derivatives, strict=True):
        line = WorkingLine(function.typeset(derivative), "formula")
        yield Calculation(derivative_symbol(descent, name), (line,))


def derivative_symbol(descent: Descent, name: str) -> Mathematics:
    """Return f′(x), or ∂f/∂x where there are several variables."""
    if len(descent.function.variables) == 1:
        return Spelled(Letter("f′", of=Letter(name)), f"f′({name})")
    return Spelled(Letter("f", by=Letter(name)), f"∂f/∂{name}")


def _worked_steps(descent: Descent, digits: int) -> Iterator[Calculation]:
    """The first steps in numbers."""
    for at in range(min(descent.steps, MAX_WORKED_STEPS)):
        for place in range(len(descent.function.variables)):
            yield worked_step(descent, at, place, digits)


def worked_step(descent: Descent, at: int, place: int, digits: int) -> Calculation:
    """Return a step in numbers [U1]: old - rate · derivative = new.

    Args:
        descent: that it belongs to.
        at: the number of the point that is left, from 0.
        place: of the variable.
        digits: significant ones of numbers.
    """
    function, path = descent.function, descent.path
    name, old = function.variables[place], path.points[at]

    def number(value: float) -> Numeral:
        return Numeral(number_text(value, digits))

    def step(start: Mathematics, rate: Mathematics, derivative: Mathematics) -> Mathematics:
        return Addition((start, Negation(Multiplication((rate, derivative)))))

    rate, start = number(path.rate), number(old[place])
    worked = function.typeset(function.derivatives[place], old, digits)
    symbols = step(_point(name, at), Letter("η"), derivative_symbol(descent, name))
    lines = (
        WorkingLine(symbols, "formula"),
        WorkingLine(step(start, rate, worked), "substituted"),
        WorkingLine(step(start, rate, number(path.gradients[at][place])), "substituted"),
        WorkingLine(number(path.points[at + 1][place]), "result"),
    )
    address = math_text(_point(name, at + 1))
    words = f"step {at + 1} of {name}"
    return Calculation(_point(name, at + 1), lines, label="U1", name=words, address=address)


def _point(name: str, at: int) -> Mathematics:
    """A variable after a number of steps, such as x_3."""
    return Spelled(Letter(name, str(at)), f"{name}_{at}")


def _table(descent: Descent, digits: int, *, full: bool = False) -> Table:
    """The points with value and derivatives, one in each row."""
    names = descent.function.variables
    derivatives = [math_text(derivative_symbol(descent, name)) for name in names]
    count = len(descent.path.points)
    shown = list(range(count))
    rows = [
        (str(at), *(number_text(x, digits) for x in _numbers(descent, at)))
        for at in (shown if full or count <= MAX_ROWS else _ends(shown))
    ]
    if len(rows) < count:
        rows.insert(MAX_ROWS // 2, ("…", *[""] * (1 + 2 * len(names))))
    return Table("", ("step", *names, "f", *derivatives), tuple(rows))


def _ends(shown: list[int]) -> list[int]:
    return shown[: MAX_ROWS // 2] + shown[-(MAX_ROWS // 2) :]


def _numbers(descent: Descent, at: int) -> tuple[float, ...]:
    path = descent.path
    return (*map(float, path.points[at]), float(path.values[at]), *map(float, path.gradients[at]))
