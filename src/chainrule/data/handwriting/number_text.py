"""Pictures from text files of numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.picture_formats import FORMATS_TEXT
from chainrule.errors import DataError

__all__ = ["read_numbers"]

# A picture as text takes about eight bytes a pixel; 4 million pixels are 2000 x 2000.
_MOST_NUMBERS = 4_000_000
_MOST_BYTES = 32 * 2**20
_MNIST_SIZE = 784  # 28 x 28
_BRIGHTEST = 255.0


def read_numbers(where: str, content: bytes) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Grey values from 0 to 1 in rows and columns, with remarks, from the bytes of a CSV file.

    Commas, semicolons (with decimal commas or points), tabs and blanks separate; empty lines,
    lines that begin with # and a first line of names are passed over.

    Args:
        where: the file, for error texts.
        content: the bytes of the file.

    Raises: DataError if they are not one picture.

    Example:
        >>> read_numbers("two.csv", b"0,255")[0]
        Traceback (most recent call last):
        ...
        chainrule.errors.DataError: two.csv: expected a grid of numbers, or one row of 784 \
(a square number) or of 785 with the label first, got one row of 2.
        >>> read_numbers("four.csv", b"0,255,51,0")[0]
        array([[0. , 1. ],
               [0.2, 0. ]])
    """
    table = _table(where, _lines(where, content))
    grid, remarks = _grid(where, table)
    return grid / _scale(where, grid), remarks


def _lines(where: str, content: bytes) -> list[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    if len(content) > _MOST_BYTES:
        got = f"more than {_MOST_BYTES // 2**20} MiB"
        raise DataError(where, expected="a CSV of one picture", got=got)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            where,
            expected=f"a picture ({FORMATS_TEXT}) or a CSV file",
            got=f"one whose byte {error.start} is not text",
            remedy="Save the picture as PNG or JPEG",
        ) from None
    numbered = enumerate(text.replace('"', "").splitlines(), start=1)
    lines = [(at, line.strip()) for at, line in numbered]
    return [(at, line) for at, line in lines if line and not line.startswith("#")]


def _table(where: str, lines: list[tuple[int, str]]) -> NDArray[np.float64]:
    if not lines:
        raise DataError(where, expected="rows of numbers", got="no line that holds any")
    separator = next((mark for mark in ";,\t" if mark in lines[0][1]), None)
    if separator == ";":
        lines = [(at, line.replace(",", ".")) for at, line in lines]
    if len(lines) > 1 and not _is_number(lines[0][1].split(separator)[0]):
        lines = lines[1:]
    width, total, rows = 0, 0, []
    for at, line in lines:
        cells = (line.removesuffix(separator) if separator else line).split(separator)
        width = width or len(cells)
        total += len(cells)
        _check_row(f"{where}, line {at}", len(cells), width, total)
        rows.append(_numbers(f"{where}, line {at}", cells))
    return np.stack(rows)


def _check_row(where: str, count: int, width: int, total: int) -> None:
    if count != width:
        raise DataError(where, expected=f"{width} numbers, as in the first row", got=str(count))
    if total > _MOST_NUMBERS:
        got = "more"
        raise DataError(where, expected=f"a picture of at most {_MOST_NUMBERS:,} numbers", got=got)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(where: str, cells: list[str]) -> NDArray[np.float64]:
    try:
        return np.array(cells, np.float64)
    except ValueError:
        at = next(k for k, cell in enumerate(cells) if not _is_number(cell))
        got = repr(cells[at].strip()[:40])
        raise DataError(f"{where}, column {at + 1}", expected="a number", got=got) from None


def _grid(where: str, table: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The table as a picture: as it stands, or a single row or column folded to a square."""
    if min(table.shape) > 1:
        _refuse_many(where, table)
        return table, ()
    row = table.reshape(-1)
    remarks: tuple[str, ...] = ()
    if row.size == _MNIST_SIZE + 1:
        remarks = (f"The CSV had 785 values; the first, {row[0]:g}, was taken as the label.",)
        row = row[1:]
    side = math.isqrt(row.size)
    if side * side != row.size:
        raise DataError(
            where,
            expected="a grid of numbers, or one row of 784 (a square number) or of 785 with the "
            "label first",
            got=f"one row of {row.size}",
        )
    return row.reshape(side, side), remarks


def _refuse_many(where: str, table: NDArray[Any]) -> None:
    """A table of MNIST's width but not square holds one digit a row, not one picture."""
    rows, width = table.shape
    if width in (_MNIST_SIZE, _MNIST_SIZE + 1) and rows != width:
        raise DataError(
            where,
            expected="one digit",
            got=f"{rows} rows of {width} numbers, one digit per row",
            remedy="Keep one row",
        )


def _scale(where: str, grid: NDArray[Any]) -> float:
    """What the numbers are divided by: 255, or 1 where none is above 1."""
    bad = ~((grid >= 0) & (grid <= _BRIGHTEST))
    if bad.any():
        row, column = (int(k) for k in np.argwhere(bad)[0])
        raise DataError(
            where,
            expected="numbers from 0 to 255, or from 0 to 1",
            got=f"{grid[row, column]:g} at row {row + 1}, column {column + 1} of the picture",
        )
    return _BRIGHTEST if grid.max() > 1 else 1.0
