"""Tables whose columns are the pixels of an image: which they are, and in which order."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chainrule.schema.cell_values import texts_as_numbers
from chainrule.schema.table import Cells, DataTable

__all__ = ["find_pixels", "pixel_order", "read_pixels"]

_NAME = re.compile(r"(?:pixel|pix|px)[ _.-]*(\d+)(?:[x_.,-](\d+))?|(\d+)x(\d+)", re.IGNORECASE)
_LEAST_NAMED, _LEAST_UNNAMED = 64, 256
_FEW_LEVELS = (1, 15, 16)
"""White of one bit, of four, and of scikit-learn's 8 x 8 digits; only columns that are called like
pixels may have so few levels."""
_BLACK_AND_WHITE = 128
"""A table of whole numbers that stay below this is not taken for grey values by itself."""


def pixel_order(names: Sequence[str]) -> list[int] | None:
    """Return the places of columns in the order of their pixels; None if a name is not a pixel's.

    Example:
        >>> pixel_order(["pixel2", "pixel10", "pixel1"])
        [2, 0, 1]
        >>> pixel_order(["1x2", "1x1"])
        [1, 0]
    """
    matches = [_NAME.fullmatch(name.strip()) for name in names]
    if None in matches:
        return None
    keys = [tuple(int(part) for part in match.groups() if part) for match in matches if match]
    if len(set(keys)) < len(keys) or len({len(key) for key in keys}) > 1:
        return None
    return sorted(range(len(names)), key=lambda place: keys[place])


def find_pixels(table: DataTable, others: Sequence[int]) -> list[int] | None:
    """Return the columns of a table that are the grey values of square images, in their order.

    They are if each is a whole number from 0 to 255, some are above 127, and the columns are called
    like pixels or, without names, are as many as the pixels of a square of 16 or more. Columns
    called like pixels may also run to 1, 15 or 16.

    Args:
        table: the table.
        others: the columns of the target.
    """
    places = [place for place in range(len(table.columns)) if place not in others]
    order = pixel_order([table.names[place] for place in places])
    least = _LEAST_UNNAMED if order is None else _LEAST_NAMED
    square = math.isqrt(len(places)) ** 2 == len(places)
    if not square or len(places) < least or (order is None and table.named):
        return None
    ordered = places if order is None else [places[at] for at in order]
    greatest = 0
    for place in ordered:
        values = _grey_values(table.columns[place])
        if values is None:
            return None
        greatest = max(greatest, int(values.max(initial=0)))
    few_levels = order is not None and greatest in _FEW_LEVELS
    return ordered if greatest >= _BLACK_AND_WHITE or few_levels else None


def _grey_values(cells: Cells) -> NDArray[np.uint8] | None:
    """Return the grey values that occur in a column; None if a cell is none."""
    if cells.numbers is not None:
        values = np.unique(cells.numbers)
    else:
        if len(cells.distinct) > 256 or cells.storage == "boolean":
            return None
        found = texts_as_numbers(cells)
        if not found.readable.all() or found.storage:
            return None
        values = found.values
    with np.errstate(invalid="ignore"):
        grey: NDArray[np.uint8] = values.astype(np.uint8)
    return grey if np.array_equal(grey, values) else None


def read_pixels(table: DataTable, places: Sequence[int]) -> NDArray[np.float64] | NDArray[np.uint8]:
    """Return the columns as a matrix, (rows, pixels): bytes where all are, float64 otherwise.

    A cell that is not a number is NaN.
    """
    every = [_grey_values(table.columns[place]) is not None for place in places]
    kind = np.uint8 if all(every) else np.float64
    matrix = np.empty((len(table), len(places)), kind)
    for column, place in enumerate(places):
        cells = table.columns[place]
        if cells.numbers is not None:
            matrix[:, column] = cells.numbers
        else:
            values = texts_as_numbers(cells).values
            with np.errstate(invalid="ignore"):
                matrix[:, column] = cells.spread(
                    values.astype(kind), 0 if kind == np.uint8 else np.nan
                )
    return matrix
