"""The layout of a table that is text, found from its first lines: delimiter, width and names."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.dialect import (
    Dialect,
    TextRow,
    detect_header,
    find_dialect,
    parse_rows,
    repeats_values,
)
from chainrule.data.tables.text_signatures import refuse_other_texts
from chainrule.errors import DataError
from chainrule.schema import is_number

__all__ = ["SAMPLE_LINES", "TextLayout", "find_layout", "split_comments"]

SAMPLE_LINES = 200
"""How many lines decide the layout, from the first of the table."""

_SAMPLE_SIZE = 2**20
_CUT_SHORT = 20
_COMMENTS = ("#", "%", "//")
_DECLARED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""The line that names the delimiter for Excel."""


@dataclass(frozen=True)
class TextLayout:
    """How the rows of a text are made.

    Args:
        dialect: what separates the fields.
        width: how many fields a row has.
        first: how many fields the first row has.
        names: a name for each column; empty texts without a header.
        header: whether the first row names the columns.
        spoilt: the fields of a first row of values of which a program made names that differ.
    """

    dialect: Dialect
    width: int
    first: int
    names: tuple[str, ...]
    header: bool
    spoilt: tuple[str, ...] = ()

    @property
    def decimal(self) -> str:
        """The decimal mark that goes with the delimiter: "," with semicolons; otherwise ""."""
        return "," if self.dialect.delimiter == ";" else ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """A sentence on a first row of numbers that names the columns; empty for other tables."""
        if not self.header or self.width < 2:
            return ()
        if self.names == tuple(map(str, range(self.width))):
            return ("The first row, 0, 1 …, counts the columns and names them.",)
        if not self.spoilt:
            return ()
        shown = ", ".join(self.spoilt[:3])
        return (f"The first row, {shown} …, was one of values made into names; it is lost.",)


def split_comments(lines: Iterator[str]) -> tuple[list[str], list[str]]:
    """Return the lines above a table, and the table's first line, if any.

    Above it are blank lines, comments, and a first line that declares the delimiter.

    Args:
        lines: those of the file, which are read on as far as that.
    """
    above: list[str] = []
    for line in lines:
        declared = not above and _DECLARED.fullmatch(line)
        if line.strip() and not line.startswith(_COMMENTS) and not declared:
            return above, [line]
        above.append(line)
    return above, []


def find_layout(
    where: str, above: Sequence[str], sample: Sequence[str], options: ReadOptions
) -> TextLayout:
    """Return the layout of a table.

    Args:
        where: the file, for error texts.
        above: the lines above the table.
        sample: the first lines of the table, `SAMPLE_LINES` or all.
        options: a delimiter, or whether there is a header, where the caller knows.

    Raises: DataError for a text without rows, for one that has no row before a quotation mark out
        of place, and for one that is not a table.
    """
    refuse_other_texts(where, sample)
    sizes = itertools.accumulate(map(len, sample))
    few = [line for line, size in zip(sample, sizes, strict=True) if size <= _SAMPLE_SIZE]
    # Half a quoted field at the end of the sample would fit no dialect.
    sure = few if len(few) < SAMPLE_LINES else few[:-_CUT_SHORT]
    declared = _DECLARED.fullmatch(above[0]) if above else None
    given = options.delimiter or (declared and declared[1])
    dialect = find_dialect(sure or sample[:1]) if given is None else Dialect(given)
    rows = list(_complete_rows(few or sample[:1], dialect, where, len(above)))
    if not rows:
        raise DataError(where, expected="at least one row", got="an empty file")
    first, below = [cell.strip() for cell in rows[0].fields], [row.fields for row in rows[1:]]
    header = options.header
    width = _usual_width(first, below, header)
    fitting = [row for row in below if len(row) == width]
    if header is None:
        header = width > len(first) or detect_header(first, fitting)
    spoilt = tuple(first) if header and repeats_values(first) else ()
    names = _fit_names(first, width, fitting) if header else _names_above(above, rows, dialect)
    names = names if names and not spoilt else ("",) * width
    return TextLayout(dialect, width, len(first), names, header, spoilt)


def _complete_rows(
    sample: Iterable[str], dialect: Dialect, where: str, above: int
) -> Iterator[TextRow]:
    """Yield the rows of the sample; the last may be cut short by an open quotation mark."""
    found = 0
    try:
        for row in parse_rows(itertools.chain(["\n"] * above, sample), dialect, where):
            found += 1
            yield row
    except DataError:
        if not found:
            raise


def _usual_width(first: Sequence[str], below: Sequence[Sequence[str]], header: bool | None) -> int:
    """Return how many fields a row has: those of the first row, or of most others.

    A first row that names the columns may have one field less than the others, or end with a
    delimiter as they do not.
    """
    usual = Counter(map(len, below)).most_common(1)[0][0] if below else len(first)
    words = header or (header is None and not any(map(is_number, first)))
    shorter = usual == len(first) + 1 and words and len(first) > 1
    return usual if shorter or (usual == len(first) - 1 and not first[-1]) else len(first)


def _fit_names(first: Sequence[str], width: int, below: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return a name for each column, where the first row may have one less or an empty one more.

    R leaves out the name of the rows' names, which come first; others end each line but the first
    with a delimiter.
    """
    if len(first) == width - 1:
        return ("", *first) if any(row[-1].strip() for row in below) else (*first, "")
    return tuple(first[:width])


def _names_above(
    above: Sequence[str], rows: Sequence[TextRow], dialect: Dialect
) -> tuple[str, ...]:
    """Return the names that a comment above the table holds, as NumPy writes them; or none."""
    comments = [line for line in above if line.startswith(_COMMENTS)]
    text = comments[-1].lstrip("#%/ ").strip() if comments else ""
    names = tuple(name.strip() for name in text.split(dialect.delimiter))
    fits = len(names) == len(rows[0].fields) and len(set(names)) == len(names)
    return names if fits and detect_header(names, [row.fields for row in rows]) else ()
