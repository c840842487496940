"""For the tests of schemas: tables made of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.schema import Cells, DataTable


@pytest.fixture
def table() -> Callable[..., DataTable]:
    """Make a table of columns by name: lists of texts, or of numbers."""

    def make(where: str = "t.csv", named: bool = True, **columns: list[Any]) -> DataTable:
        cells = []
        for values in columns.values():
            texts = all(value is None or isinstance(value, str) for value in values)
            numbers = Cells("float64", numbers=np.array(values, np.float64)) if not texts else None
            cells.append(numbers or Cells.from_texts(values))
        names = tuple(columns) if named else ("",) * len(columns)
        return DataTable(where, names, tuple(cells), named, place=lambda row: f"line {row + 2}")

    return make
