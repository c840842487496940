"""Tables in blocks of rows, of any length: text is read line by line, never as a whole."""

from __future__ import annotations

import codecs
import io
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.arrow_files import is_data_frame, read_data_frame
from chainrule.data.tables.dialect import TextRow, parse_rows
from chainrule.data.tables.table_formats import is_text_table, read_table_file
from chainrule.data.tables.text_layout import (
    SAMPLE_LINES,
    TextLayout,
    find_layout,
    split_comments,
)
from chainrule.data.untrusted_files import decompress, stored_size, translate_errors
from chainrule.errors import DataError
from chainrule.schema import Cells, DataTable, number_text
from chainrule.storage import STANDARD_STREAM, open_regular

__all__ = ["TableBlock", "read_table_blocks"]

_WINDOWS = "chainrule windows-1252"


@dataclass(frozen=True, eq=False)
class TableBlock:
    """Some rows of a table.

    Args:
        names: what each column is called.
        rows: the cells of each row as texts.
        places: where each row stands, such as "line 17".
        whole: the numbers, among `rows`, of those with a cell in every column.
        table: these rows; None if there is none.
        problems: what is wrong with each other row, by its number among `rows`.
    """

    names: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    places: Sequence[str]
    whole: NDArray[np.int64]
    table: DataTable | None
    problems: Mapping[int, str]


def read_table_blocks(source: Any, options: ReadOptions, block_rows: int) -> Iterator[TableBlock]:
    """Yield the rows of a table in blocks.

    Text is read as it comes, in UTF-8 or UTF-16 with a byte order mark, plain or compressed by
    gzip, bzip2 or xz; bytes that are no UTF-8 are taken for Windows-1252. Delimiter and header
    follow from its first lines. A row with too few or too many fields does not stop the others.
    Tables of other formats are read as a whole first.

    Args:
        source: the path of a table, "-" for text from standard input, a data frame, or a table that
            is read already.
        options: how to read it.
        block_rows: the most rows of a block.

    Raises: FileError; DataError that names the line.
    """
    if isinstance(source, DataTable):
        yield from _cut_table(source, block_rows)
    elif is_data_frame(source):
        yield from _cut_table(read_data_frame(source, "data frame"), block_rows)
    elif source != STANDARD_STREAM and not is_text_table(Path(source)):
        yield from _cut_table(read_table_file(Path(source), options), block_rows)
    else:
        where = "standard input" if source == STANDARD_STREAM else str(source)
        with translate_errors(where), _open_lines(source, options) as lines:
            yield from _TextBlocks(where, options, block_rows).read(lines)


def _cut_table(table: DataTable, block_rows: int) -> Iterator[TableBlock]:
    """Yield the rows of a table that is in memory."""
    for start in range(0, len(table), block_rows):
        rows = np.arange(start, min(start + block_rows, len(table)))
        places = [table.place(int(row)) for row in rows]
        columns = tuple(column.rows(rows) for column in table.columns)
        yield TableBlock(
            names=table.labels(),
            rows=list(zip(*map(_cell_texts, columns), strict=True)),
            places=places,
            whole=np.arange(len(rows)),
            table=replace(table, columns=columns, place=places.__getitem__),
            problems={},
        )


def _cell_texts(column: Cells) -> list[str]:
    """Return the cells of a column as texts; "" for a missing cell."""
    if column.numbers is None:
        texts = (*column.texts, "")
        assert column.codes is not None, "texts have codes"
        return [texts[code] for code in column.codes.tolist()]
    text = _date_text if column.storage.startswith(("date", "timestamp")) else number_text
    return ["" if value != value else text(value) for value in column.numbers.tolist()]


def _date_text(days: float) -> str:
    """Return days since 1970-01-01 as a date, with a time of day if there is one.

    >>> _date_text(1.0), _date_text(1.5)
    ('1970-01-02', '1970-01-02T12:00')
    """
    minutes = np.datetime64(round(days * 1440), "m")
    return str(minutes.astype("datetime64[D]")) if days % 1 == 0 else str(minutes)


@contextmanager
def _open_lines(source: Any, options: ReadOptions) -> Iterator[Iterator[str]]:
    """Open the lines of a text with their ends."""
    if source == STANDARD_STREAM:
        text = _decode_stream(sys.stdin.buffer)
        yield text
        # Without these, what reads standard input here would close it.
        text.detach().detach()  # type: ignore[attr-defined]  # a BufferedReader
        return
    limit = options.content_limit(source, stored_size(source), text=True)
    with open_regular(source) as file, decompress(file) as content:
        yield _decode_stream(content if content is file else limit.bound(content))


def _decode_stream(stream: Any) -> io.TextIOWrapper:
    buffered = io.BufferedReader(stream)
    utf16 = buffered.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    codecs.register_error(_WINDOWS, _decode_windows)
    encoding = "utf-16" if utf16 else "utf-8-sig"
    return io.TextIOWrapper(buffered, encoding, errors=_WINDOWS, newline="")


def _decode_windows(error: UnicodeError) -> tuple[str, int]:
    """Return bytes that are no UTF-8 as Windows-1252, and where to go on."""
    assert isinstance(error, UnicodeDecodeError), "nothing is encoded here"
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


@dataclass(frozen=True)
class _TextBlocks:
    where: str
    options: ReadOptions
    block_rows: int

    def read(self, lines: Iterator[str]) -> Iterator[TableBlock]:
        """Yield the rows of a text in blocks."""
        above, first = split_comments(lines)
        sample = [*first, *itertools.islice(lines, SAMPLE_LINES - 1)]
        layout = find_layout(self.where, above, sample, self.options)
        # Blank lines are skipped, and count; so the lines of errors are those of the file.
        every = itertools.chain(["\n"] * len(above), sample, lines)
        rows = parse_rows(every, layout.dialect, self.where)
        if layout.header:
            next(rows)
        count = 0
        while block := list(itertools.islice(rows, self.block_rows)):
            count += len(block)
            yield self._block(block, layout)
        if not count:
            below = " below the header" * layout.header
            raise DataError(self.where, expected=f"at least one row{below}", got="none")

    def _block(self, rows: list[TextRow], layout: TextLayout) -> TableBlock:
        lines = [f"line {row.line}" for row in rows]
        whole = [number for number, row in enumerate(rows) if len(row.fields) == layout.width]
        problems = {
            number: f"expected {layout.width} fields, got {len(row.fields)}"
            for number, row in enumerate(rows)
            if len(row.fields) != layout.width
        }
        table = None
        if whole:
            fields = zip(*(rows[number].fields for number in whole), strict=True)
            places = [lines[number] for number in whole]
            table = DataTable(
                self.where,
                layout.names,
                tuple(Cells.from_texts(column) for column in fields),
                named=any(layout.names),
                place=places.__getitem__,
                decimal=layout.decimal,
            )
        return TableBlock(
            names=tuple(name or f"column {k}" for k, name in enumerate(layout.names)),
            rows=[row.fields for row in rows],
            places=lines,
            whole=np.array(whole, np.int64),
            table=table,
            problems=problems,
        )
