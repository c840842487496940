"""Tables as comma-separated text, plain, gzip or xz."""

from __future__ import annotations

import csv
import io
import itertools
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from chainrule.data.columns import column_label, target_column
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.untrusted_files import open_decompressed
from chainrule.errors import DataError

__all__ = ["read_csv"]

_LONGEST_LINE = 2**24
_DELIMITERS = ",;\t"

_Row = tuple[int, list[str]]


def read_csv(path: str | Path, options: ReadOptions) -> RawPart:
    """The rows of a CSV file: one target column, all others numbers.

    Blank lines are skipped. The delimiter, where none is given, is that of comma, semicolon and
    tab which the first line has most of. The first row names the columns, where nobody says
    whether it does, if none of its features is a number.

    Raises: FileError; DataError that names the line and the column; UnknownNameError.
    """
    where = str(path)
    with (
        open_decompressed(path) as stream,
        io.TextIOWrapper(stream, "utf-8-sig", newline="") as text,
    ):
        lines = _lines(text, where, options.limit)
        rows = _rows(lines, where, options.delimiter)
        return _table(rows, where, options)


def _lines(text: TextIO, where: str, limit: int) -> Iterator[str]:
    total = 0
    try:
        while line := text.readline(min(_LONGEST_LINE, limit + 1 - total)):
            total += len(line)
            if len(line) == _LONGEST_LINE or total > limit:
                most = f"{_LONGEST_LINE} characters in a line and {limit} in all"
                raise DataError(where, expected=f"at most {most}", got="more")
            yield line
    except UnicodeDecodeError as error:
        reason = f"{error.reason} at byte {error.start}"
        raise DataError(where, expected="text in UTF-8", got=reason) from None


def _rows(lines: Iterator[str], where: str, delimiter: str | None) -> Iterator[_Row]:
    """The number of the line at which each row ends, and its fields."""
    first = next(lines, "")
    reader = csv.reader(
        itertools.chain([first], lines),
        delimiter=delimiter or max(_DELIMITERS, key=first.count),
        skipinitialspace=True,
        strict=True,
    )
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        at = f"{where}, line {reader.line_num}"
        raise DataError(at, expected="comma-separated values", got=str(error)) from None


def _table(rows: Iterator[_Row], where: str, options: ReadOptions) -> RawPart:
    line, first = next(rows, (0, []))
    if not first:
        raise DataError(where, expected="at least one row", got="an empty file")
    blank = [""] * len(first)
    names = blank if options.header is False else [name.strip() for name in first]
    target = target_column(options.target, names, where)
    header = options.header
    if header is None:
        header = not any(map(_is_number, first[:target] + first[target + 1 :]))
    if header:
        return _collect_rows(rows, names, target, where)
    return _collect_rows(itertools.chain([(line, first)], rows), blank, target, where)


def _collect_rows(rows: Iterator[_Row], names: list[str], target: int, where: str) -> RawPart:
    features, labels, lines = array("d"), [], array("q")
    same: dict[str, str] = {}  # Equal labels share one text.
    for line, row in rows:
        if len(row) != len(names):
            at = f"{where}, line {line}"
            fields = f"{len(names)} fields, as in the first row"
            raise DataError(at, expected=fields, got=str(len(row)))
        label = row.pop(target)
        try:
            features.extend(map(float, row))
        except ValueError:
            wrong = next(column for column, text in enumerate(row) if not _is_number(text))
            raise _no_number(
                where, line, names, target=target, feature=wrong, text=row[wrong]
            ) from None
        labels.append(same.setdefault(label, label))
        lines.append(line)
    if not lines:
        raise DataError(where, expected="at least one row below the header", got="none")
    inputs = np.frombuffer(features).reshape(len(lines), -1)
    for at_row, wrong in np.argwhere(~np.isfinite(inputs))[:1].tolist():
        raise _no_number(
            where,
            lines[at_row],
            names,
            target=target,
            feature=wrong,
            text=str(inputs[at_row, wrong]),
        )
    return RawPart(where, inputs, labels, place=lambda row: f"line {lines[row]}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _no_number(
    where: str, line: int, names: list[str], *, target: int, feature: int, text: str
) -> DataError:
    column = feature + (feature >= target)
    return DataError(
        f"{where}, line {line}, {column_label(names, column)}",
        expected="a finite number",
        got=repr(text[:60]),
        remedy="Name the column of the labels with target=, or fill in what is missing",
    )
