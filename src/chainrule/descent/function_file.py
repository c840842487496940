"""Worked files of functions: a formula, where to begin, and how to descend.

title = "A parabola"
[function]
formula = "x**2 - 2*x + 1.5"
[descent]
start = { x = -1.0 }
learning_rate = 0.1
steps = 10                    # left out: 10
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chainrule.descent.descent import DESCENT_LIMITS, Descent, descend
from chainrule.descent.function import Function, make_function
from chainrule.descent.python_expression import MAX_LENGTH
from chainrule.errors import InputError, describe
from chainrule.ledger.files import Fields, read_source

__all__ = ["DEFAULT_STEPS", "FunctionFile", "read_function"]

DEFAULT_STEPS = 10
"""So many where nothing is said."""


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
        descend(function, numbers, learning_rate=1.0, steps=1)
    except InputError as error:
        got = ", ".join(f"{name} = {x:g}" for name, x in zip(names, numbers, strict=True))
        where = how.where("start")
        raise InputError(where, expected=error.expected, got=got or describe(table)) from None
    return numbers
