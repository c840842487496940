"""What the columns of a table mean: inputs, target, and columns that are left out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["KINDS", "Column", "LeftOut", "Target"]

KINDS = ("number", "category", "date")
"""What a column can hold. In the matrix of a table, (rows, columns) float64, a number is itself, a
category its place among the column's categories, and a date its days since 1970-01-01; all three
are NaN where the cell is missing."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One input column of a table, as the training data show it.

    Args:
        name: its name, or "column 3" in a table without names, whose columns are counted from 0
            and matched by place.
        kind: "number", "category" or "date".
        storage: how the training data wrote it, such as "int64", "float64", "text" or
            "decimal comma"; for people, and for cells that can be read in two ways.
        categories: the categories in order; a cell's number is its place here.
        low: the least value seen; None for categories, and where every cell is missing.
        high: the greatest value seen.
        missing: how many cells of the training data are missing.
        marks: the texts that stood for a missing cell, such as "" or "NA".
        clock: whether the dates have a time of day.
    """

    name: str
    kind: str
    storage: str = ""
    categories: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    missing: int = 0
    marks: tuple[str, ...] = ()
    clock: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `read_record` makes the column again."""
        return {**asdict(self), "categories": list(self.categories), "marks": list(self.marks)}


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A column of the training data that is no input.

    Args:
        name: its name.
        reason: why, such as "index", "identifier", "text", "constant" or "dropped".
        place: its number in the training data's table, from 0.
    """

    name: str
    reason: str
    place: int = -1


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a network learns to tell.

    Args:
        names: the names of the target's columns; one, but for several numbers. "" without a name.
        kind: "classes" or "numbers".
        classes: the classes in the order of the outputs; empty for numbers.
        storage: how the training data wrote it, as for a column.
        places: the numbers of its columns in the training data's table, from 0.
    """

    names: tuple[str, ...]
    kind: str
    classes: tuple[str, ...] = ()
    storage: str = ""
    places: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `read_record` makes the target again."""
        lists = {name: list(getattr(self, name)) for name in ("names", "classes", "places")}
        return {**asdict(self), **lists}
