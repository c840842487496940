"""Rows by which an exported network is compared with the network itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.network import Network
from chainrule.randomness import generator
from chainrule.schema import Column

__all__ = ["ROWS", "SampleRows", "draw_rows"]

Matrix = NDArray[np.float64]

ROWS = 1000
"""Examples that are drawn, unless a form takes fewer."""
_MISSING_FRACTION = 0.1


@dataclass(frozen=True, eq=False)
class SampleRows:
    """Examples as the data have them, and the network's own answers.

    Args:
        inputs: what `Network.predict` takes: bytes, numbers, or the columns of a table with NaN
            for missing cells, (rows, inputs).
        outputs: the answers, (rows, outputs) float64.
        columns: those of a table; empty for images and arrays.
    """

    inputs: NDArray[np.generic]
    outputs: Matrix
    columns: tuple[Column, ...] = ()

    def __len__(self) -> int:
        return len(self.inputs)

    def texts(self, place: int) -> list[str | None]:
        """Return the cells of a column of categories as texts; None for a missing one."""
        categories = self.columns[place].categories
        cells = np.asarray(self.inputs[:, place], np.float64)
        return [None if np.isnan(cell) else categories[int(cell)] for cell in cells]


def draw_rows(network: Network, rows: int = ROWS, seed: int = 0) -> SampleRows:
    """Draw examples of all that a network may be asked, with its answers.

    Columns are drawn a little beyond the range that was seen, with categories that were seen and
    with missing cells; images with pixels of every value.

    Args:
        network: what answers.
        rows: how many examples, at least 1.
        seed: of the draw.
    """
    rng = generator(seed, "exported rows")
    schema = network.schema
    inputs: NDArray[np.generic]
    if schema is not None and schema.is_table:
        inputs = np.column_stack([_draw_column(column, rows, rng) for column in schema.columns])
    elif network.input_scale != 1:
        dark = rng.random((rows, network.architecture.layers[0])) < 0.5
        inputs = np.where(dark, 0, rng.integers(0, 256, dark.shape)).astype(np.uint8)
    else:
        inputs = rng.standard_normal((rows, network.architecture.layers[0])).astype(np.float32)
    outputs = network.predict(inputs).astype(np.float64)
    return SampleRows(inputs, outputs, () if schema is None else schema.columns)


def _draw_column(column: Column, rows: int, rng: np.random.Generator) -> Matrix:
    if column.kind == "category":
        cells = rng.integers(0, max(1, len(column.categories)), rows).astype(np.float64)
    else:
        low, high = (0.0, 1.0) if column.low is None else (column.low, column.high or 0.0)
        beyond = 0.1 * (high - low)
        cells = rng.uniform(low - beyond, high + beyond, rows)
        if column.kind == "date" and not column.clock:
            cells = np.floor(cells)
    missing = rng.random(rows) < _MISSING_FRACTION
    empty = column.kind == "category" and not column.categories
    return np.where(missing | empty, np.nan, cells)
