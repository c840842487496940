"""`chainrule export`: write a network in another form, with proof that it answers as before."""

from __future__ import annotations

from typing import Any

import click

from chainrule.bundled import find_file
from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console, print_remark
from chainrule.cli.flags import json_flag
from chainrule.documents import Table
from chainrule.errors import InputError
from chainrule.exchange import (
    describe_forms,
    export_forms,
    export_network,
    export_worked_example,
)
from chainrule.experiment import open_run
from chainrule.storage import STANDARD_STREAM

__all__ = ["command"]

_ABOUT = """Write a network in another form, proved to answer as before.

Its preprocessing and its labels go with it. RUN is the folder of a run, or a network in a
.safetensors file; for xlsx also a worked example in TOML, or the name of a bundled one, whose
spreadsheet computes forward, back and the update again when a number is changed. What is written is
first run beside the network on 1,000 drawn examples; the largest difference is shown and written
into the file. A form that gives other answers is not written. OUT gets the form's suffix if it has
none; - is standard output.

--list-forms shows the forms. Some need libraries: pip install 'chainrule[exchange]'."""

_EXAMPLES = (
    "chainrule export runs/digits --to onnx digits.onnx",
    "chainrule export runs/digits --to c digits.h --weights int8",
    "chainrule export runs/flowers --to sql flowers.sql --dialect duckdb",
    "chainrule export runs/flowers --to python flowers.py --json",
    "chainrule export two-layers --to xlsx two-layers.xlsx",
    'chainrule export runs/digits --to html digits.html --title "Draw a digit"',
)


def _export(run: str | None, out: str | None, **given: Any) -> int:
    console = Console(as_json=given["as_json"])
    if given["list_forms"]:
        rows = tuple(describe_forms())
        console.table(
            Table("Forms", ("form", "suffix", "what it is"), rows, leftward=("what it is",))
        )
        return 0
    if run is None or out is None or given["form"] is None:
        raise InputError(
            "export",
            expected="RUN, --to FORM and OUT",
            got="fewer",
            remedy="See: chainrule export --help",
            argument="form",
        )
    options = {name: given[name] for name in _OPTIONS if given[name] is not None}
    if find_file(run, "worked").suffix == ".toml":
        report = export_worked_example(run, out, given["form"], **options)
    else:
        report = export_network(open_run(run).network, given["form"], out, **options)
    if console.as_json:
        console.json(report.to_dict())
        return 0
    if out == STANDARD_STREAM:
        print_remark(report.sentence())
        return 0
    for file, size in zip(report.files, report.sizes, strict=True):
        console.fact("written", f"{file}, {size:,} bytes")
    console.fact("proof", report.sentence())
    return 0


_OPTIONS = {
    "weights": "numbers of the weights (c): float32 or int8",
    "dialect": "database of the query (sql): sqlite, duckdb or postgresql",
    "title": "heading of the page (html)",
    "database": "address of a PostgreSQL server that proves the query (sql)",
}


def _flags() -> list[click.Parameter]:
    group = "form"
    return [
        argument("run", required=False),
        argument("out", required=False),
        Flag(
            ["--to", "form"],
            metavar="FORM",
            group=group,
            help=f"the form: {', '.join(export_forms())}",
        ),
        *(
            Flag([f"--{name}"], metavar=name.upper(), group=group, help=text)
            for name, text in _OPTIONS.items()
        ),
        Flag(["--list-forms"], is_flag=True, group=group, help="show the forms, and end"),
        json_flag(),
    ]


command = Command("export", _export, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
