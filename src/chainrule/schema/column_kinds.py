"""The kind of a column, inferred from the cells of the training part."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from chainrule.schema.cell_values import (
    DATES,
    category_text,
    sorted_categories,
    texts_as_dates,
)
from chainrule.schema.columns import Column, LeftOut
from chainrule.schema.missing_marks import marked_missing
from chainrule.schema.number_cells import NumberReading
from chainrule.schema.table import Cells

__all__ = ["INDEX_NAME", "ColumnChoices", "Subject", "counts_up", "infer_column"]

_MOSTLY = 0.9
"""The fraction of a column's cells that have to be numbers for the others to count as mistakes."""
_FEW_CATEGORIES, _MANY_CATEGORIES = 20, 100
_ALL_DIFFERENT = 0.9
_FEW_ROWS = 10
_TRUTHS = {"False", "True"}

INDEX_NAME = re.compile(r"(unnamed: ?\d+(\.\d+)?|index|row|rownames?|row_names?|)", re.IGNORECASE)
"""What the numbers of rows are called by pandas, R and others; often they have no name."""
_ID_NAME = re.compile(r"(?i:(?:^|.*[_\s.-])(?:id|uuid|guid)|id[_\s.-].*)|.*[a-z](?:Id|ID)")
_TIME_NAME = re.compile(
    r"year|month|week|day|hour|minute|second|date|time|period|\bt\b", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class ColumnChoices:
    """What a user says of columns, which counts more than what their cells show.

    Args:
        drop: names of columns that are not inputs.
        category: names of columns whose values are categories.
        number: names of columns that are numbers, however they look.
        date: names of columns that are dates.
        missing: texts that stand for a missing cell, in every column.
    """

    drop: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def kind_of(self, name: str) -> str:
        """Return the kind that the user gives a column, or "" for none."""
        kinds = (field.name for field in fields(self) if field.name not in ("drop", "missing"))
        return next((kind for kind in kinds if name in getattr(self, kind)), "")


@dataclass(frozen=True, eq=False)
class Subject:
    """A column about which is to be decided.

    Args:
        name: its name.
        place: its number in the table.
        cells: its cells in the training part.
        choices: what the user says.
        may_be_index: whether it is called as the numbers of rows usually are, or has no name.
        reading: the texts as numbers; None for cells that are stored as numbers.
    """

    name: str
    place: int
    cells: Cells
    choices: ColumnChoices
    may_be_index: bool = False
    reading: NumberReading | None = None

    def left_out(self, reason: str) -> LeftOut:
        """Return the record that the column is not an input."""
        return LeftOut(name=self.name, reason=reason, place=self.place)

    def numbers(self) -> NDArray[np.float64]:
        """Return the cells as numbers, (rows,)."""
        if self.cells.numbers is not None:
            return self.cells.numbers
        assert self.reading is not None
        return self.cells.spread(self.reading.values, np.nan)


def infer_column(subject: Subject) -> Column | LeftOut:
    """Return what a column is; its range and its missing cells are not counted yet.

    A column is what nine tenths of its cells are; `read_column` then names those that do not fit.
    """
    if subject.name in subject.choices.drop:
        return subject.left_out("dropped")
    chosen = subject.choices.kind_of(subject.name)
    makers = {"category": _category, "number": _number, "date": _date}
    if chosen:
        return makers[chosen](subject)
    return _infer(subject)


def _infer(subject: Subject) -> Column | LeftOut:
    cells = subject.cells
    if cells.storage in DATES:
        return _date(subject)
    if cells.numbers is not None:
        return _number_or_index(subject)
    assert subject.reading is not None
    counts, given = cells.counts(), subject.choices.missing
    if not counts[~marked_missing(cells.distinct, given)].sum():
        return subject.left_out("empty")
    if cells.storage == "boolean":
        return _category(subject)
    known = int(counts[~marked_missing(cells.distinct, given, of_numbers=True)].sum())
    if known and counts[subject.reading.readable].sum() >= _MOSTLY * known:
        return _number_or_index(subject)
    if known and counts[texts_as_dates(cells, given).readable].sum() >= _MOSTLY * known:
        return _date(subject)
    found = _category_or_text(subject)
    if isinstance(found, LeftOut) and _has_lone_word(subject):
        return _number(subject)  # `read_column` then names the word
    return found


def _has_lone_word(subject: Subject) -> bool:
    """Whether all cells are numbers but for one text, which may stand for a missing cell."""
    assert subject.reading is not None
    cells, readable = subject.cells, subject.reading.readable
    known = ~marked_missing(cells.distinct, subject.choices.missing, of_numbers=True)
    counts = cells.counts()
    mostly = 2 * counts[readable].sum() >= counts[known].sum()
    return int((known & ~readable).sum()) == 1 and bool(mostly)


def _number(subject: Subject) -> Column:
    storage = subject.cells.storage
    if subject.reading is not None and storage != "boolean":
        known = subject.reading.values[subject.reading.readable]
        plain = "whole numbers" if (known == np.floor(known)).all() else "decimal point"
        storage = subject.reading.storage or plain
    marks = _marks(subject, of_numbers=True)
    return Column(name=subject.name, kind="number", storage=storage, marks=marks)


def _number_or_index(subject: Subject) -> Column | LeftOut:
    """Return a column of numbers, unless its name and its numbers tell rows apart."""
    values = subject.numbers()
    whole = not np.isnan(values).any() and bool((values == np.floor(values)).all())
    if whole and len(values) >= 2:
        different = len(np.unique(values))
        if subject.may_be_index and different == len(values):
            return subject.left_out("index")
        if _holds_codes(subject) and isinstance(found := _category_or_text(subject), Column):
            return found
        if _ID_NAME.fullmatch(subject.name):
            if different == len(values) or different > _FEW_CATEGORIES:
                return subject.left_out("identifier")
            return _category(subject)
    return _number(subject)


def _holds_codes(subject: Subject) -> bool:
    """Whether whole numbers are of one length, some with zeros in front, like postal codes."""
    if subject.cells.numbers is not None:
        return False
    texts = [text for text in subject.cells.texts if text]
    lengths = {len(text) for text in texts}
    digits = all(text.isdecimal() for text in texts)
    return digits and len(lengths) == 1 and lengths != {1} and any(t[0] == "0" for t in texts)


def _date(subject: Subject) -> Column:
    cells = subject.cells
    storage, clock = cells.storage, cells.storage == "timestamp"
    if cells.numbers is None:
        found = texts_as_dates(cells, subject.choices.missing)
        storage, clock = found.storage, found.clock
        if found.ambiguous.any():  # then the storage decides nothing
            storage = "day or month first"
    marks = _marks(subject, of_numbers=True)
    return Column(name=subject.name, kind="date", storage=storage, marks=marks, clock=clock)


def _category_or_text(subject: Subject) -> Column | LeftOut:
    """Return a category, unless it has nearly as many values as cells, or very many."""
    column = _category(subject)
    counts = subject.cells.counts()
    known = ~marked_missing(subject.cells.distinct, subject.choices.missing)
    count, rows = len(column.categories), int(counts[known].sum())
    if subject.place == 0 and count == rows > 2 and subject.may_be_index:
        return subject.left_out("index")
    named = _ID_NAME.fullmatch(subject.name) is not None and count > _FEW_CATEGORIES
    if named or (rows >= _FEW_ROWS and count >= _ALL_DIFFERENT * rows):
        return subject.left_out("identifier")
    many = count > _MANY_CATEGORIES or (count > _FEW_CATEGORIES and 2 * count > rows)
    return subject.left_out("text") if many else column


def _category(subject: Subject) -> Column:
    cells = subject.cells.as_texts()
    missing = marked_missing(cells.distinct, subject.choices.missing)
    texts = {category_text(t) for t, lost in zip(cells.texts, missing, strict=True) if not lost}
    if texts and texts <= _TRUTHS:  # both, so that 0 and 1 of a database can stand for them
        texts = _TRUTHS
    return Column(
        name=subject.name,
        kind="category",
        storage=subject.cells.storage,
        categories=sorted_categories(texts),
        marks=_marks(subject, of_numbers=False),
    )


def _marks(subject: Subject, *, of_numbers: bool) -> tuple[str, ...]:
    """Return the texts that stand for missing cells: those that occur, and those of the user."""
    cells, given = subject.cells, subject.choices.missing
    if cells.numbers is not None:
        return tuple(sorted(given))
    missing = marked_missing(cells.distinct, given, of_numbers=of_numbers)
    seen = {cells.texts[place] for place in np.flatnonzero(missing).tolist()}
    return tuple(sorted(seen | set(given)))


def counts_up(values: NDArray[np.float64], name: str, place: int, *, named: bool) -> bool:
    """Return whether numbers count the rows of a table, 0, 1, 2 …, and so tell nothing.

    Args:
        values: the whole column.
        name: its name; a column of years or days may count up and still tell something.
        place: its number; only the first column of a table may begin elsewhere than at 0 or 1.
        named: whether the table has names.

    Example:
        >>> counts_up(np.arange(20.0), "nr", 3, named=True)
        True
    """
    if len(values) < _FEW_ROWS or not (np.diff(values) == 1).all():
        return False
    if named and _TIME_NAME.search(name):
        return False
    return bool(values[0] in (0, 1) or (place == 0 and values[0] == np.floor(values[0])))
