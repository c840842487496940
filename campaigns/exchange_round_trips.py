"""Writes random networks in every numeric form, and compares what runs them with the network.

Each network has 1 to 4 layers of 1 to 24 neurons, random activations and number type, and takes
numbers, bytes, or a table of numbers, categories and dates with missing cells. Each form is run on
1,000 drawn examples, a spreadsheet on so many of them as it has 5,000 cells for. JSON, PyTorch,
Keras and ONNX are also read back, and safetensors are compared bit by bit. Keras, PyTorch and
LibreOffice are started once for many networks; every 50th goes through all forms as
`chainrule export` and `chainrule import` do it, a program and a process for each.

    python campaigns/exchange_round_trips.py [--networks N] [--cold 50] [--minutes M] [--seed N]
        [--forms NAME …] [--database ADDRESS]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from warm_programs import warm_programs

from chainrule import Network, export_network
from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import DataError, InputError
from chainrule.exchange import export_forms, import_network
from chainrule.exchange.forms import find_exporter
from chainrule.exchange.network_export import ExportReport
from chainrule.exchange.sample_rows import draw_rows
from chainrule.schema import Column, Preprocessing, Schema, Target
from chainrule.training.computing_conditions import versions

Random = np.random.Generator

BACK = ("json", "torch", "keras", "onnx")
"""Forms that `import_network` reads."""

WAYS: Mapping[str, Mapping[str, str]] = {
    "c, int8": {"weights": "int8"},
    "sql, duckdb": {"dialect": "duckdb"},
    "sql, postgresql": {"dialect": "postgresql"},
}
"""Forms with options, beside each form by itself."""

CELLS = 5000
"""Cells of a spreadsheet in which a network is run, if no programs are started for it alone."""

LIMIT = 1e-6


def random_network(random: Random) -> Network:
    """Return a network with random parameters, which takes numbers, bytes or a table."""
    kind = str(random.choice(["numbers", "bytes", "table"]))
    depth, names = int(random.integers(1, 5)), list(ACTIVATIONS)
    widths = [int(n) for n in random.integers(1, 25, depth + 1)]
    classifies = widths[-1] > 1 and random.random() < 0.5
    steps = random_preprocessing(random, widths[-1], classifies) if kind == "table" else None
    if steps is not None:
        widths[0] = len(steps.features)
    activations = [str(random.choice(names[:-1])) for _ in range(depth - 1)]
    output = "softmax" if classifies else str(random.choice(["identity", "sigmoid", "tanh"]))
    dtype = str(random.choice(["float32", "float64"]))
    biases = bool(random.random() < 0.8)
    empty = Network.create(widths, [*activations, output], dtype=dtype, biases=biases)
    flat = random.normal(size=empty.parameters.size) * random.choice([0.1, 0.5, 1.0])
    return replace(
        empty,
        parameters=flat.astype(dtype),
        input_scale=1 / 255 if kind == "bytes" else 1.0,
        class_names=tuple(f"class {k}" for k in range(widths[-1])) if classifies else (),
        preprocessing=steps,
    )


def random_preprocessing(random: Random, outputs: int, classifies: bool) -> Preprocessing:
    """Return steps that were fitted to a random table of 1 to 6 columns."""
    columns, cells = [], []
    for place in range(int(random.integers(1, 7))):
        column, values = _random_column(random, f"column {place}")
        columns.append(column)
        cells.append(values)
    kind = "classes" if classifies else "numbers"
    classes = tuple(f"class {k}" for k in range(outputs)) if classifies else ()
    names = tuple(f"target {k}" for k in range(1 if classifies else outputs))
    schema = Schema(columns=tuple(columns), target=Target(names=names, kind=kind, classes=classes))
    return Preprocessing.fit(
        schema,
        np.column_stack(cells),
        random.normal(100, 20, (60, outputs)),
        scaling=str(random.choice(["standard", "min_max", "robust", "none"])),
        encoding=str(random.choice(["one_hot", "ordinal"])),
        imputation=str(random.choice(["median", "mean", "zero"])),
    )


def _random_column(random: Random, name: str) -> tuple[Column, np.ndarray[Any, Any]]:
    kind = str(random.choice(["number", "category", "date"]))
    categories: tuple[str, ...] = ()
    if kind == "category":
        words = ["red", "it's", 'say "x"', "a, b", "élan", "7", "<b>", "\\n"]
        categories = tuple(words[: int(random.integers(2, 9))])
        values = random.integers(0, len(categories), 60).astype(float)
    elif kind == "date":
        values = random.uniform(-10_000, 20_000, 60)
    else:
        values = random.normal(size=60) * random.choice([1, 1, 100])
    lost = random.random(60) < random.choice([0.0, 0.2])
    column = Column(
        name=name,
        kind=kind,
        categories=categories,
        low=float(values.min()),
        high=float(values.max()),
        clock=kind == "date" and bool(random.random() < 0.5),
        missing=int(lost.sum()),
    )
    return column, np.where(lost, np.nan, values)


def try_form(network: Network, way: str, folder: Path, **more: str) -> Counter[str]:
    """Return what came of a network in a form, with options."""
    form = way.split(",")[0]
    exporter = find_exporter(form)
    try:
        report = export_network(network, form, folder / f"model{exporter.suffix}", **more)
    except InputError:
        return Counter({f"{way}: refused by name": 1})
    except DataError as error:
        print(f"{way}: {error}", file=sys.stderr)
        return Counter({f"{way}: other answers": 1})
    found = Counter({way: 1})
    if exporter.lossy and more.items() & exporter.lossy.items():
        found.update(require_stated_loss(network, way, report, **more))
        return found
    found["wrong labels"] = report.labels
    if report.relative > LIMIT:
        found[f"{way}: beyond 1e-6, within the rounding of float32"] += 1
    if form in BACK:
        found.update(read_back(network, form, Path(report.files[0])))
    return found


def require_stated_loss(
    network: Network, way: str, report: ExportReport, **more: str
) -> Counter[str]:
    """Return whether the files that were handed over lose what the report states."""
    path, rows = Path(report.files[0]), draw_rows(network)
    run = find_exporter(report.form).run
    assert run is not None, "a form that is run"
    difference = np.abs(run(path, network, rows, **more) - rows.outputs).max()
    is_stated = difference == report.difference and f"{difference:.3g}" in path.read_text()
    return Counter({f"{way}: other loss than stated": int(not is_stated)})


def read_back(network: Network, form: str, path: Path) -> Counter[str]:
    """Return what came of a network that was written and imported again."""
    try:
        again = import_network(path)
    except DataError:
        return Counter({f"{form}: refused when read back": 1})
    rows = draw_rows(network)
    difference = np.abs(again.predict(rows.inputs).astype(np.float64) - rows.outputs).max()
    largest = np.abs(rows.outputs).max() or 1.0
    same = difference <= LIMIT * largest and again.class_names == network.class_names
    found = {f"{form}: read back": 1, f"{form}: read back with other answers": int(not same)}
    if form == "torch":
        found["safetensors with other bits"] = int(not has_same_bits(network, path))
    return Counter(found)


def has_same_bits(network: Network, path: Path) -> bool:
    """Whether the library of safetensors reads the network's own weights and biases."""
    tensors = load_file(path)
    own = {f"{2 * place}.weight": weights for place, weights in enumerate(network.weights)}
    own |= {f"{2 * n}.bias": one for n, one in enumerate(network.biases) if one is not None}
    return tensors.keys() == own.keys() and all(
        (tensors[name].dtype, tensors[name].tobytes()) == (one.dtype, one.tobytes())
        for name, one in own.items()
    )


