"""What the columns of a table mean: inputs, target, and columns that are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from chainrule.errors import DataError

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
        """Return plain values, from which `from_dict` makes the column again."""
        return {**asdict(self), "categories": list(self.categories), "marks": list(self.marks)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the column that `to_dict` described.

        Raises: DataError.
        """
        known = _known_values(cls, values)
        found = cls(**{**known, **_tuples(known, "categories", "marks")})
        if found.kind not in KINDS:
            raise DataError("Column", expected=f"one of {', '.join(KINDS)}", got=repr(found.kind))
        return found


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
        """Return plain values, from which `from_dict` makes the target again."""
        lists = {name: list(getattr(self, name)) for name in ("names", "classes", "places")}
        return {**asdict(self), **lists}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the target that `to_dict` described.

        Raises: DataError.
        """
        known = _known_values(cls, values)
        places = tuple(map(int, known.get("places", ())))
        return cls(**{**known, **_tuples(known, "names", "classes"), "places": places})


def _known_values(record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by name if a record has them all; a newer file's field is refused."""
    names = {field.name for field in fields(record)}
    if strange := sorted(set(values) - names):
        raise DataError(
            record.__name__,
            expected=f"the fields {', '.join(sorted(names))}",
            got=repr(strange[0]),
            why="The file was written by a newer chainrule",
        )
    return dict(values)


def _tuples(values: Mapping[str, Any], *names: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(map(str, values[name])) for name in names if name in values}
