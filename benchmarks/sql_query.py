"""How long SQLite takes for the query of a network of 30-100-1 and 10,000 rows.

python benchmarks/sql_query.py [--rows N] [--repeats N]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from chainrule import Network, export_network

LAYERS = (30, 100, 1)


def measure(rows: int, repeats: int) -> dict[str, object]:
    """Return the query's size, and the seconds of processor time that it takes."""
    network = Network.create(LAYERS, "relu", output_activation="sigmoid", seed=0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.sql"
        export_network(network, "sql", path)
        query = path.read_text(encoding="utf-8")
    inputs = np.random.default_rng(0).normal(size=(rows, LAYERS[0])).astype(np.float32)
    connection = sqlite3.connect(":memory:")
    names = ", ".join(f"x{k} REAL" for k in range(1, LAYERS[0] + 1))
    connection.execute(f"CREATE TABLE samples ({names})")
    marks = ", ".join("?" * LAYERS[0])
    connection.executemany(f"INSERT INTO samples VALUES ({marks})", inputs.astype(float).tolist())
    seconds = []
    for _ in range(repeats):
        start = time.thread_time()
        found = connection.execute(query).fetchall()
        seconds.append(time.thread_time() - start)
    connection.close()
    outputs = np.array([row[1] for row in found])
    return {
        "layers": LAYERS,
        "rows": rows,
        "bytes": len(query.encode()),
        "seconds": [min(seconds), statistics.median(seconds), max(seconds)],
        "largest difference": float(np.abs(outputs - network.predict(inputs)[:, 0]).max()),
        "sqlite": sqlite3.sqlite_version,
    }


def main(arguments: list[str]) -> int:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=9)
    given = parser.parse_args(arguments)
    print(json.dumps(measure(given.rows, given.repeats)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
