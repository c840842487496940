"""The target of a table: which column it is, and whether it holds classes or numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError
from chainrule.schema.cell_values import (
    DATES,
    read_column,
    text_at,
    texts_as_numbers,
)
from chainrule.schema.columns import Column, Target
from chainrule.schema.label_classes import class_texts, merged_labels
from chainrule.schema.missing_marks import marked_missing
from chainrule.schema.schema_learning import refuse_cells, refuse_spoilt
from chainrule.schema.table import Cells, DataTable, column_position

__all__ = ["TargetValues", "choose_target", "infer_task", "label_texts"]

_LABEL_NAMES = ("label", "labels", "target", "class")
_FEW_CLASSES, _MANY_CLASSES, _ROWS_PER_CLASS = 20, 200, 20
_MOSTLY = 0.9


@dataclass(frozen=True, eq=False)
class TargetValues:
    """A table's target, row by row.

    Args:
        target: what it is; its classes are not known yet.
        rows: the numbers of the rows that have one.
        labels: the texts of these rows' classes; empty for numbers.
        numbers: the numbers of these rows, (rows, 1) float64; None for classes.
        remarks: sentences on what was decided.
    """

    target: Target
    rows: NDArray[np.int64]
    labels: tuple[str, ...] = ()
    numbers: NDArray[np.float64] | None = None
    remarks: tuple[str, ...] = ()


def choose_target(
    table: DataTable,
    target: str | int = "last",
    task: str | None = None,
    missing: Collection[str] = (),
) -> TargetValues:
    """Return the target of a table, with the rows that have one.

    Args:
        table: the table.
        target: the column: "last", "first", its name, or its number from 0.
        task: "classes" or "numbers"; None decides by the values: texts, and few different whole
            numbers, are classes.
        missing: further texts that stand for a missing label.

    Raises: DataError, InputError, UnknownNameError.
    """
    if len(table.columns) < 2:
        raise DataError(
            table.where,
            expected="at least two columns, one of them the target",
            got=str(len(table.columns)),
            remedy="Give the delimiter if it is not a comma, semicolon, tab, bar or white space",
        )
    choice = _Choice(table, column_position(target, table.names, table.where), target, missing)
    found = task or choice.task()
    if found == "numbers":
        return choice.as_numbers(quiet=task is not None)
    return choice.as_classes(quiet=task is not None)


def infer_task(values: NDArray[np.float64]) -> str:
    """Return "classes" for few different whole numbers, and "numbers" for all others.

    Few are 20, if two rows in three share their number with another, and 200 that count from 0 or 1
    without a gap, if there are 20 rows for each.

    Args:
        values: the targets, (rows,); NaN for a missing one.

    Example:
        >>> infer_task(np.array([0.0, 1, 1, 0])), infer_task(np.array([0.5, 1, 1, 0]))
        ('classes', 'numbers')
    """
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if (distinct != np.floor(distinct)).any() or not np.isfinite(distinct).all():
        return "numbers"
    few = len(distinct) <= 2 or 3 * len(distinct) <= 2 * len(known)
    if len(distinct) <= _FEW_CLASSES and few:
        return "classes"
    numbered = distinct[0] in (0, 1) and (np.diff(distinct) == 1).all()
    enough = len(distinct) <= _MANY_CLASSES and len(known) >= _ROWS_PER_CLASS * len(distinct)
    return "classes" if numbered and enough else "numbers"


def label_texts(cells: Cells, missing: Collection[str] = ()) -> tuple[str | None, ...]:
    """Return the label of each row as it is written; None if it has none.

    Args:
        cells: a column of labels.
        missing: further texts that stand for a missing label.
    """
    as_texts = cells.as_texts()
    lost = marked_missing(as_texts.distinct, missing).tolist()
    known = zip(as_texts.texts, lost, strict=True)
    texts = [None if gone else text for text, gone in known]
    assert as_texts.codes is not None
    return tuple(None if code < 0 else texts[code] for code in as_texts.codes.tolist())


@dataclass(frozen=True, eq=False)
class _Choice:
    table: DataTable
    place: int
    asked: str | int
    missing: Collection[str]

    @property
    def cells(self) -> Cells:
        return self.table.columns[self.place]

    @property
    def name(self) -> str:
        return self.table.labels()[self.place]

    def task(self) -> str:
        """Return "classes" or "numbers", as the values suggest."""
        values = self._plain_values()
        return "classes" if values is None else infer_task(values)

    def _plain_values(self) -> NDArray[np.float64] | None:
        """Return the cells as numbers if nine tenths of those that are not missing are numbers."""
        if self.cells.storage in DATES:
            raise self._unfit("dates")
        if self.cells.numbers is not None:
            return self.cells.numbers
        if self.cells.storage == "boolean":
            return None
        reading = texts_as_numbers(self.cells, self.missing, before=self.table.decimal or ".")
        counts = self.cells.counts()
        lost = marked_missing(self.cells.distinct, self.missing, of_numbers=True)
        if (
            not counts[~lost].sum()
            or counts[reading.readable].sum() < _MOSTLY * counts[~lost].sum()
        ):
            return None
        return self.cells.spread(reading.values, np.nan)

    def as_numbers(self, *, quiet: bool) -> TargetValues:
        """Return the target as numbers."""
        column = Column(
            name=self.name, kind="number", storage=self._style(), marks=tuple(sorted(self.missing))
        )
        found = read_column(column, self.cells)
        every = np.arange(len(self.table))
        if found.problems:
            raise refuse_cells(self.table, self.place, every, found, is_target=True)
        rows = np.flatnonzero(~np.isnan(found.values))
        distinct = len(np.unique(found.values[rows]))
        if not distinct or (distinct == 1 and len(rows) > 1):
            raise self._unfit("one value" if distinct else "no values")
        refuse_spoilt(self.table, self.place, every, found.values)
        text = f"The target is {self.name}: {distinct} different numbers in {len(rows)} rows"
        return TargetValues(
            self._target("numbers", column.storage),
            rows,
            numbers=found.values[rows].reshape(-1, 1),
            remarks=self._remarks("" if quiet else f"{text}, so it is learned as a number.", rows),
        )

    def _style(self) -> str:
        cells = self.cells
        if cells.numbers is not None or cells.storage == "boolean":
            return cells.storage
        return texts_as_numbers(cells, self.missing, before=self.table.decimal or ".").storage

    def as_classes(self, *, quiet: bool) -> TargetValues:
        """Return the target as classes."""
        texts = label_texts(self.cells, self.missing)
        rows = np.array([row for row, text in enumerate(texts) if text is not None], np.int64)
        written = [text for text in texts if text is not None]
        distinct = list(dict.fromkeys(written))
        names = dict(zip(distinct, class_texts(distinct), strict=True))
        labels = tuple(names[text] for text in written)
        count = len(set(labels))
        if not count:
            raise self._unfit("no values")
        if count == 1 and len(rows) > 1:
            raise self._unfit("one class")
        if not quiet and count > _FEW_CLASSES and 2 * count > len(labels):
            raise self._unfit(f"{count} different texts in {len(labels)} rows")
        text = f"The target is {self.name}: {count} classes in {len(labels)} rows."
        if merged := merged_labels(distinct):
            listed = ", ".join(map(repr, sorted(merged)[:6]))
            quiet, text = False, f"{text} Written differently, {listed} are different classes."
        return TargetValues(
            self._target("classes", self.cells.storage),
            rows,
            labels,
            remarks=self._remarks("" if quiet else text, rows),
        )

    def _target(self, kind: str, storage: str) -> Target:
        return Target(names=(self.name,), kind=kind, storage=storage, places=(self.place,))

    def _remarks(self, decided: str, rows: NDArray[np.int64]) -> tuple[str, ...]:
        remarks = [decided] if decided else []
        if self._other_label() and self.asked == "last":
            other = self._other_label()
            remarks.append(f"Another column is called {other}: target={other!r} learns that one.")
        lost = np.setdiff1d(np.arange(len(self.table)), rows)
        if len(lost):
            cells = self.cells
            marks = sorted({repr(text_at(cells, int(row))) for row in lost[:1000]})
            listed = ", ".join(marks[:5])
            remarks.append(f"{len(lost)} rows without a label were left out ({listed}).")
        return tuple(remarks)

    def _other_label(self) -> str:
        """Return the name of another column that is called as labels usually are, or ""."""
        if self.name.casefold() in _LABEL_NAMES:
            return ""
        others = (name for name in self.table.names if name.casefold() in _LABEL_NAMES)
        return next(others, "")

    def _unfit(self, got: str) -> DataError:
        other = "first" if not self.table.named and self.place else "NAME"
        return DataError(
            self.table.where,
            why=f"The target column {self.name} has {got}",
            remedy=f"Name the label: target={self._other_label() or other!r}",
            argument="target",
        )