def try_forms(network: Network, ways: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    """Return what came of a network in all forms."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        for way, more in ways.items():
            begun = time.monotonic()
            found.update(try_form(network, way, Path(name), **more))
            SECONDS[way] = SECONDS.get(way, 0.0) + time.monotonic() - begun
    return found


SECONDS: dict[str, float] = {}
"""What each form took."""


def choose_ways(names: Sequence[str], database: str) -> dict[str, Mapping[str, str]]:
    """Return the forms of these names that can be run, with their options."""
    every: dict[str, Mapping[str, str]] = {form: {} for form in export_forms()} | dict(WAYS)
    every["sql, postgresql"] = {**WAYS["sql, postgresql"], "database": database}
    if not database:
        del every["sql, postgresql"]
    return {
        way: more
        for way, more in every.items()
        if way in names and find_exporter(way.split(",")[0]).run is not None
    }


def main(arguments: list[str]) -> int:
    """Run the campaign and print its counts; return 1 if a form answers otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--cold", type=int, default=50, help="start all anew for each so many-th")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    ways_known = [*export_forms(), *WAYS]
    parser.add_argument("--forms", nargs="+", default=ways_known, choices=ways_known)
    parser.add_argument("--database", default=os.environ.get("CHAINRULE_DATABASE", ""))
    given = parser.parse_args(arguments)
    start, random = time.monotonic(), np.random.default_rng(given.seed)
    counts: Counter[str] = Counter()
    ways = choose_ways(given.forms, given.database)
    with warm_programs(CELLS) as use:
        while counts["networks"] < given.networks and time.monotonic() - start < given.minutes * 60:
            network = random_network(random)
            if counts["networks"] % given.cold:
                with use():
                    counts.update(try_forms(network, ways))
            else:
                counts.update(try_forms(network, ways))
                counts["networks with programs of their own"] += 1
            counts["networks"] += 1
    wrong = {key: n for key, n in counts.items() if "other" in key or key == "wrong labels"}
    facts = {
        "seed": given.seed,
        "seconds": round(time.monotonic() - start, 1),
        "seconds by form": {way: round(took, 1) for way, took in SECONDS.items()},
    }
    print(json.dumps({"campaign": "exchange_round_trips", **counts, **facts,
                      "versions": versions()}))  # fmt: skip
    return int(any(wrong.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
