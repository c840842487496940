"""One input of a network, and how a table's column becomes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Feature"]

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One input of a network, and how a table's column becomes it.

    Args:
        name: the input's name, such as "age", "sailed year" or "port = S".
        column: the place of the column in the schema.
        kind: "number": (x - centre) / spread; "missing": 1 where the cell is missing, else 0;
            "category": 1 where the cell is `category`, else 0; "second": 0 for the first of two
            categories, 1 for the second, 0.5 for neither.
        part: of a date, "year", "month", "day", "weekday" (1 for Monday), "hour" or "minute";
            otherwise "", the column's own number.
        category: the place of the category among the column's.
        fill: what stands for a missing number, before it is scaled.
        centre: what is subtracted from a number.
        spread: what a number is then divided by, above 0.
    """

    name: str
    column: int
    kind: str
    part: str = ""
    category: int = 0
    fill: float = 0.0
    centre: float = 0.0
    spread: float = 1.0

    def compute(self, cells: Matrix) -> Matrix:
        """Return the input for each cell of the column, or of its part, (rows,)."""
        lost = np.isnan(cells)
        if self.kind == "missing":
            return lost.astype(np.float64)
        if self.kind == "category":
            equal: NDArray[np.bool_] = cells == self.category
            return equal.astype(np.float64)
        if self.kind == "second":
            halves: Matrix = np.where(lost, 0.5, cells)
            return halves
        scaled: Matrix = (np.where(lost, self.fill, cells) - self.centre) / self.spread
        return scaled

    def fit(self, cells: Matrix, scaling: str, imputation: str) -> Feature:
        """Return the same feature with the numbers that fit the cells of a training part."""
        seen = cells[~np.isnan(cells)]
        if self.kind != "number" or not seen.size:
            return self
        fill = {"median": np.median(seen), "mean": seen.mean(), "zero": 0.0}[imputation]
        centre, spread = _centre_and_spread(np.where(np.isnan(cells), fill, cells), scaling)
        return replace(
            self,
            fill=float(fill),
            centre=float(centre),
            spread=float(spread) if spread > 0 else 1.0,
        )


def _centre_and_spread(values: Matrix, scaling: str) -> tuple[float, float]:
    if scaling == "none":
        return 0.0, 1.0
    if scaling == "min_max":
        return values.min(), np.ptp(values)
    if scaling == "robust":
        low, middle, high = np.percentile(values, (25, 50, 75))
        return middle, high - low
    return values.mean(), values.std()
