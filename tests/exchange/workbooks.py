"""Workbooks evaluated by a few lines of Python, which know nothing of how they were written."""

import math
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

_REFERENCE = re.compile(
    r"(?:'([^']+)'!|([A-Za-z]+)!)?\$?([A-Z]{1,3})\$?([0-9]+)(?::\$?([A-Z]{1,3})\$?([0-9]+))?"
    r"|\"[^\"]*\""
)


class Workbook:
    """A workbook whose cells can be changed, and whose formulas are computed when they are read."""

    def __init__(self, path: Path) -> None:
        self.book = load_workbook(path)
        self._values: dict[tuple[str, int, int], Any] = {}

    def change(self, sheet: str, row: int, column: int, value: Any) -> None:
        """Write a cell; rows and columns count from 1."""
        self.book[sheet].cell(row, column).value = value
        self._values.clear()

    def value(self, sheet: str, row: int, column: int) -> Any:
        """Return what a cell comes to; None for an empty one."""
        key = sheet, row, column
        if key not in self._values:
            found = self.book[sheet].cell(row, column).value
            if isinstance(found, datetime):
                found = (found - datetime(1899, 12, 30)) / timedelta(days=1)
            if isinstance(found, str) and found.startswith("="):
                found = self._compute(found[1:], sheet)
            self._values[key] = found
        return self._values[key]

    def _compute(self, formula: str, sheet: str) -> Any:
        source = _REFERENCE.sub(lambda match: self._read(match, sheet), formula)
        source = (
            source.replace("^", "**")
            .replace("IF(", "IF_(")
            .replace("TRUE", "True")
            .replace("FALSE", "False")
        )
        source = re.sub(r"(?<![<>=])=(?!=)", "==", source)
        return eval(source, {**_FUNCTIONS, "CELL": self._cell, "RANGE": self._range})

    def _read(self, match: re.Match[str], sheet: str) -> str:
        quoted, plain, column, row, last_column, last_row = match.groups()
        if column is None:
            return match.group()
        place = [int(row), column_index_from_string(column)]
        name = quoted or plain or sheet
        if last_column is None:
            return f"CELL({name!r}, {place[0]}, {place[1]})"
        end = [int(last_row), column_index_from_string(last_column)]
        return f"RANGE({name!r}, {place}, {end})"

    def _cell(self, sheet: str, row: int, column: int) -> Any:
        found = self.value(sheet, row, column)
        return Blank() if found is None else found

    def _range(self, sheet: str, first: list[int], last: list[int]) -> "Cells":
        return Cells(
            (self.value(sheet, row, column), row)
            for row in range(first[0], last[0] + 1)
            for column in range(first[1], last[1] + 1)
        )


class Blank(float):
    """An empty cell: 0 in sums, an empty text beside texts."""

    def __str__(self) -> str:
        return ""


class Cells(list[Any]):
    """The values of a range with their rows; sums and functions go through them one by one."""

    def each(self, function: Any) -> "Cells":
        return Cells((function(value), row) for value, row in self)

    @property
    def values(self) -> list[Any]:
        return [value for value, _ in self]

    def __sub__(self, other: float) -> "Cells":
        return self.each(lambda value: value - other)

    def __mul__(self, other: Any) -> "Cells":
        pairs = zip(self, other.values, strict=True)
        return Cells((value * factor, row) for (value, row), factor in pairs)

    def __neg__(self) -> "Cells":
        return self.each(lambda value: -value)


def _each(function: Any) -> Any:
    def apply(argument: Any) -> Any:
        return argument.each(function) if isinstance(argument, Cells) else function(argument)

    return apply


def _sumproduct(*ranges: Cells) -> float:
    return sum(math.prod(values) for values in zip(*(one.values for one in ranges), strict=True))


def _exact(text: Any, other: Any) -> Any:
    if isinstance(other, Cells):
        return other.each(lambda value: str(text) == str(value))
    return str(text) == str(other)


def _day(number: float) -> datetime:
    return datetime(1899, 12, 30) + timedelta(days=number)


def _flat(*arguments: Any) -> list[float]:
    lists = (one.values if isinstance(one, Cells) else [one] for one in arguments)
    return [value for values in lists for value in values]


def _ln(value: float) -> float:
    return math.log(value) if value > 0 else math.nan


def _exp(value: float) -> float:
    return math.exp(value) if value < 709 else math.nan


_FUNCTIONS: dict[str, Any] = {
    "ABS": abs,
    "COS": math.cos,
    "DAY": lambda number: _day(number).day,
    "EXACT": _exact,
    "EXP": _each(_exp),
    "HOUR": lambda number: _day(number).hour,
    "IF_": lambda condition, chosen, otherwise: chosen if condition else otherwise,
    "INDEX": lambda cells, place: cells.values[int(place) - 1],
    "INT": math.floor,
    "ISBLANK": lambda value: isinstance(value, Blank),
    "LN": _ln,
    "MATCH": lambda value, cells, _: cells.values.index(value) + 1,
    "MAX": lambda *arguments: max(_flat(*arguments)),
    "MIN": lambda *arguments: min(_flat(*arguments)),
    "MOD": lambda value, divisor: value % divisor,
    "MONTH": lambda number: _day(number).month,
    "NA": lambda: math.nan,
    "NORMDIST": lambda z, *_: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    "NORMSDIST": lambda z: math.erfc(-z / math.sqrt(2)) / 2,
    "ROUND": lambda value, _: math.floor(value + 0.5),
    "ROW": lambda cells: Cells((row, row) for _, row in cells),
    "SIGN": lambda value: (value > 0) - (value < 0),
    "SQRT": math.sqrt,
    "SUMPRODUCT": _sumproduct,
    "TANH": math.tanh,
    "WEEKDAY": lambda number, _: _day(number).isoweekday(),
    "YEAR": lambda number: _day(number).year,
}
