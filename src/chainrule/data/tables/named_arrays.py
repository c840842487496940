"""Arrays whose columns have names, as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.data.encoding import is_one_hot
from chainrule.data.reader import RawPart
from chainrule.data.tables.arrow_columns import value_cells
from chainrule.errors import DataError
from chainrule.schema import Cells, DataTable

__all__ = ["fits_names", "name_columns"]

_TARGET = "target"


def fits_names(part: RawPart, names: Sequence[str]) -> bool:
    """Return whether arrays are a table with these columns and one target."""
    labels = np.asarray(part.labels)
    one_target = labels.size == len(labels) or is_one_hot(labels)
    return part.inputs.ndim == 2 and part.inputs.shape[1] == len(names) and one_target


def name_columns(part: RawPart, names: Sequence[str], classes: Sequence[str]) -> DataTable:
    """Return arrays as a table, whose last column, called target, holds the targets.

    Args:
        part: inputs, (rows, columns), and a target for each row, or one-hot rows.
        names: a name for each column.
        classes: a name for each class number of the targets; empty if the numbers stand for
            themselves.

    Raises: DataError for a number that has no class.
    """
    labels = np.asarray(part.labels)
    labels = labels.argmax(axis=1) if is_one_hot(labels) else labels.reshape(-1)
    if classes and labels.dtype.kind in "iuf":
        strange = np.flatnonzero(~np.isin(labels, np.arange(len(classes))))
        if strange.size:
            raise DataError(
                part.where,
                expected=f"class numbers from 0 to {len(classes) - 1}, as target_names has names",
                got=f"{labels[strange[0]]} at {part.place(int(strange[0]))}",
            )
        labels = np.array(classes)[labels.astype(np.int64)]
    columns = [
        Cells(str(part.inputs.dtype), numbers=column.astype(np.float64)) for column in part.inputs.T
    ]
    return DataTable(
        part.where,
        (*names, _TARGET),
        (*columns, value_cells(labels.tolist())),
        place=part.place,
        remarks=part.remarks,
    )
