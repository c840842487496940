"""Rows of a table as the matrix that a schema describes: columns by name, in any order.

Nothing is guessed: what the schema does not know is left out and said, what it misses is refused,
and a cell that cannot be read is an error of its row, which does not stop the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError
from chainrule.schema.cell_values import (
    CellValues,
    decimal_hint,
    read_column,
    text_at,
    texts_as_numbers,
)
from chainrule.schema.column_notes import ColumnNote, note_range
from chainrule.schema.columns import Column
from chainrule.schema.image_format import ImageFormat
from chainrule.schema.label_classes import find_class
from chainrule.schema.pixel_tables import pixel_order, read_pixels
from chainrule.schema.schema import Schema
from chainrule.schema.table import DataTable, listed
from chainrule.schema.target_choice import label_texts

__all__ = ["Matched", "RowError", "match_table", "refuse_rows"]

_MOST_LISTED = 5
_UNNAMED = re.compile(r"column \d+")


@dataclass(frozen=True)
class RowError:
    """A cell that cannot be read.

    Args:
        row: the row's number in the table, from 0.
        place: where the cell stands, such as "line 3, column 1 ('age')".
        problem: what is wrong with it, in words.
        of_target: whether the cell is a label, which a prediction does not need.
    """

    row: int
    place: str
    problem: str
    of_target: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


@dataclass(frozen=True, eq=False)
class Matched:
    """A table's rows as a schema orders them.

    Args:
        matrix: (rows, columns) float64 in the order of the schema; NaN for a cell that is missing,
            unknown or unreadable. Pixels that are all bytes are bytes.
        labels: class numbers, (rows,) int64, -1 for a row without a label; or numbers,
            (rows, outputs) float64, NaN for a missing one; None if the table has no target.
        ignored: sentences on columns that were ignored, or matched by their places.
        notes: on cells that are not like those of the training data.
        errors: the cells that cannot be read.
    """

    matrix: NDArray[np.float64] | NDArray[np.uint8]
    labels: NDArray[np.int64] | NDArray[np.float64] | None = None
    ignored: tuple[str, ...] = ()
    notes: tuple[ColumnNote, ...] = ()
    errors: tuple[RowError, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what was ignored, and on categories that are not known."""
        return (*self.ignored, *(str(note) for note in self.notes if note.kind == "unknown"))

    @property
    def outside(self) -> tuple[str, ...]:
        """Sentences on numbers outside the range of the training data."""
        return tuple(str(note) for note in self.notes if note.kind != "unknown")


def match_table(schema: Schema, table: DataTable) -> Matched:
    """Return the rows of a table as the matrix that a schema describes.

    Columns are matched by name, in any order, with or without the target. A table without names,
    or a schema learned from one, is matched by place if the number of columns fits. Columns that
    were left out in training are ignored; others that the schema does not know are, too, and said.

    A table of images' pixels gives bytes, (rows, pixels); pixels are matched by their numbers, or
    by place.

    Args:
        schema: what was learned from the training data.
        table: the rows.

    Raises: DataError for columns that are missing.
    """
    if schema.image is not None:
        return _match_pixels(schema, schema.image, table)
    places, ignored = _places(schema, table)
    texts = [place for place in places.values() if table.columns[place].numbers is None]
    hint = decimal_hint(texts_as_numbers(table.columns[place]) for place in texts)
    matrix = np.empty((len(table), len(schema.columns)))
    errors: list[RowError] = []
    notes: list[ColumnNote] = []
    for number, column in enumerate(schema.columns):
        place = places[column.name]
        found = read_column(column, table.columns[place], hint=hint)
        matrix[:, number] = found.values
        errors += [RowError(row, table.at(row, place), why) for row, why in found.problems]
        notes += [*_note_unknown(column, table, place, found), *note_range(column, found.values)]
    labels = None
    if schema.target.names and all(name in places for name in schema.target.names):
        labels = _labels(schema, table, [places[name] for name in schema.target.names], errors)
    errors.sort(key=lambda one: one.row)
    return Matched(matrix, labels, tuple(ignored), tuple(notes), tuple(errors))


def _places(schema: Schema, table: DataTable) -> tuple[dict[str, int], list[str]]:
    """Return the number in the table of each column that the schema names, and remarks."""
    wanted = (*schema.names, *schema.target.names)
    counted = all(_UNNAMED.fullmatch(name) for name in wanted)
    if not table.named or (counted and not set(wanted) & set(table.names)):
        return _by_place(schema, table)
    labels = table.labels()
    missing = [name for name in schema.names if name not in labels]
    if missing:
        strange = [name for name in table.names if name and name not in wanted]
        raise DataError(
            table.where,
            expected=f"the columns {listed(missing)}",
            got=f"no such column among {listed(strange)}" if strange else "none of that name",
            why="The network was trained with them",
        )
    known = {*wanted, *(one.name for one in schema.left_out)}
    strange = [name for name in labels if name not in known]
    remarks = [f"Columns that the network does not know were ignored: {listed(strange)}."]
    found = {name: labels.index(name) for name in wanted if name in labels}
    return found, remarks if strange else []


