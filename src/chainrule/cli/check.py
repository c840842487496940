"""`chainrule check`: the claims of a worked file, judged and marked."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flags import Setting, flag_of
from chainrule.documents import FORMATS, render
from chainrule.errors import InputError
from chainrule.ledger import Ledger
from chainrule.ledger.files import read_worked
from chainrule.limits import Limit
from chainrule.marking import judge, marks_document

__all__ = ["command"]

_ABOUT = """Check and mark numbers that were worked out by hand.

FILE is a worked example in TOML, or the name of a bundled one, with tables [[claims]]: a quantity,
addressed as docs/notation.md has it, and the text as printed. Each number is judged at the
precision it is printed in: exact, rounded, truncated, carried where it is not right but follows
from the numbers printed before it, or wrong. The first wrong one is named, and for each the slip
that gives it, where a catalogue of slips knows one. Every number that is not wrong earns a mark; in
an array each number is one. A claim with an empty text, printed = "", is not answered yet: it earns
no mark, and what is right is not told. Exit code 1 where anything is wrong."""

_EXAMPLES = (
    "chainrule check four-detector",
    "chainrule check four-detector --json",
    "chainrule check approximator-back-propagation --format html > marks.html",
)


def _formats() -> tuple[str, ...]:
    return tuple(FORMATS)


_FORMAT = Setting(
    name="format",
    limit=Limit(str, "how it is written", choices=_formats, group="output"),
    default="text",
)


def _check(file: str, **given: Any) -> int:
    console = Console(as_json=given["as_json"])
    chosen = _FORMAT.limit.check("check", "format", given["format"] or _FORMAT.default)
    if given["as_json"] and given["format"] is not None:
        raise InputError(
            "check",
            expected="--json or --format",
            got="both",
            remedy="Leave one of them out",
            argument="format",
        )
    ledger = Ledger(read_worked(file))
    marked = judge(ledger)
    document = marks_document(ledger, marked)
    if chosen == "text":
        console.document(document)
    else:
        console.line(render(document, chosen).rstrip("\n"))
    return 0 if marked.first_wrong is None else CHECK_FAILED


def _flags() -> list[click.Parameter]:
    return [
        argument("file"),
        flag_of(_FORMAT),
        Flag(["--json", "as_json"], is_flag=True, group="output", help="print nothing but JSON"),
    ]


command = Command("check", _check, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
