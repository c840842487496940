"""`chainrule check`: mark the claims of a worked file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console, print_remark
from chainrule.cli.exit_status import BAD_INPUT, CHECK_FAILED
from chainrule.cli.flags import FORMAT, chosen_format, flag_of, indices_flag, json_flag
from chainrule.marking import ClassMarks, check_class, judge, marks_document, open_claims

__all__ = ["command"]

_ABOUT = """Check and mark numbers that were worked out by hand.

FILE is a worked example in TOML, or the name of a bundled one, with tables [[claims]]: the address
of a quantity, as in docs/notation.md, and the text as printed. Each number is judged at the
precision in which it is printed: exact, rounded, truncated, carried (not right, but consistent with
the numbers printed before it) or wrong. The first wrong number is named, and for each wrong number
the likely slip, if the catalogue of slips has one. Every number that is not wrong earns a mark; an
array has a mark for each of its numbers. A claim with an empty text, printed = "", has no answer
yet: it earns no mark, and the right number is not shown. Decimals may stand behind a comma.

For several files, one for each student, a class table is printed: the marks, the first wrong number
and the likely slip of each student, and the marks of each question. --csv writes the marks of each
student and question.

The exit code is 1 if any number is wrong, and 2 if a claim or a file cannot be read; all others are
judged."""

_EXAMPLES = (
    "chainrule check four-detector",
    "chainrule check four-detector --json",
    "chainrule check approximator-back-propagation --format html > marks.html",
    "chainrule check claims-*.toml --csv marks.csv",
    "chainrule check claims.toml --indices 1",
)


def _check(files: tuple[str, ...], **given: Any) -> int:
    chosen, console = chosen_format("check", given), Console()
    if len(files) == 1 and given["csv"] is None:
        ledger = open_claims(files[0], indices=given["indices"])
        marked = judge(ledger)
        console.document(marks_document(ledger, marked), chosen)
        errors = [str(one.error) for one in marked.refused]
        return _exit_code(errors, has_wrong=marked.first_wrong is not None)
    marks = check_class(files, indices=given["indices"])
    _print_class(console, marks, chosen, given["csv"])
    return _exit_code(marks.errors, has_wrong=marks.has_wrong)


def _print_class(console: Console, marks: ClassMarks, format_name: str, path: str | None) -> None:
    if path == "-":
        console.data(marks.to_csv())
        return
    if path is not None:
        marks.write_csv(path)
    console.document(marks.document(), format_name)


def _exit_code(errors: Sequence[str], *, has_wrong: bool) -> int:
    """Print what cannot be read, a line each, and return the exit code."""
    for line in errors:
        print_remark(line)
    if errors:
        return BAD_INPUT
    return CHECK_FAILED if has_wrong else 0


def _flags() -> list[click.Parameter]:
    return [
        argument("files", metavar="FILE...", many=True),
        indices_flag("output", "what indices in the file and the output count from"),
        flag_of(FORMAT),
        json_flag(),
        Flag(
            ["--csv"],
            metavar="FILE",
            group="output",
            help="write the marks by student and question; - prints them",
        ),
    ]


command = Command("check", _check, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
