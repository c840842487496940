"""Answers of studies: how far they are, what they found, tables for other programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chainrule.cli.console import Console
from chainrule.errors import InputError
from chainrule.storage import write_atomically
from chainrule.study import (
    FORMATS,
    compared,
    comparison_tables,
    counted,
    counts_text,
    curve_rows,
    export_text,
    kept_study,
    markdown,
    open_store,
    rows_of,
    summarised,
    summary_tables,
    write_parquet,
)

__all__ = ["compare", "export", "show", "status"]


def status(**given: Any) -> int:
    """`chainrule study status`."""
    console, store = Console(as_json=given["as_json"]), open_store(given["storage"])
    names = [given["name"]] if given["name"] else store.names()
    counts = {name: counted(kept_study(store, name)) for name in names}
    if console.as_json:
        console.json({name: {**asdict(c), "ended": c.ended} for name, c in counts.items()})
    for name, found in counts.items():
        console.fact(name, counts_text(found))
    return 0


def show(**given: Any) -> int:
    """`chainrule study show`."""
    console, most = Console(as_json=given["as_json"]), given["most"] or 10
    summary = summarised(kept_study(open_store(given["storage"]), given["name"]))
    if given["markdown"] is not None:
        write_atomically(given["markdown"], markdown(summary, most).encode())
    if console.as_json:
        console.json(summary.to_dict())
    for table in summary_tables(summary, most):
        console.table(table)
        console.line()
    return 0


def export(**given: Any) -> int:
    """`chainrule study export`."""
    chosen = {kind: given[kind] for kind in FORMATS if given[kind] is not None}
    if not chosen:
        raise InputError(
            "study export",
            expected="a file to write, --csv, --json or --parquet",
            got="none",
            remedy="Say which, such as --csv study.csv, or --csv - to print it",
        )
    kept = kept_study(open_store(given["storage"]), given["name"])
    rows = curve_rows(kept) if given["curves"] else rows_of(kept)
    console, printed = Console(), "-" in chosen.values()
    for kind, path in chosen.items():
        if kind == "parquet":
            write_parquet(rows, path)
        elif path == "-":
            console.line(export_text(rows, kind).rstrip("\n"))
        else:
            write_atomically(path, export_text(rows, kind).encode())
        if not printed:
            console.fact("written", path)
    return 0


def compare(**given: Any) -> int:
    """`chainrule study compare`."""
    console = Console(as_json=given["as_json"])
    found = compared(open_store(given["storage"]), given["a"], given["b"])
    if console.as_json:
        console.json(found.to_dict())
    for table in comparison_tables(found):
        console.table(table)
        console.line()
    return 0
