"""`chainrule worksheet`: make a printable exercise, separate answers, and a claims file."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import Setting, flag_name, flag_of, indices_flag
from chainrule.errors import InputError
from chainrule.ledger import describe_example
from chainrule.limits import Limit, limits_of
from chainrule.worksheets import (
    FORMATS,
    MAX_WIDTH,
    WORKSHEET_LIMITS,
    ExercisePlan,
    SheetOptions,
    WorksheetSet,
    make_worksheets,
)

__all__ = ["command"]

_ABOUT = """Make a printable exercise with separate answers.

The exercise is to work through a network by hand. Its numbers are drawn from a seed so that they
are easy to calculate with, or taken from a worked example. A folder receives the sheets with
blanks, the answers with all intermediate numbers, and a claims file for each sheet. Once the claims
are filled in, `chainrule check` shows which are wrong, and the likely slips.

Quantities have addresses, as in docs/notation.md. --blank takes the beginning of an address: a,
delta[1], W_new[2][0,1], step[2].cost; without it every number that the step computes is left
blank."""

_EXAMPLES = (
    "chainrule worksheet --seed 42",
    "chainrule worksheet --seed 42 --copies 30 --out exam --pdf exam.pdf",
    "chainrule worksheet --layers 2,3,1 --activation tanh --examples 2 --hints",
    "chainrule worksheet --blank delta --blank W_new[2] --digits 3",
    "chainrule worksheet --from two-layers --format latex",
)
_WHERE = "worksheet"


def _activations() -> tuple[str, ...]:
    from chainrule.equations.activations import ACTIVATIONS

    return tuple(ACTIVATIONS)


def _formats() -> tuple[str, ...]:
    return tuple(FORMATS)


def _of_record(record: Any) -> dict[str, Setting]:
    """The settings of a record's limited fields, by name."""
    defaults = {field.name: field.default for field in fields(record)}
    return {
        name: Setting(name=name, limit=limit, default=defaults[name])
        for name, limit in limits_of(record).items()
    }


def _exercise() -> dict[str, Setting]:
    widths = Limit(int, "neurons of each layer, the inputs first", 1, MAX_WIDTH, group="exercise")
    names = Limit(
        str,
        "activation of all layers, or one for each layer",
        choices=_activations,
        group="exercise",
    )
    own = {
        "layers": Setting(name="layers", limit=widths, many=True, least=2, default_text="2,2,1"),
        "activation": Setting(name="activation", limit=names, many=True, default_text="sigmoid"),
    }
    made = _of_record(ExercisePlan)
    rate = replace(made["learning_rate"], default_text="0.5; 0.1 for rmsprop, adam, adamw and lion")
    return {**own, **made, "learning_rate": rate}


_EXERCISE = _exercise()
_LAYOUT = _of_record(SheetOptions)
_SEED = Setting(name="seed", limit=WORKSHEET_LIMITS["seed"], default_text="drawn and printed")
_COPIES = Setting(name="copies", limit=WORKSHEET_LIMITS["copies"], default=1)
_FORMAT = Setting(
    name="format",
    limit=Limit(str, "format of sheets and answers", choices=_formats, group="output"),
    default="html",
)
_DRAWN = ("seed", "copies", *_EXERCISE)
"""Flags that say how numbers are drawn."""


def _worksheet(**given: Any) -> int:
    console = Console(as_json=given["as_json"])
    with errors_by_flags(_WHERE, (*_DRAWN, *_LAYOUT, "title")):
        made = _make_worksheets(given)
        written = made.write(
            given["out"], format_name=given["format"] or _FORMAT.default, pdf=given["pdf"]
        )
    if console.as_json:
        console.json(written)
    else:
        _print_result(console, made, written["files"])
    return 0


def _make_worksheets(given: dict[str, Any]) -> WorksheetSet:
    layout = SheetOptions(**{name: given[name] for name in _LAYOUT if given[name] is not None})
    if given["source"]:
        _refuse_drawing(given)
        return make_worksheets(
            given["source"],
            blanks=given["blank"],
            title=given["title"] or "",
            options=layout,
            indices=given["indices"],
        )
    planned = {name: _value(given[name]) for name in _EXERCISE if given[name] is not None}
    return make_worksheets(
        seed=given["seed"],
        copies=given["copies"] or 1,
        plan=ExercisePlan(**planned),
        blanks=given["blank"],
        title=given["title"] or "",
        options=layout,
        indices=given["indices"],
    )


def _value(given: Any) -> Any:
    """A list as the plan has it; one name alone is that of all layers."""
    if not isinstance(given, list):
        return given
    return given[0] if len(given) == 1 else tuple(given)


def _refuse_drawing(given: dict[str, Any]) -> None:
    """A worked example has its numbers; nothing is drawn."""
    for name in _DRAWN:
        if given[name] is not None:
            raise InputError(
                _WHERE,
                expected=f"--from or {flag_name(name)}",
                got="both",
                why="A worked example has its own network and numbers",
                remedy="Leave one of them out",
                argument=name,
            )


def _print_result(console: Console, made: WorksheetSet, paths: dict[str, Any]) -> None:
    first, claims = made.sheets[0], paths["claims"]
    if made.seed is not None:
        console.fact("seed", f"{made.seed}" + " (drawn)" * made.seed_drawn)
    console.fact("network", describe_example(first.ledger.example))
    each = f", on each of {len(made.sheets)} sheets" if len(made.sheets) > 1 else ""
    digits = f"to {first.options.digits} significant digits"
    console.fact("blanks", f"{len(first.blanks)}, {digits}{each}")
    console.line()
    console.fact("sheets", paths["sheets"])
    console.fact("answers", paths["answers"])
    console.fact("claims", claims[0] + (f" … {Path(claims[-1]).name}" if len(claims) > 1 else ""))
    if "pdf" in paths:
        console.fact("PDF", f"{paths['pdf']}, {paths['pdf_answers']}")


def _flags() -> list[click.Parameter]:
    return [
        Flag(
            ["--from", "source"],
            metavar="FILE",
            group="exercise",
            help="a worked example to take the numbers from, instead of drawing them",
        ),
        flag_of(_SEED),
        flag_of(_COPIES),
        *(flag_of(setting) for setting in _EXERCISE.values()),
        Flag(
            ["--blank"],
            multiple=True,
            metavar="ADDRESS",
            group="sheet",
            help="quantity to leave blank; may be given several times [everything]",
        ),
        *(flag_of(setting) for setting in _LAYOUT.values()),
        indices_flag("sheet", "what indices of addresses count from"),
        Flag(["--title"], metavar="TEXT", group="sheet", help="heading of the sheets"),
        Flag(
            ["--out"],
            metavar="FOLDER",
            group="output",
            help="folder to write into [worksheet-SEED, or worksheet-NAME of the worked example]",
        ),
        flag_of(_FORMAT),
        Flag(
            ["--pdf"],
            metavar="FILE",
            group="output",
            help="also print the sheets to a PDF with an installed Chromium, and the "
            "answers to another",
        ),
        Flag(["--json", "as_json"], is_flag=True, group="output", help="print only JSON"),
    ]


command = Command("worksheet", _worksheet, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
