"""Tables as text: fields between commas, semicolons, tabs, bars or white space."""

from __future__ import annotations

import csv
import itertools
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.dialect import TextRow, parse_rows
from chainrule.data.tables.text_content import TextContent, read_text
from chainrule.data.tables.text_layout import (
    SAMPLE_LINES,
    TextLayout,
    find_layout,
    split_comments,
)
from chainrule.data.untrusted_files import stored_size
from chainrule.errors import DataError
from chainrule.schema import Cells, DataTable

__all__ = ["read_delimited"]

_LONGEST_ROW = 2**24


def read_delimited(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in a text file, plain or compressed by gzip, bzip2, xz or zip.

    Blank lines are skipped, and so are lines above the table that begin with #, % or //. The
    delimiter, where none is given, is the one by which all lines have as many fields; commas and
    white space come last. The first row names the columns if it looks so (`detect_header`).

    Raises: FileError; DataError that names the line.
    """
    return _Reading(
        read_text(path, options.content_limit(path, stored_size(path), text=True)), options
    ).table()


@dataclass(frozen=True, eq=False)
class _Reading:
    """A table that is read from a text."""

    text: TextContent
    options: ReadOptions

    @property
    def where(self) -> str:
        return self.text.where

    @cached_property
    def above(self) -> list[str]:
        """The lines above the table."""
        return split_comments(self.text.lines())[0]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the table with their ends."""
        return itertools.islice(self.text.lines(), len(self.above), None)

    @cached_property
    def layout(self) -> TextLayout:
        sample = list(itertools.islice(self.lines(), SAMPLE_LINES))
        return find_layout(self.where, self.above, sample, self.options)

    def rows(self) -> Iterator[TextRow]:
        """Yield the rows of the table with the numbers of their lines in the file."""
        # Blank lines are skipped, and count; so the lines of errors are those of the file.
        every = itertools.chain(["\n"] * len(self.above), self.lines())
        return parse_rows(every, self.layout.dialect, self.where)

    def table(self) -> DataTable:
        """Return the table."""
        layout = self.layout
        columns = self._columns(layout.width, layout.first)
        if layout.header:
            columns = [column.slice(1) for column in columns]
        return DataTable(
            self.where,
            layout.names,
            tuple(map(Cells.from_array, columns)),
            named=any(layout.names),
            place=_Places(self, int(layout.header)).place,
            decimal=layout.decimal,
            remarks=(*self.text.remarks, *layout.remarks, *self._skipped(layout.width)),
        )

    def _skipped(self, width: int) -> tuple[str, ...]:
        """Return a sentence on the blank lines of a table of one column, which may be cells."""
        if width > 1:
            return ()
        blank = sum(not line.strip() for line in self.lines())
        return (f"{blank} blank lines were skipped.",) if blank else ()

    def _columns(self, width: int, first: int) -> list[Any]:
        """Return the columns as Arrow arrays of strings, the first row included.

        Args:
            width: how many fields a row has.
            first: how many the first row has.
        """
        start = sum(len(line.encode()) for line in self.above)
        content = memoryview(self.text.content)[start:]
        quoted = b'"' in self.text.content
        dialect = self.layout.dialect
        if (
            dialect.runs
            or width == 1
            or first != width
            or (quoted and not self._is_plainly_quoted())
        ):
            return self._parse_slowly(width, first)
        return _parse_quickly(content, dialect.delimiter, width) or self._parse_slowly(width, first)

    def _is_plainly_quoted(self) -> bool:
        """Whether all quotation marks stand where RFC 4180 allows them."""
        quoted = [line for line in self.lines() if '"' in line]
        after_space = re.compile(rf"(?:^|[\r\n]|{re.escape(self.layout.dialect.delimiter)}) +\"")
        if any(map(after_space.search, quoted)):
            return False
        reader = csv.reader(quoted, delimiter=self.layout.dialect.delimiter, strict=True)
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