def _by_place(schema: Schema, table: DataTable) -> tuple[dict[str, int], list[str]]:
    """Return the places of the columns in a table of which only their number is known."""
    if not table.named and set(schema.names) <= {text_at(one, 0) for one in table.columns}:
        raise DataError(
            table.where,
            expected="rows of values",
            got="a first row that names the columns, though it looks like one of values",
            remedy="Say that it is a header: header=True",
        )
    out = {one.place: one.name for one in schema.left_out}
    targets = dict(zip(schema.target.places, schema.target.names, strict=True))
    full = len(schema.columns) + len(out) + len(targets)
    names = iter(schema.names)
    order = [out.get(p) or targets.get(p) or next(names) for p in range(full)]
    orders = {
        full: order,
        full - len(targets): [name for p, name in enumerate(order) if p not in targets],
        len(schema.columns): list(schema.names),
    }
    width = len(table.columns)
    if width not in orders:
        raise DataError(
            table.where,
            expected=f"{' or '.join(str(one) for one in sorted(orders))} columns",
            got=str(width),
            why="Columns without names are matched by their places",
            remedy="Name the columns in the first row, as in the training data",
        )
    found = {name: place for place, name in enumerate(orders[width])}
    named = any(not _UNNAMED.fullmatch(name) for name in schema.names) or table.named
    remarks = ["The columns were matched by their places, as their names are not known."]
    return found, remarks if named else []


def _match_pixels(schema: Schema, image: ImageFormat, table: DataTable) -> Matched:
    """Return the pixels of images, with or without the target beside them."""
    count = image.height * image.width
    every = range(len(table.columns))
    named = [place for place in every if pixel_order([table.names[place]]) is not None]
    if len(named) == count:
        order = pixel_order([table.names[place] for place in named]) or range(count)
        places = [named[at] for at in order]
    else:
        places = [place for place in every if table.labels()[place] not in schema.target.names]
    if len(places) != count:
        raise DataError(
            table.where,
            expected=f"{count} columns of grey values, and {listed(schema.target.names)} or not",
            got=f"{len(table.columns)} columns",
            why=f"The network was trained with images of {image.height} x {image.width}",
        )
    matrix = read_pixels(table, places)
    errors = [
        RowError(row, table.at(row, places[at]), "expected a grey value, got none")
        for row, at in np.argwhere(~np.isfinite(matrix)).tolist()
    ]
    rest = [name for p, name in enumerate(table.labels()) if p not in places]
    strange = [name for name in rest if name not in schema.target.names]
    remarks = [f"Columns that the network does not know were ignored: {listed(strange)}."]
    labels = None
    if schema.target.names and set(schema.target.names) <= set(rest):
        targets = [table.labels().index(name) for name in schema.target.names]
        labels = _labels(schema, table, targets, errors)
    return Matched(matrix, labels, tuple(remarks if strange else ()), (), tuple(errors))


def _note_unknown(
    column: Column, table: DataTable, place: int, found: CellValues
) -> list[ColumnNote]:
    """Return a note on the categories that the training data did not have."""
    if not found.unknown:
        return []
    texts = sorted({text_at(table.columns[place], row) for row in found.unknown[:1000]})
    return [ColumnNote(column=column, kind="unknown", count=len(found.unknown), texts=tuple(texts))]


def _labels(
    schema: Schema, table: DataTable, places: Sequence[int], errors: list[RowError]
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the target of each row; labels that are not a class of the schema become errors."""
    if schema.target.kind == "numbers":
        columns = []
        for name, place in zip(schema.target.names, places, strict=True):
            column = Column(name=name, kind="number", storage=schema.target.storage)
            found = read_column(column, table.columns[place])
            errors += [
                RowError(row, table.at(row, place), why, True) for row, why in found.problems
            ]
            columns.append(found.values)
        return np.column_stack(columns)
    (place,) = places
    numbers = {name: number for number, name in enumerate(schema.target.classes)}
    texts = label_texts(table.columns[place])
    known_texts = {text for text in texts if text is not None}
    found_classes = {text: find_class(text, numbers, known_texts) for text in known_texts}
    for row, text in enumerate(texts):
        if text is not None and found_classes[text] is None:
            known = listed(schema.target.classes, 12)
            problem = f"expected one of the classes {known}, got {text[:60]!r}"
            errors.append(RowError(row, table.at(row, place), problem, True))
    places_of = {text: -1 if found is None else found for text, found in found_classes.items()}
    found_numbers = [-1 if text is None else places_of[text] for text in texts]
    return np.array(found_numbers, np.int64)


def refuse_rows(errors: Sequence[RowError], where: str) -> DataError:
    """Return the error for cells that cannot be read, where none may be left out.

    Args:
        errors: the cells, at least one.
        where: the file.
    """
    others = [error.place for error in errors[1:_MOST_LISTED]]
    more = f"; {len(errors) - 1} more: {'; '.join(others)}" if others else ""
    more += " …" if len(errors) > _MOST_LISTED else ""
    return DataError(f"{where}, {errors[0].place}", why=f"{errors[0].problem}{more}")
