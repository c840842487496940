"""`chainrule descend`: gradient descent on a function given as a formula."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import FORMAT, Setting, chosen_format, flag_of, json_flag
from chainrule.descent import (
    DEFAULT_RATE,
    DEFAULT_STEPS,
    DESCENT_LIMITS,
    FUNCTIONS,
    Descent,
    descent_document,
    read_descent,
)
from chainrule.errors import InputError
from chainrule.limits import Limit

__all__ = ["command"]

_ABOUT = f"""Follow gradient descent on a function, step by step.

FORMULA has one to four variables, numbers, + - * / and ^ or **, brackets, pi, and
{", ".join(FUNCTIONS)}; 2x is 2*x. It is parsed, never run. FILE is a .toml file with a table
[function], or the name of a bundled one: parabola, two-variables. SymPy finds the derivatives. The
report shows the first steps in numbers, every point with its derivative, and how the descent ends:
whether it converges, oscillates, diverges or falls without end. Rates above 2/curvature are too
large.

A picture shows the path on the curve; for two variables, on a map and on the surface, with a slice
parallel to each axis."""

_EXAMPLES = (
    "chainrule descend 'x^2 - 2x + 1.5' --start x=-1 --learning-rate 1 --steps 4",
    "chainrule descend 'x**2 + y**3' --start x=1,y=1 --learning-rate 0.1 --picture path.png",
    "chainrule descend parabola --learning-rate 0.9",
    "chainrule descend 'sigmoid(x)*y**2' --start x=0,y=1 --json",
)
_SETTINGS = {
    "start": Setting(
        name="start",
        limit=Limit(str, "starting point: x=1,y=2, or the numbers alone", group="descent"),
        default_text="1 for each variable",
    ),
    "learning_rate": Setting(
        name="learning_rate", limit=DESCENT_LIMITS["learning_rate"], default_text=str(DEFAULT_RATE)
    ),
    "steps": Setting(name="steps", limit=DESCENT_LIMITS["steps"], default_text=str(DEFAULT_STEPS)),
    "digits": Setting(
        name="digits",
        limit=Limit(int, "significant digits of numbers", 1, 17, group="output"),
        default=6,
    ),
}


def _descend(target: str, **given: Any) -> None:
    console, chosen = Console(), chosen_format("descend", given)
    with errors_by_flags("descend", ("learning_rate",)):
        digits = _SETTINGS["digits"].limit.check("descend", "digits", given["digits"] or 6)
        asked = read_descent(target, learning_rate=given["learning_rate"], steps=given["steps"])
        if given["start"] is not None:
            start = _start(given["start"], asked.function.variables)
            asked = replace(asked, start=start)
        descent = asked.descend()
        if given["picture"]:
            _draw(descent, given["picture"])
    full = bool(given["full"])
    document = descent_document(descent, asked.title, digits=digits, full=full)
    console.document(document, chosen)
    if given["picture"] and chosen == "text":
        console.fact("drawn", given["picture"])


def _start(text: str, names: tuple[str, ...]) -> tuple[float, ...]:
    """The numbers of a start such as "x=1,y=2", or "1,2"."""
    parts = [part.strip() for part in text.split(",")]
    named = dict(part.split("=", 1) for part in parts if part.count("=") == 1)
    found = {name.strip(): value for name, value in named.items()}
    if not named and len(parts) == len(names):
        found = dict(zip(names, parts, strict=True))
    try:
        numbers = {name: float(value) for name, value in found.items()}
    except ValueError:
        numbers = {}
    if set(numbers) != set(names) or len(parts) != len(names):
        example = ",".join(f"{name}=1" for name in names)
        raise InputError(
            "descend",
            expected=f"--start to be a number for each variable, such as {example}",
            got=repr(text),
            argument="start",
            value=text,
        )
    return tuple(numbers[name] for name in names)


def _draw(descent: Descent, path: str) -> None:
    from chainrule.figures import SUFFIXES, save_figure
    from chainrule.figures.descent_path import descent_path_data, draw_descent_path

    if Path(path).suffix.lower() not in SUFFIXES:
        expected = f"--picture with a name that ends with {', '.join(SUFFIXES)}"
        raise InputError("descend", expected=expected, got=repr(path), argument="picture")
    save_figure(draw_descent_path(descent_path_data(descent)), path)


def _flags() -> list[click.Parameter]:
    return [
        argument("target", metavar="FORMULA|FILE"),
        *(flag_of(_SETTINGS[name]) for name in ("start", "learning_rate", "steps")),
        flag_of(_SETTINGS["digits"]),
        Flag(["--full"], is_flag=True, group="output", help="every step of a long descent"),
        Flag(["--picture"], metavar="FILE", group="output", help="draw it: .png, .svg or .pdf"),
        flag_of(FORMAT),
        json_flag(),
    ]


command = Command("descend", _descend, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
