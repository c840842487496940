"""`chainrule worksheet`: a printable exercise, its answers apart, and the claims file for it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import Setting, flag_name, flag_of
from chainrule.errors import InputError
from chainrule.ledger import Ledger, describe_example
from chainrule.ledger.files import read_worked
from chainrule.ledger.steps import describe_quantity
from chainrule.limits import Limit, limits_of
from chainrule.worksheets import (
    FORMATS,
    MAX_WIDTH,
    ExercisePlan,
    SheetOptions,
    Worksheet,
    generate_exercise,
    make_worksheet,
    parse_patterns,
    print_pdf,
    render_answers,
    render_sheets,
    write_sheets,
)
from chainrule.worksheets.browser import find_browser

__all__ = ["command"]

_ABOUT = """Make a printable exercise, with its answers apart.

A network is worked through by hand. Its numbers are drawn from a seed so that they are pleasant to
calculate with, or taken from a worked example. A folder gets three things: sheets with blanks, the
answers with the numbers that lead to them, and a claims file for each sheet. Whoever fills its
claims in, and runs `chainrule check` on it, is told what is wrong and which slip it was.

Quantities are addressed as docs/notation.md has it. A blank may be named by the beginning of an
address: a, delta[1], W_new[2][0,1], step[2].cost; without --blank every number that the step
computes is one."""

_EXAMPLES = (
    "chainrule worksheet --seed 42",
    "chainrule worksheet --seed 42 --copies 30 --out exam --pdf exam.pdf",
    "chainrule worksheet --layers 2,3,1 --activation tanh --examples 2 --hints",
    "chainrule worksheet --blank delta --blank W_new[2] --digits 3",
    "chainrule worksheet --from two-layers --format latex",
)
_WHERE = "worksheet"
_SEEDS = 1_000_000
_TITLE = 200


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
    names = Limit(str, "function of all layers, or of each", choices=_activations, group="exercise")
    own = {
        "layers": Setting(name="layers", limit=widths, many=True, least=2, default_text="2,2,1"),
        "activation": Setting(name="activation", limit=names, many=True, default_text="sigmoid"),
    }
    made = _of_record(ExercisePlan)
    rate = replace(made["learning_rate"], default_text="0.5; 0.1 for rmsprop, adam, adamw and lion")
    return {**own, **made, "learning_rate": rate}


_EXERCISE = _exercise()
_MANNER = _of_record(SheetOptions)
_SEED = Setting(
    name="seed",
    limit=Limit(int, "fixes all numbers", 0, 2**63 - 1, group="exercise"),
    default_text="drawn and printed",
)
_COPIES = Setting(
    name="copies",
    limit=Limit(int, "sheets, each with other numbers", 1, 500, group="exercise"),
    default=1,
)
_FORMAT = Setting(
    name="format",
    limit=Limit(str, "how sheets and answers are written", choices=_formats, group="output"),
    default="html",
)
_DRAWN = ("seed", "copies", *_EXERCISE)
"""Flags that say how numbers are drawn."""


def _worksheet(**given: Any) -> int:
    console = Console(as_json=given["as_json"])
    if given["pdf"]:
        _check_pdf(given["pdf"])
    with told_by_flags(_WHERE, (*_DRAWN, *_MANNER)):
        seed = None if given["source"] else _seed(given)
        sheets = _sheets(given, seed)
        folder = given["out"] or _folder(given["source"], seed)
        paths = write_sheets(sheets, folder, given["format"] or _FORMAT.default)
    if given["pdf"]:
        paths |= _print(sheets, Path(given["pdf"]))
    if console.as_json:
        console.json(_record(sheets, paths, seed, drawn_seed=given["seed"] is None))
    else:
        _tell(console, sheets, paths, seed, drawn_seed=given["seed"] is None)
    return 0


def _seed(given: dict[str, Any]) -> int:
    return secrets.randbelow(_SEEDS) if given["seed"] is None else int(given["seed"])


def _check_pdf(path: str) -> None:
    """Refuse what cannot come to a PDF before anything is written."""
    if Path(path).suffix.lower() != ".pdf":
        raise InputError(
            _WHERE,
            expected="--pdf with a name that ends with .pdf",
            got=repr(path),
            argument="pdf",
            value=path,
        )
    find_browser(_WHERE)


def _sheets(given: dict[str, Any], seed: int | None) -> list[Worksheet]:
    manner = SheetOptions(**{name: given[name] for name in _MANNER if given[name] is not None})
    patterns = parse_patterns(given["blank"])
    title = _title(given["title"])
    if given["source"]:
        _refuse_drawing(given)
        example = read_worked(given["source"])
        ledger = Ledger(replace(example, title=title or example.title))
        return [make_worksheet(ledger, patterns, manner)]
    assert seed is not None
    plan = ExercisePlan(
        **{name: _value(given[name]) for name in _EXERCISE if given[name] is not None}
    )
    copies = given["copies"] or 1
    width = max(2, len(str(copies)))
    labels = [f"{seed}-{at + 1:0{width}d}" for at in range(copies)] if copies > 1 else [str(seed)]
    return [
        make_worksheet(Ledger(generate_exercise(plan, seed, at, title)), patterns, manner, label)
        for at, label in enumerate(labels)
    ]


def _value(given: Any) -> Any:
    """A list as the plan has it; one name alone is that of all layers."""
    if not isinstance(given, list):
        return given
    return given[0] if len(given) == 1 else tuple(given)


def _title(title: str | None) -> str:
    if title is None:
        return ""
    if not title.strip() or not title.isprintable() or len(title) > _TITLE:
        raise InputError(
            _WHERE,
            expected=f"--title to be a line of text, at most {_TITLE} characters",
            got=repr(title[:_TITLE]),
            argument="title",
            value=title,
        )
    return title


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


def _folder(source: str | None, seed: int | None) -> str:
    return f"worksheet-{Path(source).stem if source else seed}"


def _print(sheets: Sequence[Worksheet], path: Path) -> dict[str, Any]:
    """Print the sheets to a PDF, and the answers to one beside it."""
    answers = path.with_name(f"{path.stem}-answers.pdf")
    print_pdf(render_sheets(sheets, "html"), path, _WHERE)
    print_pdf(render_answers(sheets, "html"), answers, _WHERE)
    return {"pdf": str(path), "pdf_answers": str(answers)}


def _record(
    sheets: Sequence[Worksheet], paths: dict[str, Any], seed: int | None, *, drawn_seed: bool
) -> dict[str, Any]:
    return {
        "seed": seed,
        "seed_drawn": drawn_seed and seed is not None,
        "digits": sheets[0].options.digits,
        "files": paths,
        "sheets": [
            {"label": sheet.label, "title": sheet.title, "claims": path, "blanks": _blanks(sheet)}
            for sheet, path in zip(sheets, paths["claims"], strict=True)
        ],
    }


def _blanks(sheet: Worksheet) -> list[dict[str, Any]]:
    return [
        {
            "quantity": str(blank),
            "name": describe_quantity(sheet.ledger.example, blank),
            "answer": sheet.answer(blank),
            "value": float(sheet.ledger.value(blank)),
        }
        for blank in sheet.blanks
    ]


def _tell(
    console: Console,
    sheets: Sequence[Worksheet],
    paths: dict[str, Any],
    seed: int | None,
    *,
    drawn_seed: bool,
) -> None:
    if seed is not None:
        console.fact("seed", f"{seed}" + " (drawn)" * drawn_seed)
    console.fact("network", describe_example(sheets[0].ledger.example))
    count, claims = len(sheets[0].blanks), paths["claims"]
    each = f", on each of {len(sheets)} sheets" if len(sheets) > 1 else ""
    console.fact("blanks", f"{count}, to {sheets[0].options.digits} significant digits{each}")
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
            help="a worked example, in the place of numbers that are drawn",
        ),
        flag_of(_SEED),
        flag_of(_COPIES),
        *(flag_of(setting) for setting in _EXERCISE.values()),
        Flag(
            ["--blank"],
            multiple=True,
            metavar="ADDRESS",
            group="sheet",
            help="what to leave blank; may be given several times [everything]",
        ),
        *(flag_of(setting) for setting in _MANNER.values()),
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
            help="print the sheets to a PDF too, by an installed Chromium; the answers beside it",
        ),
        Flag(["--json", "as_json"], is_flag=True, group="output", help="print nothing but JSON"),
    ]


command = Command("worksheet", _worksheet, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
