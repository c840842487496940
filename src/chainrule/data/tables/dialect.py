"""How a text file writes a table: its delimiter, and whether its first row names the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chainrule.errors import DataError
from chainrule.schema import NUMBER_MARKS, is_date, is_number

__all__ = ["Dialect", "TextRow", "detect_header", "find_dialect", "parse_rows", "repeats_values"]

_SURE = "\t;|"
"""Delimiters that are seldom anything else; commas are also in numbers and in sentences."""

_FEWEST_ROWS, _MOST_CELLS = 10, 10_000
"""Rows and cells below the first row that are looked at to find whether it is a header."""

_RUNS = re.compile(r"[ \t]+")
_QUOTES = csv.QUOTE_MINIMAL


@dataclass(frozen=True)
class Dialect:
    """How the fields of a line are separated.

    Args:
        delimiter: one character; a space stands for any white space.
        runs: whether several delimiters in a row count as one.
    """

    delimiter: str
    runs: bool = False

    def normal(self, line: str) -> str:
        """Return a line with one delimiter between two fields; one of spaces alone is blank."""
        end = line[len(line.rstrip("\r\n")) :]
        if not line.strip(" \r\n"):
            return end
        if not self.runs:
            return line
        if self.delimiter == " ":
            return _RUNS.sub(" ", line.strip()) + end
        return re.sub(f"{re.escape(self.delimiter)}+", self.delimiter, line)


@dataclass(frozen=True)
class TextRow:
    """One row of a text file.

    Args:
        line: the number of the line at which it ends, from 1.
        fields: the texts between the delimiters.
    """

    line: int
    fields: tuple[str, ...]


def parse_rows(lines: Iterable[str], dialect: Dialect, where: str) -> Iterator[TextRow]:
    """Yield the rows of a text; lines without any text are skipped.

    Raises: DataError that names the line of a quotation mark that is out of place.
    """
    reader = csv.reader(
        map(dialect.normal, lines),
        delimiter=dialect.delimiter,
        skipinitialspace=True,
        strict=True,
    )
    try:
        for row in reader:
            if row:
                yield TextRow(reader.line_num, tuple(row))
    except csv.Error as error:
        at = f"{where}, line {reader.line_num}"
        raise DataError(at, expected="comma-separated values", got=str(error)) from None


def find_dialect(lines: Sequence[str]) -> Dialect:
    """Return the dialect in which all lines have the same number of fields, two or more.

    If there is none, the delimiter is the one that the first line has most of, so that the error
    names the line that differs.

    Example:
        >>> find_dialect(["1,5;a", "2,5;b"]).delimiter
        ';'
        >>> find_dialect(["  1.5   2  a", "10.5  20  b"])
        Dialect(delimiter=' ', runs=True)
    """
    widths = {mark: _common_width(lines, Dialect(mark)) for mark in _SURE}
    widest = max(_SURE, key=lambda mark: widths[mark])
    if widths[widest]:
        return Dialect(widest)
    # Below a single name, a comma is a decimal comma, and no delimiter.
    if "," in (lines[0] if lines else "") and _common_width(lines, Dialect(",")):
        return Dialect(",")
    runs = Dialect("\t", runs=True)
    if any("\t\t" in line for line in lines) and _common_width(lines, runs):
        return runs
    first = lines[0] if lines else ""
    separated = max(",;\t|", key=first.count)
    if not first.count(separated) and _common_width(lines, Dialect(" ", runs=True)):
        return Dialect(" ", runs=True)
    if not first.count(separated) and all(is_number(line.strip()) for line in lines[1:]):
        return Dialect(";")
    return Dialect(separated)


def _common_width(lines: Sequence[str], dialect: Dialect) -> int:
    """Return how many fields all lines have, but for a first one with one more or less; else 0."""
    try:
        widths = [len(row.fields) for row in parse_rows(lines, dialect, "")]
    except DataError:
        return 0
    others = set(widths[1:]) or set(widths)
    width = min(others, default=0)
    return width if width >= 2 and len(others) == 1 and abs(widths[0] - width) <= 1 else 0


def detect_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row of a table names its columns.

    It does if a column below has numbers or dates where it has a word, and no column the other way
    round; if it counts the columns, 0, 1, 2 …; or if it `repeats_values`. In a table of words
    alone, it does unless its own words occur below.

    Args:
        first: the fields of the first row.
        below: those of the next rows, as many as are known.
    """
    if not below:
        return not any(map(_is_value, first))
    if _counts_columns(first, below) or repeats_values(first):
        return True
    below = below[: max(_FEWEST_ROWS, _MOST_CELLS // len(first))]
    columns = [[row[place] for row in below if place < len(row)] for place in range(len(first))]
    for_header = against = recurring = 0
    for name, cells in zip(first, columns, strict=True):
        known = [cell for cell in cells if cell.strip().casefold() not in NUMBER_MARKS]
        values = bool(known) and sum(map(_is_value, known)) >= 0.9 * len(known)
        blank = not name.strip()
        for_header += values and not blank and not _is_value(name)
        against += _is_value(name) or name.strip().casefold() == "nan"
        recurring += name in cells
    if for_header or against:
        return bool(for_header and not against)
    return len(set(first)) == len(first) and 2 * recurring < len(first)


def repeats_values(first: Sequence[str]) -> bool:
    """Return whether a row of numbers was taken for names by pandas, which numbers equal ones.

    Example:
        >>> repeats_values(["7", *(f"0.{k}" if k else "0" for k in range(12))])
        True
    """
    distinct = set(first)  # no row of data writes a number both as 0.1 and as 0.10
    return any({f"{text}.{k}" for k in range(1, 11)} <= distinct for text in distinct)


def _is_value(text: str) -> bool:
    return is_number(text) or is_date(text)


def _counts_columns(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row is 0, 1, 2 …, as pandas writes it for columns without names."""
    if len(first) < 3 or list(first) != [str(place) for place in range(len(first))]:
        return False
    if below[0] and list(below[0]) == [str(place + 1) for place in range(len(first))]:
        return False
    return len(first) >= 6 or any(
        not cell.strip().lstrip("-").isdecimal() for row in below for cell in row
    )
