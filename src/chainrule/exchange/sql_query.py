"""A network as one SQL query: a common table expression for the inputs, and two for each layer.

Each neuron is an expression, so that a layer is computed in one pass over its rows. The
expressions are kept apart by MATERIALIZED: inlined, each layer would repeat all that come before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import output_names
from chainrule.exchange.sample_rows import SampleRows
from chainrule.exchange.sql_runs import DIALECTS, describe_runtime, run_query
from chainrule.network import Network
from chainrule.schema import Column, Feature

__all__ = ["EXPORTER"]

TABLE = "samples"
"""The table that the query reads, and that its reader renames."""

_FAR = 700
"""exp() beyond this is an error in PostgreSQL, on either side."""

_TOGETHER = 8
_MOST_ARGUMENTS = 50

_ACTIVATIONS = {
    # A bare 1.0 is a decimal in DuckDB and PostgreSQL, and so would be all that is made of it.
    "step": "CAST(CASE WHEN {z} >= 0 THEN 1 ELSE 0 END AS DOUBLE PRECISION)",
    "identity": "{z}",
    "sigmoid": "1.0 / (1.0 + exp(-({near})))",
    "tanh": "tanh({z})",
    "relu": "CASE WHEN {z} > 0 THEN {z} ELSE 0.0 END",
    "leaky_relu": "CASE WHEN {z} >= 0 THEN {z} ELSE 0.01 * {z} END",
    "elu": "CASE WHEN {z} >= 0 THEN {z} ELSE exp({near}) - 1.0 END",
    "selu": "1.0507009873554805 * CASE WHEN {z} >= 0 THEN {z} "
    "ELSE 1.6732632423543772 * (exp({near}) - 1.0) END",
    "silu": "{z} / (1.0 + exp(-({near})))",
    "softplus": "CASE WHEN {z} > 0 THEN {z} ELSE 0.0 END + ln(1.0 + exp(-abs({near})))",
}


def _write(
    network: Network, proof: str, *, dialect: str = "sqlite", database: str = ""
) -> ExportFiles:
    del database  # where the query is proved
    if "gelu" in network.architecture.activations:
        raise InputError(
            "export as sql",
            expected="activations that SQL can compute",
            got="gelu",
            why="It needs the error function, which these databases do not have",
        )
    activations = network.architecture.activations
    parts = [_inputs(network, dialect)]
    for layer, name in enumerate(activations, 1):
        parts += _layer(network, layer, name, dialect)
    text = (
        f"-- A dense network, {'-'.join(map(str, network.architecture.layers))}, written by "
        f"chainrule for {dialect}.\n-- {proof}\n"
        f"-- It reads the table {TABLE}: {_columns_text(network, dialect)}.\n"
        f"WITH {_SEPARATOR.join(parts)}\n"
        f"{_select(_answers(network), f'layer{len(activations)}')} ORDER BY row_number;\n"
    )
    return {".sql": text.encode()}


_SEPARATOR = ",\n"


def _select(cells: Iterable[str], source: str) -> str:
    return f"SELECT row_number,\n  {(_SEPARATOR + '  ').join(cells)}\nFROM {source}"


def _expression(name: str, cells: Iterable[str], source: str) -> str:
    """Return a common table expression."""
    return f"{name} AS MATERIALIZED (\n{_select(cells, source)})"


def _answers(network: Network) -> Iterator[str]:
    """Yield the outputs in their own unit under their names, and the class."""
    steps, names = network.preprocessing, output_names(network)
    scaled = bool(steps and steps.target_centre)
    for k, name in enumerate(names):
        cell = f"a{k + 1}"
        if scaled and steps is not None:
            cell = f"a{k + 1} * {steps.target_spread[k]!r} + ({steps.target_centre[k]!r})"
        yield f"{cell} AS {_quoted(name)}"
    if len(names) > 1 and network.class_names:
        cases = (
            f"WHEN {' AND '.join(f'a{k} >= a{j}' for j in range(k + 1, len(names) + 1))} "
            f"THEN {_text(name)}"
            for k, name in enumerate(names[:-1], 1)
        )
        yield f"CASE {' '.join(cases)} ELSE {_text(names[-1])} END AS answer"
    elif network.class_names:
        first, second = (*network.class_names, f"not {network.class_names[0]}")[:2]
        yield f"CASE WHEN a1 > 0.5 THEN {_text(second)} ELSE {_text(first)} END AS answer"


def _table_columns(network: Network) -> tuple[Column, ...]:
    schema = network.schema
    return () if schema is None else schema.columns


def _columns_text(network: Network, dialect: str) -> str:
    columns = _table_columns(network)
    if not columns:
        return f"the inputs x1 to x{network.architecture.layers[0]}"
    dates = "ISO texts" if dialect == "sqlite" else "of the type DATE or TIMESTAMP"
    named = ", ".join(_quoted(column.name) for column in columns).replace("\n", " ")
    return named + (f"; dates are {dates}" if any(c.kind == "date" for c in columns) else "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _number(value: Any) -> str:
    """Return a number as SQL writes it, with an exponent.

    Without one it would be a decimal in DuckDB, whose products have not enough digits.
    """
    text = repr(float(value)) if np.asarray(value).dtype == np.float64 else str(np.float32(value))
    return text if "e" in text else f"{text}e0"


def _inputs(network: Network, dialect: str) -> str:
    columns, steps = _table_columns(network), network.preprocessing
    if columns and steps is not None:
        cells = [_feature(one, columns[one.column], dialect) for one in steps.features]
    else:
        scale = _number(network.input_scale)
        cells = [f"x{k} * {scale}" for k in range(1, network.architecture.layers[0] + 1)]
    numbered = f"(SELECT ROW_NUMBER() OVER () AS row_number, {TABLE}.* FROM {TABLE}) AS numbered"
    return _expression("layer0", _named("a", cells), numbered)


def _named(letter: str, cells: Iterable[str]) -> Iterator[str]:
    return (f"{cell} AS {letter}{k}" for k, cell in enumerate(cells, 1))


def _feature(feature: Feature, column: Column, dialect: str) -> str:
    name = _quoted(column.name)
    if feature.kind == "missing":
        return f"CASE WHEN {name} IS NULL THEN 1.0 ELSE 0.0 END"
    if feature.kind == "category":
        category = _text(column.categories[feature.category])
        return f"CASE WHEN {name} = {category} THEN 1.0 ELSE 0.0 END"
    if feature.kind == "second":
        first, second = map(_text, column.categories)
        return f"CASE {name} WHEN {first} THEN 0.0 WHEN {second} THEN 1.0 ELSE 0.5 END"
    cell = _date_part(name, feature.part, dialect) if feature.part else name
    if column.kind == "category":  # ordinal: its place among the categories
        places = (f"WHEN {_text(text)} THEN {at}.0" for at, text in enumerate(column.categories))
        cell = f"CASE {name} {' '.join(places)} END" if column.categories else "NULL"
    fill, centre, spread = map(_number, (feature.fill, feature.centre, feature.spread))
    return f"(COALESCE({cell}, {fill}) - ({centre})) / {spread}"


_SQLITE_PARTS = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M"}


def _date_part(name: str, part: str, dialect: str) -> str:
    if dialect == "sqlite":
        if part == "weekday":  # SQLite counts from Sunday, 0
            return f"CAST((strftime('%w', {name}) + 6) % 7 + 1 AS REAL)"
        return f"CAST(strftime('{_SQLITE_PARTS[part]}', {name}) AS REAL)"
    field = "ISODOW" if part == "weekday" else part.upper()
    return f"CAST(EXTRACT({field} FROM {name}) AS DOUBLE PRECISION)"


def _layer(network: Network, layer: int, activation: str, dialect: str) -> Iterator[str]:
    """Yield the sums and the activations of a layer."""
    weights, biases = network.weights[layer - 1], network.biases[layer - 1]
    sums = []
    for j, row in enumerate(weights):
        terms = [f"{_number(w)} * a{i}" for i, w in enumerate(row, 1) if w]
        terms += [] if biases is None else [_number(biases[j])]
        sums.append(_sum(terms))
    yield _expression(f"sums{layer}", _named("z", sums), f"layer{layer - 1}")
    names = [f"z{j}" for j in range(1, len(weights) + 1)]
    if activation == "softmax":
        yield from _softmax(layer, names, dialect)
        return
    form = _ACTIVATIONS[activation]
    cells = [form.format(z=name, near=_near(name)) for name in names]
    yield _expression(f"layer{layer}", _named("a", cells), f"sums{layer}")


def _near(z: str) -> str:
    return f"CASE WHEN {z} > {_FAR} THEN {_FAR}.0 WHEN {z} < -{_FAR} THEN -{_FAR}.0 ELSE {z} END"


def _sum(terms: list[str]) -> str:
    """Return a sum as a balanced tree: databases limit how deeply an expression may nest."""
    if len(terms) <= _TOGETHER:
        return " + ".join(terms) or "0.0"
    half = len(terms) // 2
    return f"({_sum(terms[:half])}) + ({_sum(terms[half:])})"


def _softmax(layer: int, names: list[str], dialect: str) -> Iterator[str]:
    """Yield the expressions of softmax: greatest sum, powers, their total, shares."""
    greatest = _greatest(names, "max" if dialect == "sqlite" else "greatest")
    yield _expression(f"greatest{layer}", [*names, f"{greatest} AS top"], f"sums{layer}")
    powers = [f"exp({_near(f'({name} - top)')})" for name in names]
    yield _expression(f"powers{layer}", _named("e", powers), f"greatest{layer}")
    listed = [f"e{j}" for j in range(1, len(names) + 1)]
    yield _expression(f"totals{layer}", [*listed, f"{_sum(listed)} AS total"], f"powers{layer}")
    shares = [f"{power} / total" for power in listed]
    yield _expression(f"layer{layer}", _named("a", shares), f"totals{layer}")


def _greatest(names: list[str], function: str) -> str:
    """Return the greatest of some columns; a function takes a limited number of them."""
    if len(names) == 1:
        return names[0]  # max() of one column would be that of all rows
    if len(names) <= _MOST_ARGUMENTS:
        return f"{function}({', '.join(names)})"
    half = len(names) // 2
    return f"{function}({_greatest(names[:half], function)}, {_greatest(names[half:], function)})"


def _run(path: Path, _: Network, rows: SampleRows, **options: Any) -> NDArray[np.float64]:
    return run_query(path.read_text(encoding="utf-8"), rows, TABLE, **options)


EXPORTER = Exporter(
    form="sql",
    suffix=".sql",
    about="one query for SQLite, DuckDB or PostgreSQL",
    write=_write,
    run=_run,
    runtime=describe_runtime,
    options={"dialect": DIALECTS, "database": ()},
)
