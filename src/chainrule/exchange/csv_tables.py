"""A network as tables: a row for each weight and bias, for each input, and for each output."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import output_names, run_with_tensors
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network
from chainrule.schema import Feature

__all__ = ["EXPORTER"]

_PARAMETERS = ("layer", "activation", "parameter", "neuron", "input", "value")
_FEATURE = tuple(field.name for field in fields(Feature) if field.name not in ("name", "column"))
_INPUTS = ("input", "name", "column", *_FEATURE)
_CATEGORIES = ("column", "category", "text")
_OUTPUTS = ("output", "name", "centre", "spread")
_ABOUT = """A dense network, {layers}, written by chainrule. {proof}

NAME.csv has the weights and biases. Layers count from 1, neurons and inputs from 0:
    z[layer][neuron] = sum over inputs of weight * a[layer - 1][input], plus bias
    a[layer] = activation(z[layer]), and a[0] are the inputs

NAME.inputs.csv says how each input is made of a cell:
    number     (cell, or fill if it is missing, - centre) / spread; part names a part of a date
    missing    1 if the cell is missing, else 0
    category   1 if the cell is the category of this number among its column's, from 0, else 0
    second     0 for the first of two categories, 1 for the second, 0.5 for neither
Numbers are the shortest decimals of the network's own bits. NAME.categories.csv, which a table with
categories has, gives their numbers; an ordinal input is such a number.

NAME.outputs.csv names the outputs; an output in the target's unit is a[last] * spread + centre.
"""


def _write(network: Network, proof: str) -> ExportFiles:
    steps = network.preprocessing
    scaled = steps is not None and bool(steps.target_centre)
    names = output_names(network)
    units = (
        zip(steps.target_centre, steps.target_spread, strict=True)
        if steps is not None and scaled
        else ((0.0, 1.0) for _ in names)
    )
    outputs = [(k, name, *unit) for k, (name, unit) in enumerate(zip(names, units, strict=True))]
    layers = "-".join(map(str, network.architecture.layers))
    categories = list(_categories(network))
    listed = {".categories.csv": _table(_CATEGORIES, categories)} if categories else {}
    return {
        ".csv": _table(_PARAMETERS, _parameters(network)),
        ".inputs.csv": _table(_INPUTS, _inputs(network)),
        ".outputs.csv": _table(_OUTPUTS, outputs),
        **listed,
        ".txt": _ABOUT.format(layers=layers, proof=proof).encode(),
    }


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _parameters(network: Network) -> Iterator[Sequence[Any]]:
    names = network.architecture.activations
    layers = zip(names, network.weights, network.biases, strict=True)
    for layer, (name, weights, biases) in enumerate(layers, 1):
        for (neuron, place), value in np.ndenumerate(weights):
            yield layer, name, "weight", neuron, place, str(value)
        for neuron, value in enumerate(() if biases is None else biases):
            yield layer, name, "bias", neuron, "", str(value)


def _inputs(network: Network) -> Iterator[Sequence[Any]]:
    steps, schema = network.preprocessing, network.schema
    if schema is not None and schema.is_table and steps is not None:
        for place, one in enumerate(steps.features):
            column = schema.columns[one.column].name
            yield place, one.name, column, *(getattr(one, name) for name in _FEATURE)
        return
    spread = 1 / network.input_scale
    for place in range(network.architecture.layers[0]):
        feature = Feature(name=f"input {place}", column=place, kind="number", spread=spread)
        yield place, feature.name, "", *(getattr(feature, name) for name in _FEATURE)


def _categories(network: Network) -> Iterator[Sequence[Any]]:
    for column in () if network.schema is None else network.schema.columns:
        yield from ((column.name, place, text) for place, text in enumerate(column.categories))


def _run(path: Path, network: Network, rows: SampleRows, **_: Any) -> NDArray[np.float64]:
    steps = network.preprocessing
    if rows.columns and steps is not None:
        features = tuple(map(_read_feature, steps.features, _read(path.with_suffix(".inputs.csv"))))
        network = replace(network, preprocessing=replace(steps, features=features))
    values = [np.array(row["value"], network.architecture.dtype) for row in _read(path)]
    return run_with_tensors(network, values, rows)


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _read_feature(feature: Feature, row: dict[str, str]) -> Feature:
    """Return a feature with the values that its row has."""
    read = {name: type(getattr(feature, name))(row[name]) for name in _FEATURE}
    return replace(feature, **read)


EXPORTER = Exporter(
    form="csv",
    suffix=".csv",
    about="tables of weights and biases, inputs, and outputs",
    write=_write,
    run=_run,
    runtime=lambda **_: "chainrule, which read the tables back,",
)
