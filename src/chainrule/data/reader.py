"""The options of all readers, and the record that each of them returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from chainrule.data.content_limits import CONTENT, ContentLimit, content_limit
from chainrule.data.image_levels import ImageLevels
from chainrule.errors import InputError, describe
from chainrule.limits import Limit, check_record, limited
from chainrule.schema import ColumnChoices

__all__ = ["TASKS", "RawPart", "ReadOptions"]

TASKS = ("classes", "numbers")
_COLUMN_LISTS = ("drop", "category", "number", "date", "missing")
"""The options that are lists of texts: names of columns, and marks of missing cells."""


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How to read a user's own data; each field is an argument of `load_dataset`.

    Args:
        target: the column to learn: "last", "first", its name, or its number from 0.
        task: "classes" or "numbers"; None decides by the target's values.
        drop: names of columns that are not inputs.
        category: names of columns whose values are categories.
        number: names of columns that are numbers, however they look.
        date: names of columns that are dates.
        missing: texts that stand for a missing cell, beside "", "?", "NA" and their like.

    Raises: InputError, UnknownNameError.
    """

    target: str | int = "last"
    task: str | None = limited(
        None, Limit(str, "what the targets are", choices=lambda: TASKS, optional=True)
    )
    drop: Sequence[str] = ()
    category: Sequence[str] = ()
    number: Sequence[str] = ()
    date: Sequence[str] = ()
    missing: Sequence[str] = ()
    table: str | None = limited(
        None, Limit(str, "sheet of a workbook, or table of a database", optional=True)
    )
    header: bool | None = limited(
        None, Limit(bool, "whether the first row of a table names the columns", optional=True)
    )
    delimiter: str | None = limited(
        None, Limit(str, "what separates the fields of a text table", optional=True)
    )
    pixels: bool | None = limited(
        None, Limit(bool, "whether numbers are grey values, 0 to 255", optional=True)
    )
    class_names: Sequence[str] | None = None
    test_fraction: float = limited(
        0.2,
        Limit(float, "fraction to hold out", 0, 1, low_open=True, high_open=True),
    )
    seed: int = limited(0, Limit(int, "seed for the choice of the examples held out", 0))
    limit: int | None = limited(None, CONTENT)

    def __post_init__(self) -> None:
        check_record(self, "load_dataset")
        if isinstance(self.target, bool) or not isinstance(self.target, (str, int)):
            self._refuse("target", "a column's name or number, 'first' or 'last'", self.target)
        if self.delimiter is not None and not _delimits(self.delimiter):
            one = "one character that is no quote, space or line end"
            self._refuse("delimiter", one, self.delimiter)
        if isinstance(self.class_names, str):
            self._refuse("class_names", "a list of names", self.class_names)
        for name in _COLUMN_LISTS:
            given = getattr(self, name)
            listed = isinstance(given, (list, tuple))
            if not listed or not all(isinstance(text, str) for text in given):
                self._refuse(name, "a list of texts", given)
            object.__setattr__(self, name, tuple(text.strip() for text in given))

    @property
    def choices(self) -> ColumnChoices:
        """What the user says of columns."""
        return ColumnChoices(**{name: getattr(self, name) for name in _COLUMN_LISTS})

    def content_limit(self, where: object, stored: int, *, text: bool = False) -> ContentLimit:
        """How much may be read from files of so many stored bytes."""
        return content_limit(str(where), stored, self.limit, text=text)

    def _refuse(self, argument: str, expected: str, value: object) -> None:
        raise InputError(
            "load_dataset",
            expected=f"{argument} to be {expected}",
            got=describe(value),
            argument=argument,
            value=value,
        )


def _delimits(delimiter: str) -> bool:
    return len(delimiter) == 1 and delimiter not in '"\n\r\0 '


def _row(row: int) -> str:
    return f"row {row}"


@dataclass(frozen=True, eq=False)
class RawPart:
    """One part of a data set as a file has it, before classes are numbered.

    Args:
        where: the file, for error texts.
        inputs: (n, ...) numbers; bytes are grey values.
        labels: what to learn, one an example: texts, or numbers.
        place: tells where an example stands in the file.
        remarks: sentences on what was unusual, and on what was done about it.
        levels: the grey levels of images that are stored; None before that, and for tables.
    """

    where: str
    inputs: NDArray[Any]
    labels: Sequence[str] | NDArray[Any]
    place: Callable[[int], str] = _row
    remarks: tuple[str, ...] = ()
    levels: ImageLevels | None = None
