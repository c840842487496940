"""`chainrule check`: the claims of a worked file, judged and marked."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import Command, argument
from chainrule.cli.console import Console
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flags import FORMAT, chosen_format, flag_of, json_flag
from chainrule.ledger import Ledger
from chainrule.ledger.files import read_worked
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


def _check(file: str, **given: Any) -> int:
    chosen = chosen_format("check", given)
    ledger = Ledger(read_worked(file))
    marked = judge(ledger)
    Console().document(marks_document(ledger, marked), chosen)
    return 0 if marked.first_wrong is None else CHECK_FAILED


def _flags() -> list[click.Parameter]:
    return [
        argument("file"),
        flag_of(FORMAT),
        json_flag(),
    ]


command = Command("check", _check, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
