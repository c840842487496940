"""A table as a file or a data frame holds it, before anything is known of its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError, InputError, describe, unknown_name

__all__ = ["Cells", "DataTable", "column_label", "column_position", "listed", "number_text"]


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of one column: numbers, or texts of which each is stored once.

    Args:
        storage: how the column is written: "text", "boolean", "date", or a type such as "int64".
        numbers: (rows,) float64, NaN for a missing cell; None for texts. A date is its days since
            1970-01-01.
        distinct: the texts that occur, without white space at their ends: an Arrow array of
            strings; None for numbers.
        codes: the place of each cell's text among them, (rows,); -1 for a missing cell.
    """

    storage: str
    numbers: NDArray[np.float64] | None = None
    distinct: Any = None
    codes: NDArray[np.integer[Any]] | None = None

    @classmethod
    def from_texts(cls, texts: Sequence[str | None], storage: str = "text") -> Self:
        """Return the cells of a column of texts; None is a missing cell."""
        import pyarrow as pa

        return cls.from_array(pa.array(texts, pa.string()), storage)

    @classmethod
    def from_array(cls, array: Any, storage: str = "text") -> Self:
        """Return the cells of an Arrow array of strings, whole or in chunks."""
        import pyarrow as pa
        from pyarrow import compute

        encoded = array.dictionary_encode()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.unify_dictionaries().combine_chunks()
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        distinct = compute.utf8_trim_whitespace(encoded.dictionary.cast(pa.string()))
        narrow = (
            np.int8 if len(distinct) < 2**7 else np.int16 if len(distinct) < 2**15 else np.int32
        )
        return cls(storage, distinct=distinct, codes=codes.astype(narrow))

    def __len__(self) -> int:
        return len(self.codes if self.numbers is None else self.numbers)  # type: ignore[arg-type]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts that occur; those of numbers are written as `number_text` writes them."""
        if self.numbers is not None:
            return self.as_texts().texts
        return tuple(self.distinct.to_pylist())

    def as_texts(self) -> Cells:
        """Return the same cells as texts, so that a number has one text however it is stored."""
        if self.numbers is None:
            return self
        import pyarrow as pa

        values, codes = np.unique(self.numbers, return_inverse=True)
        known = ~np.isnan(values)
        texts = pa.array([number_text(value) for value in values[known].tolist()], pa.string())
        return Cells(self.storage, distinct=texts, codes=np.where(known[codes], codes, -1))

    def rows(self, rows: NDArray[np.int64]) -> Cells:
        """Return the cells of some rows, with those texts alone that occur in them."""
        if self.codes is None:
            assert self.numbers is not None
            return replace(self, numbers=self.numbers[rows])
        import pyarrow as pa

        codes = self.codes[rows]
        used = np.bincount(codes[codes >= 0], minlength=len(self.distinct)) > 0
        narrowed = np.append(np.cumsum(used) - 1, -1).astype(self.codes.dtype)
        return replace(self, distinct=self.distinct.filter(pa.array(used)), codes=narrowed[codes])

    def counts(self) -> NDArray[np.int64]:
        """Return how many cells have each of the texts, (texts,)."""
        assert self.codes is not None
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.distinct))

    def spread(self, values: NDArray[Any], missing: Any) -> NDArray[Any]:
        """Return a value for each cell, from one for each text and one for missing cells."""
        return np.append(values, np.array([missing], values.dtype))[self.codes]


def number_text(value: float) -> str:
    """Return the text of a number: whole numbers without a point, others with all their digits.

    Example:
        >>> number_text(3.0), number_text(0.1)
        ('3', '0.1')
    """
    return str(int(value)) if value == value // 1 and abs(value) < 2**63 else repr(float(value))


def _row(row: int) -> str:
    return f"row {row}"


@dataclass(frozen=True, eq=False)
class DataTable:
    """The rows of a file or a data frame.

    Args:
        where: the file, for error texts.
        names: a name for each column; "" for a column without one.
        columns: the cells of each column.
        named: whether the columns have names; if not, they are matched by their places.
        place: says where a row stands in the file, such as "line 17".
        decimal: "," where the file's form tells that numbers have decimal commas; otherwise "".
        remarks: sentences on what the reader had to decide.

    Raises: DataError for two columns of one name, and for a table without rows.
    """

    where: str
    names: tuple[str, ...]
    columns: tuple[Cells, ...]
    named: bool = True
    place: Callable[[int], str] = _row
    decimal: str = ""
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.columns or not len(self):
            below = " below the header" * self.named
            raise DataError(self.where, expected=f"at least one row{below}", got="none")
        labels = self.labels()
        for column, name in enumerate(labels):
            first = labels.index(name)
            if first != column:
                raise DataError(
                    self.where,
                    expected="a name of its own for each column",
                    got=f"{name!r} for columns {first} and {column}",
                    remedy="Rename one of them; columns are known by their names",
                )

    def __len__(self) -> int:
        return len(self.columns[0])

    def labels(self) -> tuple[str, ...]:
        """Return what each column is called: its name, or "column 3" where it has none."""
        return tuple(name or f"column {place}" for place, name in enumerate(self.names))

    def at(self, row: int, column: int) -> str:
        """Return the place of a cell, for error texts."""
        return f"{self.place(row)}, {column_label(self.names, column)}"


def column_label(names: Sequence[str], column: int) -> str:
    """Return what to call a column in an error text: its number from 0, and its name if it has one.

    Example:
        >>> column_label(["length", "width"], 1)
        "column 1 ('width')"
    """
    return f"column {column}" + (f" ({names[column][:60]!r})" if names[column] else "")


def column_position(
    column: str | int, names: Sequence[str], where: str, *, argument: str = "target"
) -> int:
    """Return the number of a column, from 0.

    Args:
        column: a column's name or number (negative from the end), "first" or "last"; a name that
            exists comes first.
        names: a name for each column; empty texts where the table has no header.
        where: the file, for error texts.
        argument: the option that names the column.

    Raises: InputError, UnknownNameError.

    Example:
        >>> column_position("kind", ["length", "kind", "width"], "flowers.csv")
        1
    """
    if isinstance(column, str):
        if column in names:
            return list(names).index(column)
        column = _numbered(column, names, where, argument)
    if not -len(names) <= column < len(names):
        raise InputError(
            where,
            expected=f"a {argument} column from 0 to {len(names) - 1}",
            got=describe(column),
            argument=argument,
            value=column,
        )
    return column % len(names)


def _numbered(column: str, names: Sequence[str], where: str, argument: str) -> int:
    ends = {"first": 0, "last": -1}
    if column in ends:
        return ends[column]
    try:
        return int(column)
    except ValueError:
        valid = [*filter(None, names), *ends]
        raise unknown_name(where, "a column", column, valid, argument=argument) from None


def listed(names: Sequence[str], most: int = 8) -> str:
    """Return names with commas between them, the first few of many.

    Example:
        >>> listed(["a", "b", "c"], 2)
        'a, b and 1 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
