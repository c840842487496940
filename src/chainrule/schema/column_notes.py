"""What is to be said of a column's cells: values outside the training data, unknown categories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chainrule.schema.columns import Column
from chainrule.schema.table import listed

__all__ = ["ColumnNote", "merge_notes", "note_range"]

_MOST_LISTED = 5


@dataclass(frozen=True, kw_only=True)
class ColumnNote:
    """How many cells of a column are not like those of the training data; `str` is a sentence.

    Args:
        column: what was learned of the column.
        kind: "below" or "above" its range, or "unknown" for a category that it does not have.
        count: how many cells.
        furthest: the value furthest from the range; NaN for categories.
        texts: some of the unknown categories.
    """

    column: Column
    kind: str
    count: int
    furthest: float = np.nan
    texts: tuple[str, ...] = ()

    def __str__(self) -> str:
        column = self.column
        if self.kind == "unknown":
            return (
                f"{column.name}: {self.count} cells hold categories that the training data "
                f"did not have ({listed(self.texts, _MOST_LISTED)}); they count as missing."
            )
        below = self.kind == "below"
        edge = column.low if below else column.high
        assert edge is not None, "a column without a range has no such note"
        return (
            f"{column.name}: {self.count} value{'s' * (self.count > 1)} {self.kind} "
            f"{_shown(column, edge)}, the "
            f"{'least' if below else 'greatest'} of the training data; "
            f"the furthest is {_shown(column, self.furthest)}."
        )

    def merged(self, other: ColumnNote) -> ColumnNote:
        """Return the note on the cells of both, which have one column and one kind."""
        further = min if self.kind == "below" else max
        return replace(
            self,
            count=self.count + other.count,
            furthest=further(self.furthest, other.furthest),
            texts=tuple(sorted({*self.texts, *other.texts})),
        )


def merge_notes(notes: Iterable[ColumnNote]) -> list[ColumnNote]:
    """Return notes on several blocks of rows as notes on all rows, one for each column and kind."""
    found: dict[tuple[str, str], ColumnNote] = {}
    for note in notes:
        key = (note.column.name, note.kind)
        found[key] = found[key].merged(note) if key in found else note
    return list(found.values())


def note_range(column: Column, values: NDArray[np.float64]) -> Iterator[ColumnNote]:
    """Yield notes on numbers below or above those of the training data."""
    if column.low is None or column.high is None:
        return
    below, above = values[values < column.low], values[values > column.high]
    if below.size:
        yield ColumnNote(column=column, kind="below", count=below.size, furthest=float(below.min()))
    if above.size:
        yield ColumnNote(column=column, kind="above", count=above.size, furthest=float(above.max()))


def _shown(column: Column, value: float) -> str:
    if column.kind == "date":
        return str(np.datetime64(int(np.floor(value)), "D"))
    return f"{value:.6g}"
