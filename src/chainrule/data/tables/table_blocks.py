"""Tables in blocks of rows, of any length: text is read line by line, never as a whole."""

from __future__ import annotations

import codecs
import io
import itertools
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.arrow_files import is_data_frame, read_data_frame
from chainrule.data.tables.dialect import (
    Dialect,
    TextRow,
    detect_header,
    find_dialect,
    parse_rows,
)
from chainrule.data.tables.table_formats import is_text_table, read_table_file
from chainrule.data.untrusted_files import decompress, translate_errors
from chainrule.errors import DataError
from chainrule.schema import Cells, DataTable, is_number, number_text

__all__ = ["STANDARD_STREAM", "TableBlock", "read_table_blocks"]

STANDARD_STREAM = "-"
"""The name of standard input, and of standard output."""

_SAMPLE_LINES = 200
_COMMENTS = ("#", "%", "//")
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

    Text is read as it comes, in UTF-8 or UTF-16 with a byte order mark, plain or compressed by gzip
    or xz; bytes that are no UTF-8 are taken for Windows-1252. Delimiter and header follow from its
    first lines. A row with too few or too many fields does not stop the others. Tables of other
    formats are read as a whole first.

    Args:
        source: the path of a table, "-" for text from standard input, or a data frame.
        options: how to read it.
        block_rows: the most rows of a block.

    Raises: FileError; DataError that names the line.
    """
    if is_data_frame(source):
        yield from _cut_table(read_data_frame(source, "data frame"), block_rows)
    elif source != STANDARD_STREAM and not is_text_table(Path(source)):
        yield from _cut_table(read_table_file(Path(source), options), block_rows)
    else:
        where = "standard input" if source == STANDARD_STREAM else str(source)
        with translate_errors(where), _open_lines(source) as lines:
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
def _open_lines(source: Any) -> Iterator[Iterator[str]]:
    """Open the lines of a text with their ends."""
    if source == STANDARD_STREAM:
        text = _decode_stream(sys.stdin.buffer)
        yield text
        # Without these, what reads standard input here would close it.
        text.detach().detach()  # type: ignore[attr-defined]  # a BufferedReader
        return
    with Path(source).open("rb") as file, decompress(file) as content:
        yield _decode_stream(content)


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


class _Layout(NamedTuple):
    """How the rows of a text are made.

    Args:
        dialect: what separates the fields.
        width: how many fields a row has.
        names: a name for each column; empty texts without a header.
        header: whether the first row names the columns.
    """

    dialect: Dialect
    width: int
    names: tuple[str, ...]
    header: bool


@dataclass(frozen=True)
class _TextBlocks:
    where: str
    options: ReadOptions
    block_rows: int

    def read(self, lines: Iterator[str]) -> Iterator[TableBlock]:
        """Yield the rows of a text in blocks."""
        above: list[str] = []
        first: list[str] = []
        for line in lines:
            if line.strip() and not line.startswith(_COMMENTS):
                first.append(line)
                break
            above.append(line)
        sample = [*first, *itertools.islice(lines, _SAMPLE_LINES)]
        layout = self._find_layout(sample, above)
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

    def _find_layout(self, sample: list[str], above: list[str]) -> _Layout:
        given = self.options.delimiter
        # Half a quoted field at the end of the sample would fit no dialect.
        whole = sample if len(sample) <= _SAMPLE_LINES else sample[:-20]
        dialect = find_dialect(whole) if given is None else Dialect(given)
        rows = list(self._complete_rows(sample, dialect))
        if not rows:
            raise DataError(self.where, expected="at least one row", got="an empty file")
        first, below = [cell.strip() for cell in rows[0].fields], [row.fields for row in rows[1:]]
        header = self.options.header
        width = _usual_width(first, below, header)
        fitting = [row for row in below if len(row) == width]
        if header is None:
            header = len(first) == width - 1 or detect_header(first, fitting)
        if header:
            names = _fit_names(first, width, fitting)
        else:
            names = _name_by_comment(above, rows, dialect, width)
        return _Layout(dialect, width, names, bool(header))

    def _complete_rows(self, sample: list[str], dialect: Dialect) -> Iterator[TextRow]:
        """Yield the rows of the sample; the last may be cut short by an open quotation mark."""
        found = 0
        try:
            for row in parse_rows(sample, dialect, self.where):
                found += 1
                yield row
        except DataError:
            if not found:
                raise

    def _block(self, rows: list[TextRow], layout: _Layout) -> TableBlock:
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
                decimal="," if layout.dialect.delimiter == ";" else "",
            )
        return TableBlock(
            names=tuple(name or f"column {k}" for k, name in enumerate(layout.names)),
            rows=[row.fields for row in rows],
            places=lines,
            whole=np.array(whole, np.int64),
            table=table,
            problems=problems,
        )


def _usual_width(first: Sequence[str], below: Sequence[Sequence[str]], header: bool | None) -> int:
    """Return how many fields a row has: those of the first row, or of most others.

    A first row that names the columns may have one field less than the others, or end with a
    delimiter as they do not.
    """
    usual = Counter(map(len, below)).most_common(1)[0][0] if below else len(first)
    words = header or (header is None and not any(map(is_number, first)))
    shorter = usual == len(first) + 1 and words
    return usual if shorter or (usual == len(first) - 1 and not first[-1]) else len(first)


def _fit_names(first: Sequence[str], width: int, below: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return a name for each column, where the first row may have one less or an empty one more.

    R leaves out the name of the rows' names, which come first; others end each line but the first
    with a delimiter.
    """
    if len(first) == width - 1:
        return ("", *first) if any(row[-1].strip() for row in below) else (*first, "")
    return tuple(first[:width])


def _name_by_comment(
    above: list[str], rows: list[TextRow], dialect: Dialect, width: int
) -> tuple[str, ...]:
    """Return the names that a comment above the table holds, as NumPy writes them."""
    comments = [line for line in above if line.strip()]
    text = comments[-1].lstrip("#%/ ").strip() if comments else ""
    names = tuple(name.strip() for name in text.split(dialect.delimiter))
    fits = len(names) == width and len(set(names)) == width
    return names if fits and detect_header(names, [row.fields for row in rows]) else ("",) * width
