"""Tables in Weka's attribute-relation file format (ARFF), and in KEEL's form of it."""

from __future__ import annotations

import re
from pathlib import Path

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.text_content import read_text
from chainrule.data.untrusted_files import stored_size
from chainrule.errors import DataError
from chainrule.schema import Cells, DataTable

__all__ = ["read_arff"]

_ATTRIBUTE = re.compile(
    r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))\s+(.+)""", re.IGNORECASE
)
_FIELD = re.compile(
    r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"\t]*?))\s*(?:[,\t]|$)"""
)


def read_arff(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in an ARFF file; nominal values are texts, `?` is a missing cell.

    Raises: FileError; DataError that names the line, also for sparse rows.
    """
    text = read_text(path, options.content_limit(path, stored_size(path), text=True))
    names: list[str] = []
    columns: list[list[str | None]] = []
    places: list[int] = []
    in_data = False
    for number, line in enumerate(text.lines(), start=1):
        plain, where = line.strip(), f"{path}, line {number}"
        if not plain or plain.startswith("%"):
            continue
        if in_data:
            for column, field in zip(columns, _fields(plain, len(names), where), strict=True):
                column.append(field)
            places.append(number)
        elif plain.lower().startswith("@attribute"):
            names.append(_name(plain, where))
            columns.append([])
        elif plain.lower().startswith("@data"):
            in_data = True
        elif not plain.lower().startswith(("@relation", "@input", "@output")):
            raise DataError(where, expected="@relation, @attribute or @data", got=repr(plain[:60]))
    if not names:
        raise DataError(str(path), expected="a line that begins with @attribute", got="none")
    return DataTable(
        str(path),
        tuple(names),
        tuple(Cells.from_texts(column) for column in columns),
        place=lambda row: f"line {places[row]}",
        remarks=text.remarks,
    )


def _name(line: str, where: str) -> str:
    match = _ATTRIBUTE.fullmatch(line)
    if match is None:
        raise DataError(where, expected="@attribute, a name and a type", got=repr(line[:60]))
    quoted = match[1] if match[1] is not None else match[2]
    return re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match[3]


def _fields(line: str, width: int, where: str) -> list[str | None]:
    if line.startswith("{"):
        raise DataError(
            where,
            expected="a value for each attribute",
            got="a sparse row",
            remedy="Write the table dense, with Weka's filter SparseToNonSparse",
        )
    fields: list[str | None] = []
    at = 0
    while at <= len(line):
        match = _FIELD.match(line, at)
        if match is None:
            raise DataError(where, expected="values between commas", got=repr(line[at : at + 60]))
        quoted = match[1] if match[1] is not None else match[2]
        fields.append(match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        at = match.end() if match.end() > at and line[match.end() - 1] in ",\t" else len(line) + 1
    if len(fields) != width:
        raise DataError(
            where, expected=f"{width} values, one for each attribute", got=str(len(fields))
        )
    return fields
