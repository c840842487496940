"""Rows of numbers from a CSV file, as a network takes them."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data import SIZE_LIMIT, open_decompressed
from chainrule.errors import DataError
from chainrule.schema import column_position

__all__ = ["read_rows"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Examples without targets.

    Args:
        inputs: (n, features) float64, finite.
        lines: the line of the file at which each row ends.
        remarks: sentences on a column that was left out.
    """

    inputs: NDArray[np.float64]
    lines: tuple[int, ...]
    remarks: tuple[str, ...]


def read_rows(
    path: str, features: int, *, target: str = "last", delimiter: str | None = None
) -> Rows:
    """Return the rows of a CSV file, without the column that held the targets in training.

    Args:
        path: the file, plain or compressed; a first row without numbers names the columns.
        features: how many numbers the network takes.
        target: which column held the targets in training.
        delimiter: what separates the fields; None takes whichever of comma, semicolon and tab the
            first line has most of.

    Raises: FileError, DataError.
    """
    numbered = _rows(path, delimiter)
    if not numbered:
        raise DataError(path, expected="rows of numbers", got="an empty file")
    header = not any(map(_is_number, numbered[0][1]))
    names = numbered[0][1] if header else [""] * len(numbered[0][1])
    numbered = numbered[1:] if header else numbered
    left_out = _target_column(path, names, features, target)
    if not numbered:
        raise DataError(path, expected="at least one row below the header", got="none")
    rows = [_numbers(f"{path}, line {line}", row, len(names), left_out) for line, row in numbered]
    remarks = () if left_out is None else (f"Column {left_out + 1} (the target) was left out.",)
    return Rows(np.array(rows), tuple(line for line, _ in numbered), remarks)


def _rows(path: str, delimiter: str | None) -> list[tuple[int, list[str]]]:
    """Return the line at which each row ends, and its fields."""
    with open_decompressed(path) as stream:
        content = stream.read(SIZE_LIMIT)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"{error.reason} at byte {error.start}"
        raise DataError(path, expected="a CSV file in UTF-8", got=got) from None
    first = text.partition("\n")[0]
    mark = delimiter or max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark, skipinitialspace=True, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        at = f"{path}, line {reader.line_num}"
        raise DataError(at, expected="comma-separated values", got=str(error)) from None


def _target_column(path: str, names: list[str], features: int, target: str) -> int | None:
    """Return the column that is no input, or None if all are."""
    if len(names) == features:
        return None
    if len(names) == features + 1:
        return column_position(target, names, path)
    raise DataError(
        path,
        expected=f"{features} columns, or {features + 1} with the target's",
        got=str(len(names)),
        why=f"The network takes {features} numbers",
    )


def _numbers(at: str, row: list[str], width: int, left_out: int | None) -> list[float]:
    if len(row) != width:
        raise DataError(at, expected=f"{width} fields, as in the first row", got=str(len(row)))
    fields = [text for column, text in enumerate(row) if column != left_out]
    for text in fields:
        if not _is_number(text) or not math.isfinite(float(text)):
            raise DataError(at, expected="finite numbers", got=repr(text[:60]))
    return [float(text) for text in fields]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
