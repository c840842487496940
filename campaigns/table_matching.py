"""Matches random tables with a schema, in any order and storage, and looks for silent differences.

Each table has columns of numbers, categories, dates and truths, with missing cells. A schema is
learned from it. Then the same rows are written again: columns permuted, unknown ones added, the
target kept or left out, as CSV, TSV, German text, Parquet, Feather, Excel, SQLite, NumPy arrays
with names, or a data frame. The matrix must be the same to the bit, or the table be refused. So
must the outputs of a network with that schema, which is saved, opened again and asked for the file
by `predict`, and again by `predict_table` in blocks of a few rows.

    python campaigns/table_matching.py [--tables N] [--seed N]
"""

from __future__ import annotations

import argparse
import csv as plain_csv
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, feather, parquet

from chainrule.data import read_table
from chainrule.errors import ChainruleError
from chainrule.experiment import open_run
from chainrule.network import Network
from chainrule.schema import (
    ColumnChoices,
    DataTable,
    Preprocessing,
    Schema,
    choose_target,
    learn_schema,
    match_table,
)
from chainrule.training.computing_conditions import versions

Random = np.random.Generator


@dataclass(frozen=True)
class RandomTable:
    """A table as Python's values.

    Args:
        columns: the inputs by name; None for a missing cell.
        target: the labels.
    """

    columns: dict[str, list[Any]]  # made once, never changed
    target: list[str]


def random_table(random: Random) -> RandomTable:
    """Return a table of 12 to 60 rows and 1 to 8 columns."""
    rows = int(random.integers(12, 60))
    makers: list[Callable[[Random, int], list[Any]]] = [
        *(_floats, _three_decimals, _whole, _words, _days, _truths)
    ]
    columns = {}
    for number in range(int(random.integers(1, 9))):
        values = makers[int(random.integers(len(makers)))](random, rows)
        lost = random.random(rows) < random.choice([0.0, 0.0, 0.2])
        lost[-1] = False  # a workbook does not tell an empty last row from none
        name = f"{random.choice(['a', 'size of', 'Größe', 'x.'])} {number}"
        columns[name] = [None if gone else v for v, gone in zip(values, lost, strict=True)]
    labels = [str(label) for label in random.choice(["yes", "no", "open"], rows)]
    return RandomTable(columns, labels)


def _floats(random: Random, rows: int) -> list[Any]:
    scale = 10.0 ** int(random.integers(-9, 9))
    values: list[Any] = (random.normal(size=rows) * scale).tolist()
    return values


def _three_decimals(random: Random, rows: int) -> list[Any]:
    """Return numbers whose decimal mark may be one for thousands: 1.234."""
    thousandths = random.integers(100, 90_000, rows) * 10 + random.integers(1, 10, rows)
    values: list[Any] = (thousandths / 1000).tolist()
    return values


def _whole(random: Random, rows: int) -> list[Any]:
    values: list[Any] = random.integers(-1000, 100_000, rows).tolist()
    return values


def _words(random: Random, rows: int) -> list[Any]:
    words = ["red", "green, light", "blue;", "a b", 'say "x"', "élan", "7b", "None of it"]
    return [str(word) for word in random.choice(words, rows)]


def _days(random: Random, rows: int) -> list[Any]:
    days = np.datetime64("1990-01-01") + random.integers(0, 12_000, rows)
    return [day.item() for day in days]


def _truths(random: Random, rows: int) -> list[Any]:
    return [bool(truth) for truth in random.random(rows) < 0.5]


def write_table(columns: dict[str, list[Any]], storage: str, folder: Path) -> Any:
    """Write a table in a storage; return what `read_table` takes."""
    table, path = pa.table(columns), folder / f"table.{storage}"
    if storage in ("csv", "tsv"):
        mark = "," if storage == "csv" else "\t"
        csv.write_csv(table, path, csv.WriteOptions(delimiter=mark))
    elif storage == "txt":
        _write_german(columns, path)
    elif storage == "parquet":
        parquet.write_table(table, path)
    elif storage == "feather":
        feather.write_feather(table, path)
    elif storage == "xlsx":
        _write_workbook(columns, path)
    elif storage == "db":
        _write_database(columns, path)
    elif storage == "npz":
        names = [name for name in columns if name != "target"]
        inputs = np.column_stack([np.array(columns[name], float) for name in names])
        np.savez(path, x=inputs, y=np.array(columns["target"]), feature_names=np.array(names))
    else:
        return table
    return path


def _write_german(columns: dict[str, list[Any]], path: Path) -> None:
    """Write a table with semicolons, decimal commas, and days before months."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = plain_csv.writer(file, delimiter=";")
        writer.writerow(columns)
        writer.writerows([map(_german, row) for row in zip(*columns.values(), strict=True)])


def _german(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value).replace(".", ",")
    return value.strftime("%d.%m.%Y") if hasattr(value, "strftime") else value


def round_as_excel(made: RandomTable) -> RandomTable:
    """Return a table with 15 digits in each number, which is what Excel keeps."""
    rounded = {
        name: [float(f"{v:.15g}") if isinstance(v, float) else v for v in column]
        for name, column in made.columns.items()
    }
    return replace(made, columns=rounded)


def _write_workbook(columns: dict[str, list[Any]], path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(columns))
    for row in zip(*columns.values(), strict=True):
        sheet.append(row)
    book.save(path)


def _write_database(columns: dict[str, list[Any]], path: Path) -> None:
    path.unlink(missing_ok=True)
    marks = ", ".join("?" * len(columns))
    names = ", ".join(f'"{name}"' for name in columns)
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE data ({names})")
        rows = [[_plain(value) for value in row] for row in zip(*columns.values(), strict=True)]
        connection.executemany(f"INSERT INTO data VALUES ({marks})", rows)
    connection.close()


def _plain(value: Any) -> Any:
    """Return a value as SQLite takes it: days as texts, truths as 0 and 1."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def changed_columns(made: RandomTable, random: Random) -> dict[str, list[Any]]:
    """Return the columns in a random order, perhaps with unknown ones or without the target."""
    columns: dict[str, list[Any]] = dict(made.columns)
    if random.random() < 0.7:
        columns["target"] = made.target
    for number in range(int(random.integers(0, 3))):
        columns[f"unknown {number}"] = random.integers(0, 9, len(made.target)).tolist()
    names = list(columns)
    random.shuffle(names)
    return {name: columns[name] for name in names}


