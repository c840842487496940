"""Function files: a formula, a starting point, and the settings of a descent.

title = "A parabola"
[function]
formula = "x**2 - 2*x + 1.5"
[descent]
start = { x = -1.0 }
learning_rate = 0.1
steps = 10                    # left out: 10
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chainrule.bundled import bundled_files
from chainrule.descent.function import Function, make_function
from chainrule.descent.gradient_descent import DESCENT_LIMITS, Descent, check_start, descend
from chainrule.descent.python_expression import MAX_LENGTH
from chainrule.errors import InputError, describe
from chainrule.ledger.files import Fields, read_source

__all__ = [
    "DEFAULT_RATE",
    "DEFAULT_STEPS",
    "FunctionFile",
    "descend_function",
    "read_descent",
    "read_function",
]

DEFAULT_RATE = 0.1
"""The learning rate where a formula stands by itself."""

DEFAULT_STEPS = 10
"""Steps if none are given."""


@dataclass(frozen=True, eq=False)
class FunctionFile:
    """A descent that is asked for.

    Args:
        title: a line of words; empty for none.
        function: to be descended.
        start: where to begin, in the order of the variables.
        learning_rate: above 0.
        steps: to take.
    """

    title: str
    function: Function
    start: tuple[float, ...]
    learning_rate: float
    steps: int

    def descend(self) -> Descent:
        """The descent.

        Raises: InputError.
        """
        return descend(
            self.function, self.start, learning_rate=self.learning_rate, steps=self.steps
        )


def read_function(path: str | Path) -> FunctionFile:
    """The descent that a file describes.

    Args:
        path: a TOML file; the docstring of this module shows all that may be in it.

    Raises: FileError, DataError, InputError, UnknownNameError; all name the file, and its line.
    """
    source = read_source(path)
    top = Fields.at(source, (), source.table, ("title", "function", "descent"))
    table = top.given("function", '{ formula = "x**2" }')
    of = Fields.at(source, ("function",), table, ("formula",))
    text = of.text("formula", '"x**2"', MAX_LENGTH)
    function = make_function(text, of.where("formula"))
    table = top.given("descent", "{ start = { x = 1.0 }, learning_rate = 0.1 }")
    how = Fields.at(source, ("descent",), table, ("start", "learning_rate", "steps"))
    how.given("learning_rate", "0.1")
    return FunctionFile(
        title=top.text("title", '"…"') if top.has("title") else "",
        function=function,
        start=_start(how, function),
        learning_rate=how.limited("learning_rate", DESCENT_LIMITS["learning_rate"]),
        steps=how.limited("steps", DESCENT_LIMITS["steps"]) if how.has("steps") else DEFAULT_STEPS,
    )


def _start(how: Fields, function: Function) -> tuple[float, ...]:
    names = function.variables
    example = "{ " + ", ".join(f"{name} = 1.0" for name in names) + " }"
    table = how.given("start", example)
    start = Fields.at(how.source, ("descent", "start"), table, names)
    for name in names:
        start.given(name, "1.0")
    numbers = tuple(start.limited(name, DESCENT_LIMITS["start"]) for name in names)
    try:
        check_start(function, numbers)
    except InputError as error:
        got = ", ".join(f"{name} = {x:g}" for name, x in zip(names, numbers, strict=True))
        where = how.where("start")
        raise InputError(where, expected=error.expected, got=got or describe(table)) from None
    return numbers


def read_descent(
    target: str,
    *,
    start: Mapping[str, float] | Sequence[float] | None = None,
    learning_rate: float | None = None,
    steps: int | None = None,
) -> FunctionFile:
    """Return the descent that a formula or a file describes, with what is given in its place.

    Args:
        target: a formula such as "x**2 - 2*x + 1.5", a TOML file, or the name of a bundled one.
        start: where to begin, by the variables' names or in their order; 1 for each by default.
        learning_rate: above 0; 0.1 by default.
        steps: how many to take; 10 by default.

    Raises: FileError, DataError, InputError, UnknownNameError.

    Example:
        >>> found = read_descent("x**2", start={"x": 3.0}, steps=5).descend()
        >>> found.outcome.name
        'nears'
    """
    if target.endswith(".toml") or target in bundled_files("function"):
        read = read_function(target)
    else:
        function = make_function(target, "descend")
        ones = (1.0,) * len(function.variables)
        read = FunctionFile("", function, ones, DEFAULT_RATE, DEFAULT_STEPS)
    return replace(
        read,
        start=read.start if start is None else _order_start(start, read.function.variables),
        learning_rate=read.learning_rate if learning_rate is None else learning_rate,
        steps=read.steps if steps is None else steps,
    )


def descend_function(
    target: str,
    *,
    start: Mapping[str, float] | Sequence[float] | None = None,
    learning_rate: float | None = None,
    steps: int | None = None,
) -> Descent:
    """Descend on a formula, or on the function of a file; arguments and errors of `read_descent`.

    Example:
        >>> descend_function("x**2 - 2*x", start=[3.0], learning_rate=0.5).path.points[1].tolist()
        [1.0]
    """
    return read_descent(target, start=start, learning_rate=learning_rate, steps=steps).descend()


def _order_start(
    start: Mapping[str, float] | Sequence[float], names: tuple[str, ...]
) -> tuple[float, ...]:
    """Return a start in the order of the variables."""
    if not isinstance(start, Mapping):
        return tuple(start)
    if set(start) != set(names):
        example = ", ".join(f"{name}=1" for name in names)
        raise InputError(
            "descend",
            expected=f"start to be a number for each variable, such as {example}",
            got=", ".join(f"{name}={value}" for name, value in start.items()) or "none",
            argument="start",
            value=start,
        )
    return tuple(start[name] for name in names)
