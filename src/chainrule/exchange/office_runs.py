"""Spreadsheets recalculated by LibreOffice, which proves their formulas."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from chainrule.exchange.child_process import call_program

__all__ = ["describe_office", "missing_office", "recalculate"]

_PROGRAM = "soffice"
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Every formula is computed when a file is opened, whatever value is stored beside it."""


def missing_office() -> str:
    """Return why formulas cannot be run here; empty if they can."""
    if shutil.which(_PROGRAM):
        return ""
    return (
        "LibreOffice is not installed here, so the formulas were not run; the values beside them "
        "are chainrule's own."
    )


def describe_office(**_: Any) -> str:
    """Return the name of the program that ran the formulas."""
    with tempfile.TemporaryDirectory() as folder:
        text = call_program([*_command(Path(folder)), "--version"], "export as xlsx")
    return " ".join(text.split()[:2])


def recalculate(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the values of all cells after LibreOffice has computed every formula.

    Args:
        path: a workbook.

    Returns: the rows of each sheet by its name.
    Raises: DataError if the program fails.
    """
    from openpyxl import load_workbook

    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        command = [*_command(Path(folder)), "--convert-to", "xlsx", "--outdir", str(results)]
        call_program([*command, str(path)], "export as xlsx")
        book = load_workbook(results / path.name, read_only=True, data_only=True)
        found = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
        book.close()
    return found


def _command(folder: Path) -> list[str]:
    """Return the program with a profile of its own in a folder."""
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_SETTINGS, encoding="utf-8")
    return [_PROGRAM, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
