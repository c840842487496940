"""A worked example as a live spreadsheet: each number of its steps is a formula.

Forward and backward pass, cost, gradients and update recompute when a given number is changed.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chainrule.errors import DataError, InputError
from chainrule.exchange.forms import find_exporter
from chainrule.exchange.network_export import ExportReport, check_options
from chainrule.exchange.office_runs import describe_office, missing_office, recalculate
from chainrule.exchange.optional_libraries import open_workbook
from chainrule.exchange.worked_cells import GIVEN, NumberRow, list_rows
from chainrule.ledger import read_worked
from chainrule.ledger.steps import WorkedExample
from chainrule.storage import is_replaceable, write_atomically

__all__ = ["export_worked_example"]

_SUFFIX = ".xlsx"
_VALUE = 3
"""The column of the numbers."""
_HEADER = ("address", "what it is", "equation", "value", "chainrule's value", "formula")


def export_worked_example(
    source: str | Path | WorkedExample, path: str | Path, form: str = "xlsx", **options: Any
) -> ExportReport:
    """Write a worked example as a spreadsheet that recomputes when a number is changed.

    Its formulas are run by LibreOffice, if it is installed, and compared with chainrule's numbers
    before the file is written.

    Args:
        source: a worked file, the name of a bundled one, or what was read from one.
        path: the file to write; ".xlsx" is added to a path without a suffix.
        form: "xlsx", the only one.
        options: none; those of other forms are refused by name.

    Raises: FileError, DataError, InputError, UnknownNameError, DivergenceError;
        MissingLibraryError for XlsxWriter.
    """
    if form != "xlsx":
        raise InputError(
            "export",
            expected="xlsx, the form in which a worked example can leave",
            got=repr(form),
            remedy="For pages, formulas or JSON use chainrule explain; for a drawing, figure",
            argument="form",
            value=form,
        )
    check_options(find_exporter(form), options)
    example = source if isinstance(source, WorkedExample) else read_worked(source)
    rows = list_rows(example)
    report = _prove(example, rows)
    target = Path(path)
    if not target.suffix and is_replaceable(target):
        target = target.with_suffix(_SUFFIX)
    content = _workbook(example, rows, report.sentence(), with_values=True)
    write_atomically(target, content)
    return replace(report, files=(str(target),), sizes=(len(content),))


def _prove(example: WorkedExample, rows: list[NumberRow]) -> ExportReport:
    """Return a report on a workbook that LibreOffice computed."""
    empty = ExportReport(form="xlsx", files=(), sizes=(), reason=missing_office())
    if empty.reason:
        return empty
    with TemporaryDirectory() as folder:
        path = Path(folder) / "example.xlsx"
        path.write_bytes(_workbook(example, rows, "", with_values=False))
        sheets = recalculate(path)
    computed = [row for row in rows if row.formula]
    found = [sheets[row.sheet][row.line][_VALUE] for row in computed]
    tolerance = 1e-9 if example.architecture.dtype == "float64" else 1e-4
    largest = max(abs(row.value) for row in computed)
    for row, value in zip(computed, found, strict=True):
        if not isinstance(value, int | float) or not math.isclose(
            value, row.value, rel_tol=tolerance, abs_tol=tolerance * largest
        ):
            raise DataError(
                example.where,
                expected=f"{row.address} to be {row.value!r} in the spreadsheet",
                got=repr(value),
                why="The file was not written",
            )
    difference = max(abs(v - row.value) for v, row in zip(found, computed, strict=True))
    return replace(
        empty,
        rows=len(computed),
        runtime=describe_office(),
        compared="numbers of the worked example",
        difference=difference,
        relative=difference / (largest or 1.0),
    )


def _workbook(
    example: WorkedExample, rows: list[NumberRow], proof: str, *, with_values: bool
) -> bytes:
    """Return the workbook; without values only programs that compute formulas can read it."""
    content = io.BytesIO()
    title = example.title or "A worked example"
    book = open_workbook(content, title, proof)
    bold = book.add_format({"bold": True, "bottom": 1})
    yellow = book.add_format({"bg_color": "#fff9c4", "border": 1})
    blue = book.add_format({"bg_color": "#e8f1fa"})
    for name in dict.fromkeys(row.sheet for row in rows):
        sheet = book.add_worksheet(name)
        given = name == GIVEN
        sheet.write_row(0, 0, _HEADER[: _VALUE + 1] if given else _HEADER, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate((26, 66, 10, 22, 24, 70)):
            sheet.set_column(column, column, width)
        for row in (row for row in rows if row.sheet == name):
            _write_row(sheet, row, yellow if given else blue, with_values=with_values)
    about = book.add_worksheet("About")
    for line, text in enumerate(_about(title, proof)):
        about.write_string(line, 0, text)
    book.close()
    return content.getvalue()


def _write_row(sheet: Any, row: NumberRow, style: Any, *, with_values: bool) -> None:
    for column, text in enumerate((row.address, row.name, row.equation)):
        sheet.write_string(row.line, column, text)
    if not row.formula:
        sheet.write_number(row.line, _VALUE, row.value, style)
        return
    value = row.value if with_values else 0.0
    sheet.write_formula(row.line, _VALUE, row.formula, style, value)
    sheet.write_number(row.line, _VALUE + 1, row.value)
    sheet.write_string(row.line, _VALUE + 2, row.symbols)


def _about(title: str, proof: str) -> Iterator[str]:
    yield title
    yield proof
    yield "Change a yellow number of the sheet Given: every step is computed again."
    yield "The column beside the numbers has those that chainrule computed for the file as it was."
    yield "Equations are those of chainrule's book; docs/derivation explains them."