def learn(table: DataTable) -> Schema:
    """Return the schema of all rows of a table."""
    chosen = choose_target(table, "target")
    target = replace(chosen.target, classes=tuple(sorted(set(chosen.labels))))
    return learn_schema(table, np.arange(len(table)), target, ColumnChoices())


def run(tables: int, seed: int) -> dict[str, Any]:
    """Match tables in every storage; return the counts."""
    random = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        while found["tables"] < tables:
            found.update(_one_table(random, Path(name)))
    return dict(sorted(found.items()))


def _one_table(random: Random, folder: Path) -> Counter[str]:
    made = random_table(random)
    storages = ["csv", "tsv", "txt", "parquet", "feather", "xlsx", "db", "frame"]
    if all(isinstance(v, (int, float)) and not isinstance(v, bool)
           for column in made.columns.values() for v in column):  # fmt: skip
        storages.append("npz")
    first, second = (str(storages[int(k)]) for k in random.integers(0, len(storages), 2))
    if first == "db" and second != "db":  # what SQLite cannot tell, no other storage learned
        first, second = second, first
    made = round_as_excel(made) if "xlsx" in (first, second) else made
    found = Counter({"tables": 1, f"written as {second}": 1})
    whole = {**made.columns, "target": made.target}
    try:
        schema = learn(read_table(write_table(whole, first, folder)))
        due = match_table(schema, read_table(write_table(whole, first, folder)))
    except ChainruleError:
        found["refused when learned"] += 1
        return found
    columns = changed_columns(made, random)
    if second == "npz":
        columns = {"target": made.target, **columns}
    try:
        table = read_table(write_table(columns, second, folder))
        other = match_table(schema, table)
    except ChainruleError:
        found["refused when matched"] += 1
        return found
    if other.errors:
        found["rows refused"] += 1
    same = other.matrix.tobytes() == due.matrix.tobytes()
    if same and not due.errors:
        source = write_table(columns, second, folder)
        found[_asked_again(random, schema, due.matrix, source, folder)] += 1
    if not same and len(table) < len(due.matrix) and table.remarks:
        found["blank lines said to be skipped"] += 1  # in a table of one column they may be cells
        return found
    found["equal" if same else "refused in part" if other.errors else "silent differences"] += 1
    return found


def _asked_again(random: Random, schema: Schema, matrix: Any, source: Any, folder: Path) -> str:
    """Ask a saved network for the rows of a file, and compare its outputs to the bit."""
    network = _network(random, schema, matrix)
    network.save(folder / "network.safetensors")
    due = network.predict(matrix)
    opened = open_run(folder / "network.safetensors")
    outputs = [dict(one.outputs) for one in opened.predict(source)]
    given = np.array([[row[name] for name in network.class_names] for row in outputs], due.dtype)
    output = folder / "answers.csv"
    opened.predict_table(source, str(output), block_rows=int(random.integers(1, 30)))
    written = csv.read_csv(output).select(range(-len(network.class_names) - 1, -1))
    again = np.array([column.cast(pa.float64()).to_numpy() for column in written.columns]).T
    # A mark that the whole column decides may be open in a few rows, which are then refused.
    read = ~np.isnan(again).any(axis=1)
    same = due.tobytes() == given.tobytes()
    same = same and due[read].tobytes() == again[read].astype(due.dtype).tobytes()
    if not same:
        return "silent differences"
    return "predictions equal" if read.all() else "predictions equal but for refused rows"


def _network(random: Random, schema: Schema, matrix: Any) -> Network:
    """Return a network with random weights for the rows of a schema."""
    classes = schema.target.classes
    scaling = str(random.choice(["auto", "none", "robust", "min_max"]))
    encoding = str(random.choice(["one_hot", "ordinal"]))
    steps = Preprocessing.fit(schema, matrix, np.empty(0), scaling=scaling, encoding=encoding)
    layers = [len(steps.input_names), 4, len(classes)]
    seed = int(random.integers(2**31))
    plain = Network.create(layers, "tanh", output_activation="softmax", seed=seed)
    return replace(plain, class_names=classes, preprocessing=steps)


def main(arguments: list[str]) -> int:
    """Run the campaign and print its counts; return 1 if a table differs silently."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    counts = run(given.tables, given.seed)
    seconds = round(time.perf_counter() - start, 1)
    facts = {"seed": given.seed, "seconds": seconds, "versions": versions()}
    print(json.dumps({"campaign": "table_matching", "silent differences": 0, **counts, **facts}))
    return int(counts.get("silent differences", 0) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
