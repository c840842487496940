"""Tables as text: fields between commas, semicolons, tabs, bars or white space."""

from __future__ import annotations

import csv
import itertools
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.dialect import (
    Dialect,
    TextRow,
    detect_header,
    find_dialect,
    parse_rows,
)
from chainrule.data.tables.text_content import TextContent, read_text
from chainrule.errors import DataError
from chainrule.schema import Cells, DataTable, is_number

__all__ = ["read_delimited"]

_SAMPLE_LINES, _SAMPLE_SIZE = 200, 2**20
_LONGEST_ROW = 2**24
_COMMENTS = ("#", "%", "//")


def read_delimited(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in a text file, plain or compressed by gzip, xz or zip.

    Blank lines are skipped, and so are lines above the table that begin with #, % or //. The
    delimiter, where none is given, is the one by which all lines have as many fields; commas and
    white space come last. The first row names the columns if it looks so (`detect_header`).

    Raises: FileError; DataError that names the line.
    """
    return _Reading(_without_comments(read_text(path, options.limit)), options).table()


@dataclass(frozen=True)
class _Body:
    """The text of a table below its comments.

    Args:
        text: the whole file.
        start: the byte at which the table begins.
        skipped: how many lines lie above it.
        comment: the last of these lines that is a comment, without its mark.
    """

    text: TextContent
    start: int = 0
    skipped: int = 0
    comment: str = ""


def _without_comments(text: TextContent) -> _Body:
    start = skipped = 0
    comment = ""
    for line in text.lines():
        if line.strip() and not line.startswith(_COMMENTS):
            break
        start += len(line.encode())
        skipped += 1
        if line.strip():
            comment = line.lstrip("#%/ ").rstrip("\r\n")
    return _Body(text, start, skipped, comment)


@dataclass(frozen=True, eq=False)
class _Reading:
    """A table that is read from a text."""

    body: _Body
    options: ReadOptions

    @property
    def where(self) -> str:
        return self.body.text.where

    @cached_property
    def sample(self) -> list[str]:
        """The first lines of the table, whole."""
        lines = list(itertools.islice(self.lines(), _SAMPLE_LINES))
        sizes = itertools.accumulate(map(len, lines))
        few = [line for line, size in zip(lines, sizes, strict=True) if size <= _SAMPLE_SIZE]
        return few or lines[:1]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the table with their ends."""
        return itertools.islice(self.body.text.lines(), self.body.skipped, None)

    @cached_property
    def dialect(self) -> Dialect:
        if self.options.delimiter is not None:
            return Dialect(self.options.delimiter)
        # Half a quoted field at the end of the sample would fit no dialect.
        whole = self.sample if len(self.sample) < _SAMPLE_LINES else self.sample[:-20]
        return find_dialect(whole)

    def rows(self) -> Iterator[TextRow]:
        """Yield the rows of the table with the numbers of their lines in the file."""
        for row in parse_rows(self.lines(), self.dialect, self.where):
            yield TextRow(row.line + self.body.skipped, row.fields)

    @cached_property
    def first_rows(self) -> list[TextRow]:
        """The rows of the sample; the last may be cut short by a quotation mark that is open."""
        found: list[TextRow] = []
        try:
            found.extend(parse_rows(self.sample, self.dialect, self.where))
        except DataError:
            if not found:
                next(self.rows())  # raises the error with the line's number in the file
        return found

    def table(self) -> DataTable:
        """Return the table."""
        if not self.first_rows:
            raise DataError(self.where, expected="at least one row", got="an empty file")
        first = [field.strip() for field in self.first_rows[0].fields]
        below = [row.fields for row in self.first_rows[1:]]
        header = self.options.header
        width = _width(first, below, header)
        if header is None:
            header = width > len(first) or detect_header(first, below)
        columns = self._columns(width, len(first))
        if header:
            columns = [column.slice(1) for column in columns]
            names = _fit_names(first, columns)
        else:
            names = self._commented_names(first, below)
        return DataTable(
            self.where,
            tuple(names),
            tuple(map(Cells.from_array, columns)),
            named=any(names),
            place=_Places(self, int(header)).place,
            decimal="," if self.dialect.delimiter == ";" else "",
            remarks=(*self.body.text.remarks, *_counted(first, header), *self._skipped(width)),
        )

    def _skipped(self, width: int) -> tuple[str, ...]:
        """Return a sentence on the blank lines of a table of one column, which may be cells."""
        if width > 1:
            return ()
        text = "".join(self.lines()).rstrip()
        blank = sum(not line.strip() for line in text.splitlines())
        return (f"{blank} blank lines between the rows were skipped.",) if blank else ()

    def _commented_names(self, first: list[str], below: Sequence[Sequence[str]]) -> list[str]:
        """Return the names that a comment above the table holds, as NumPy writes them."""
        names = [name.strip() for name in self.body.comment.split(self.dialect.delimiter)]
        fits = len(names) == len(first) and len(set(names)) == len(names)
        return names if fits and detect_header(names, [first, *below]) else [""] * len(first)

    def _columns(self, width: int, first: int) -> list[Any]:
        """Return the columns as Arrow arrays of strings, the first row included.

        Args:
            width: how many fields a row has.
            first: how many the first row has.
        """
        content = memoryview(self.body.text.content)[self.body.start :]
        quoted = b'"' in self.body.text.content
        if (
            self.dialect.runs
            or width == 1
            or first != width
            or (quoted and not self._is_plainly_quoted())
        ):
            return self._parse_slowly(width, first)
        return _parse_quickly(content, self.dialect.delimiter, width) or self._parse_slowly(
            width, first
        )

    def _is_plainly_quoted(self) -> bool:
        """Whether all quotation marks stand where RFC 4180 allows them."""
        quoted = [line for line in self.lines() if '"' in line]
        after_space = re.compile(rf"(?:^|[\r\n]|{re.escape(self.dialect.delimiter)}) +\"")
        if any(map(after_space.search, quoted)):
            return False
        reader = csv.reader(quoted, delimiter=self.dialect.delimiter, strict=True)
        try:
            for _ in reader:
                pass
        except csv.Error:
            return False
        return True

    def _parse_slowly(self, width: int, first: int) -> list[Any]:
        """Return the columns as Python's reader finds them, which names the line of an error."""
        import pyarrow as pa

        columns: list[list[str]] = [[] for _ in range(width)]
        for number, row in enumerate(self.rows()):
            due = width if number else first
            if len(row.fields) != due:
                at = f"{self.where}, line {row.line}"
                fields = f"{width} fields, as in the first row"
                raise DataError(at, expected=fields, got=str(len(row.fields)))
            for column, field in itertools.zip_longest(columns, row.fields[:width], fillvalue=""):
                column.append(field)  # type: ignore[union-attr]
        return [pa.array(column, pa.string()) for column in columns]


def _width(first: Sequence[str], below: Sequence[Sequence[str]], header: bool | None) -> int:
    """Return how many fields a row has: those of the first row, or of all others if they agree.

    A first row that names the columns may have one field less than the others, or end with a
    delimiter as they do not.
    """
    widths = {len(row) for row in below}
    other = widths.pop() if len(widths) == 1 else len(first)
    words = header or (header is None and not any(is_number(name) for name in first))
    if (other == len(first) + 1 and words) or (other == len(first) - 1 and not first[-1]):
        return other
    return len(first)


def _fit_names(first: Sequence[str], columns: Sequence[Any]) -> list[str]:
    """Return a name for each column, where the first row has one name more or less.

    R leaves out the name of the rows' names, which come first; others end each line but the first
    with a delimiter.
    """
    if len(first) == len(columns) - 1:
        last = columns[-1].to_pylist()
        return [*first, ""] if not any(map(str.strip, last)) else ["", *first]
    return list(first[: len(columns)])


def _counted(first: Sequence[str], header: bool) -> tuple[str, ...]:
    if not header or len(first) < 2 or list(first) != [str(k) for k in range(len(first))]:
        return ()
    return (f"The first row, {first[0]}, {first[1]} …, counts the columns and names them.",)


def _parse_quickly(content: memoryview, delimiter: str, width: int) -> list[Any] | None:
    """Return the columns as Arrow parses them; None for a text that it refuses."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [f"f{place}" for place in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(content)),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=_LONGEST_ROW),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return list(table.columns)


@dataclass(frozen=True, eq=False)
class _Places:
    """Where the rows of a table stand in its file, worked out when it is asked for.

    Args:
        reading: the table's text.
        header: how many rows above the first are no rows of the table.
    """

    reading: _Reading
    header: int

    @cached_property
    def lines(self) -> array[int]:
        """The line at which each row ends."""
        return array("q", (row.line for row in self.reading.rows()))

    def place(self, row: int) -> str:
        """Return the place of a row."""
        return f"line {self.lines[row + self.header]}"
