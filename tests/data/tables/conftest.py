"""For the tests of tables: files to read, and what they hold as plain lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.reader import ReadOptions
from chainrule.data.tables import read_table_file
from chainrule.errors import ChainruleError
from chainrule.schema import DataTable


def _column(cells: Any) -> list[Any]:
    if cells.numbers is not None:
        return [None if np.isnan(x) else x for x in cells.numbers.tolist()]
    return [cells.texts[code] if code >= 0 else None for code in cells.codes.tolist()]


@pytest.fixture
def cells_of() -> Callable[[DataTable], list[list[Any]]]:
    """Return the columns of a table as lists: numbers, or texts; None for a missing cell."""
    return lambda table: [_column(cells) for cells in table.columns]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., DataTable]:
    """Write bytes or text into a file and read it as a table."""

    def table(content: bytes | str, name: str = "t.csv", **options: Any) -> DataTable:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table_file(path, ReadOptions(**options))

    return table


@pytest.fixture
def refusal(read: Callable[..., DataTable], tmp_path: Path) -> Callable[..., str]:
    """Return the error for a file that cannot be read, without the folder in its path."""

    def text(content: bytes | str, name: str = "t.csv", **options: Any) -> str:
        with pytest.raises(ChainruleError) as refused:
            read(content, name, **options)
        return str(refused.value).replace(f"{tmp_path}/", "")

    return text
