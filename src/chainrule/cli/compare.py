"""`chainrule compare`: two saved runs beside each other."""

from __future__ import annotations

from shlex import quote
from typing import Any

import click

from chainrule.attribution import compare_runs
from chainrule.cli.command import Command, argument
from chainrule.cli.console import Console, print_remark
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import (
    FORMAT,
    chosen_format,
    flag_of,
    json_flag,
    moved_data_flags,
    offline_flag,
)

__all__ = ["command"]

_ABOUT = """Compare two saved runs: where they part, and how they differ.

A and B are the folders of runs, which need not have ended. Shown are the settings in which they
differ, the first step and tensor in which their parameters differ and by how much, their curves,
their networks tensor by tensor, and the exact McNemar test on their common test set. To find the
step, both are computed again from the end of the last epoch after which they agree.

The pages of --format html have curves and weights over each other as pictures."""

_EXAMPLES = (
    "chainrule compare runs/digits runs/faster",
    "chainrule compare runs/digits runs/faster --format html > compared.html",
    "chainrule compare runs/digits runs/again --json",
)
_WITH_PICTURES = ("html",)


def _compare(a: str, b: str, **given: Any) -> int:
    console, chosen = Console(), chosen_format("compare", given)
    again = f"Say where they are: chainrule compare {quote(a)} {quote(b)}"
    remedies = {"data": f"{again} --data DATA", "validation": f"{again} --validation DATA"}
    with errors_by_flags("compare", ("data", "validation"), remedies):
        found = compare_runs(
            a, b, data=given["data"], validation=given["validation"], report=_report
        )
    if chosen in _WITH_PICTURES:
        from chainrule.figures import comparison_report

        console.document(comparison_report(found), chosen)
    else:
        console.document(found.document(), chosen)
    return 0


def _report(sentence: str) -> None:
    print_remark(sentence)


def _flags() -> list[click.Parameter]:
    return [
        argument("a"),
        argument("b"),
        flag_of(FORMAT, "output"),
        json_flag("output"),
        *moved_data_flags("data"),
        offline_flag(),
    ]


command = Command("compare", _compare, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
