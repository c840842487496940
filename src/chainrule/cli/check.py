"""`chainrule check`: mark the claims of a worked file."""

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

FILE is a worked example in TOML, or the name of a bundled one, with tables [[claims]]: the address
of a quantity, as in docs/notation.md, and the text as printed. Each number is judged at the
precision in which it is printed: exact, rounded, truncated, carried (not right, but consistent with
the numbers printed before it) or wrong. The first wrong number is named, and for each wrong number
the likely slip, if the catalogue of slips has one. Every number that is not wrong earns a mark; an
array has a mark for each of its numbers. A claim with an empty text, printed = "", has no answer
yet: it earns no mark, and the right number is not shown. The exit code is 1 if any number is
wrong."""

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
