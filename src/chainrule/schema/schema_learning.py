"""A schema learned from the training rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError, unknown_name
from chainrule.schema.cell_values import (
    CellValues,
    decimal_hint,
    read_column,
    text_at,
    texts_as_numbers,
)
from chainrule.schema.column_kinds import (
    INDEX_NAME,
    ColumnChoices,
    Subject,
    counts_up,
    infer_column,
)
from chainrule.schema.columns import Column, LeftOut, Target
from chainrule.schema.number_cells import NumberReading
from chainrule.schema.schema import Schema
from chainrule.schema.table import Cells, DataTable

__all__ = ["learn_schema", "refuse_cells", "refuse_spoilt"]

_MOST_LISTED = 5
_FEWEST_ROWS = 10
"""In fewer rows a column may be constant by chance, as in a truth table."""
_SPOILT = 1e6
_FEW_SPOILT, _FRACTION_SPOILT = 3, 0.05


def learn_schema(
    table: DataTable, rows: NDArray[np.int64], target: Target, choices: ColumnChoices
) -> Schema:
    """Return what the columns of a table mean, from its training rows alone.

    Args:
        table: the table.
        rows: the numbers of the training rows.
        target: what is to be learned; its columns are not inputs.
        choices: what the user says of columns, by the names of `DataTable.labels`.

    Raises: UnknownNameError for a choice that names no column; DataError for cells that fit no
        reading of their column, for single numbers far outside the others, and if no input is left.
    """
    _check_choices(table, target, choices)
    places = [p for p in range(len(table.columns)) if p not in target.places]
    cells = {place: table.columns[place].rows(rows) for place in places}
    texts = {place: one for place, one in cells.items() if one.numbers is None}
    readings = {p: texts_as_numbers(one, choices.missing) for p, one in texts.items()}
    training = _Training(table, rows, choices, decimal_hint(readings.values()), readings)
    found = training.without_counters({p: training.infer(p, one) for p, one in cells.items()})
    complete = [training.measure(place, one, cells[place]) for place, one in found.items()]
    columns = tuple(one for one in complete if isinstance(one, Column))
    left_out = tuple(one for one in complete if isinstance(one, LeftOut))
    if not columns:
        raise DataError(
            table.where,
            expected="at least one input column beside the target",
            got="; ".join(f"{one.name} ({one.reason})" for one in left_out) or "none",
            remedy="Keep a column with number=, category= or date=",
        )
    return Schema(target=target, columns=columns, left_out=left_out)


def _check_choices(table: DataTable, target: Target, choices: ColumnChoices) -> None:
    labels = table.labels()
    for argument in ("drop", "category", "number", "date"):
        for name in getattr(choices, argument):
            if name not in labels:
                raise unknown_name(table.where, "a column", name, labels, argument=argument)
            if labels.index(name) in target.places and argument == "drop":
                raise DataError(
                    table.where,
                    expected="columns to drop beside the target",
                    got=repr(name),
                    argument=argument,
                )


@dataclass(frozen=True, eq=False)
class _Training:
    """The training rows of a table, and what was found out so far."""

    table: DataTable
    rows: NDArray[np.int64]
    choices: ColumnChoices
    hint: str
    readings: Mapping[int, NumberReading]

    def infer(self, place: int, cells: Cells) -> Column | LeftOut:
        """Return the kind of a column, its decimal mark decided by the whole table if need be."""
        reading = self.readings.get(place)
        if reading is not None and not reading.decided:
            before = self.table.decimal or "."
            missing = self.choices.missing
            reading = texts_as_numbers(cells, missing, hint=self.hint, before=before)
            if reading.ambiguous.any():  # points alone, in a file whose form allows either mark
                reading = texts_as_numbers(cells, missing, hint=".")
        named = self.table.names[place]
        subject = Subject(
            name=self.table.labels()[place],
            place=place,
            cells=cells,
            choices=self.choices,
            may_be_index=self.table.named and INDEX_NAME.fullmatch(named) is not None,
            reading=reading,
        )
        return infer_column(subject)

    def without_counters(
        self, found: Mapping[int, Column | LeftOut]
    ) -> dict[int, Column | LeftOut]:
        """Return the columns with those left out that count rows, unless no other would be left."""
        counters = {place for place, one in found.items() if self._counts(place, one)}
        others = {p for p, one in found.items() if isinstance(one, Column)} - counters
        if not others:
            return dict(found)
        return {
            place: LeftOut(name=one.name, reason="index", place=place) if place in counters else one
            for place, one in found.items()
        }

    def _counts(self, place: int, one: Column | LeftOut) -> bool:
        if not isinstance(one, Column) or one.kind != "number" or one.name in self.choices.number:
            return False
        values = read_column(one, self.table.columns[place], hint=self.hint).values
        return counts_up(values, one.name, place, named=self.table.named)

    def measure(self, place: int, one: Column | LeftOut, cells: Cells) -> Column | LeftOut:
        """Return the column with its range and the count of its missing cells.

        Raises: DataError for cells that cannot be read, and for spoilt ones.
        """
        if isinstance(one, LeftOut):
            return one
        found = read_column(one, cells, hint=self.hint)
        if found.problems:
            raise refuse_cells(self.table, place, self.rows, found)
        lost = np.isnan(found.values)
        known = found.values[~lost]
        chosen = self.choices.kind_of(one.name)
        if not known.size:
            return LeftOut(name=one.name, reason="empty", place=place)
        same = not lost.any() and bool((known == known[0]).all())
        if same and not chosen and len(known) >= _FEWEST_ROWS:
            return LeftOut(name=one.name, reason="constant", place=place)
        if one.kind == "category":
            return replace(one, missing=int(lost.sum()))
        if one.kind == "number" and chosen != "number":
            refuse_spoilt(self.table, place, self.rows, found.values)
        low, high = float(known.min()), float(known.max())
        return replace(one, low=low, high=high, missing=int(lost.sum()))


def refuse_cells(
    table: DataTable,
    place: int,
    rows: NDArray[np.int64],
    found: CellValues,
    *,
    is_target: bool = False,
) -> DataError:
    """Return the error for the cells of a column that cannot be read.

    Args:
        table: the table.
        place: the column's number.
        rows: the numbers in the table of the rows that were read.
        found: what was read.
        is_target: whether the column is what is to be learned.
    """
    problems = found.problems
    first, why = problems[0]
    others = [table.place(int(rows[row])) for row, _ in problems[1:_MOST_LISTED]]
    more = f"; {len(problems) - 1} more cells like it, at {', '.join(others)}" if others else ""
    more += " …" if len(problems) > _MOST_LISTED else ""
    name = table.labels()[place]
    text = text_at(table.columns[place], int(rows[first]))
    return DataError(
        f"{table.where}, {table.at(int(rows[first]), place)}",
        why=f"{why}{more}",
        remedy="If these are labels, give task='classes'"
        if is_target
        else f"If {text[:60]!r} stands for a missing cell, give missing={text[:60]!r}; "
        f"leave the column out with drop={name!r}",
    )


def refuse_spoilt(
    table: DataTable, place: int, rows: NDArray[np.int64], values: NDArray[np.float64]
) -> None:
    """Refuse a column of which single numbers lie more than a million times outside the others.

    The middle is the median, and the width the median distance from it; distances of 0 are not
    counted, as most numbers of a column may be the same.

    Raises: DataError with the places of the numbers.
    """
    known = values[~np.isnan(values)]
    away = np.abs(values - np.median(known))
    widths = away[away > 0]
    if not widths.size:
        return
    spoilt = np.flatnonzero(away / _SPOILT > np.median(widths))
    most = min(max(_FEW_SPOILT, _FRACTION_SPOILT * len(known)), len(known) / 4)
    if not 0 < len(spoilt) <= most:
        return
    cells = table.columns[place]
    texts = [
        f"{text_at(cells, int(rows[row]))} at {table.place(int(rows[row]))}"
        for row in spoilt[:_MOST_LISTED].tolist()
    ]
    rest = "; the others are between {:.6g} and {:.6g}".format(
        *np.percentile(np.delete(values, spoilt)[~np.isnan(np.delete(values, spoilt))], (0, 100))
    )
    name = table.labels()[place]
    raise DataError(
        f"{table.where}, {table.at(int(rows[spoilt[0]]), place)}",
        expected="numbers of one order of magnitude",
        got=", ".join(texts) + (" …" if len(spoilt) > _MOST_LISTED else "") + rest,
        remedy=f"Correct them, count them as missing with "
        f"missing={text_at(cells, int(rows[spoilt[0]]))!r}, or insist with number={name!r}",
    )
