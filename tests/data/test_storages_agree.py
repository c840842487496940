"""Any order of columns, any unknown column and any storage of the same rows: the same matrix."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import csv, feather, parquet

from chainrule.data import read_table
from chainrule.errors import ChainruleError
from chainrule.schema import ColumnChoices, Schema, choose_target, learn_schema, match_table

_ROWS = 12
_LABELS = ["yes", "no", "open"] * 4


def _column(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    cells = st.one_of(values, values, values, st.none())
    return st.lists(cells, min_size=_ROWS, max_size=_ROWS)


_WORDS = st.sampled_from(["red", "green, light", "blue;", 'say "x"', "élan", "7b", "01"])
_COLUMNS = st.lists(
    st.one_of(
        _column(st.floats(-1e12, 1e12)),
        _column(st.integers(-(2**40), 2**40)),
        _column(_WORDS),
        _column(st.dates()),
        _column(st.booleans()),
    ),
    min_size=1,
    max_size=5,
)
_STORAGES = ["csv", "tsv", "parquet", "feather", "db", "frame"]


def _save(columns: dict[str, list[Any]], storage: str, folder: Path) -> Any:
    table, path = pa.table(columns), folder / f"t.{storage}"
    if storage in ("csv", "tsv"):
        csv.write_csv(table, path, csv.WriteOptions(delimiter=",\t"[storage == "tsv"]))
    elif storage == "db":
        names = ", ".join(f'"{name}"' for name in columns)
        with sqlite3.connect(path) as connection:
            connection.execute(f"CREATE TABLE t ({names})")
            for row in zip(*columns.values(), strict=True):
                values = [v.isoformat() if hasattr(v, "isoformat") else v for v in row]
                connection.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(row))})", values)
        connection.close()
    elif storage == "frame":
        return table
    else:
        {"parquet": parquet.write_table, "feather": feather.write_feather}[storage](table, path)
    return path


def _learn(source: Any) -> Schema:
    table = read_table(source)
    chosen = choose_target(table, "target")
    target = replace(chosen.target, classes=("no", "open", "yes"))
    return learn_schema(table, np.arange(len(table)), target, ColumnChoices())


@given(
    lists=_COLUMNS,
    stored=st.tuples(st.sampled_from(_STORAGES[:4]), st.sampled_from(_STORAGES)),
    unknown=st.integers(0, 2),
    with_target=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_matrix_is_the_same_to_the_bit(lists, stored, unknown, with_target, seed) -> None:
    columns: dict[str, list[Any]] = {f"c {k}": values for k, values in enumerate(lists)}
    others = {f"unknown {k}": [k] * _ROWS for k in range(unknown)}
    whole = {**columns, "target": _LABELS}
    changed = {**others, **(whole if with_target or len(columns) < 2 else columns)}
    order = np.random.default_rng(seed).permutation(len(changed))
    names = list(changed)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        source = _save(whole, stored[0], Path(first))
        try:
            schema = _learn(source)
        except ChainruleError:
            return
        due = match_table(schema, read_table(source))
        moved = {names[k]: changed[names[k]] for k in order}
        found = match_table(schema, read_table(_save(moved, stored[1], Path(second))))
    assert not found.errors
    assert found.matrix.tobytes() == due.matrix.tobytes()
    if "target" in changed:
        assert found.labels.tolist() == due.labels.tolist()
