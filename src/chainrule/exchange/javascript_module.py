"""A network as one module of plain JavaScript, for browsers and Node."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import LEAK, SELU_ALPHA, SELU_SCALE
from chainrule.equations.error_function import CENTRE, SERIES
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.javascript_runs import describe_runtime, run_script
from chainrule.exchange.model_values import output_names
from chainrule.exchange.sample_rows import SampleRows, draw_rows
from chainrule.network import Network

__all__ = [
    "EXPORTER",
    "as_global",
    "javascript_literal",
    "join_sources",
    "model_source",
    "row_values",
]

_FOLDER = Path(__file__).parent / "javascript"
_PARTS = ("engine.js", "encoding.js", "model.js")
_TESTED = 4
"""Examples that the module's self-test computes."""
_IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export \{(.*?)\};\n", re.MULTILINE | re.DOTALL)

_HEAD = """// A dense network, {layers}, written by chainrule, for browsers and Node.
//
// {proof}
//
//     import {{ predict, classify }} from "./this-file.mjs";
//     predict(row)        // the outputs for a row, in the order of `outputs`
//     predictAll(rows)    // the same for many rows
//     classify(row)       // the name of the class
//     gradients(row, target)  // the backward pass: dC/dW and dC/db of every layer, dC/dx
//     selfTest()          // computes the examples that chainrule computed when it wrote this
//
// {rows} Weights are stored in {dtype}; sums are computed in float64.
"""
_TABLE_ROWS = (
    "A row is an object by name, or an array in the order of `columns`; a blank cell is null,\n"
    "// a date an ISO text or its days since 1970-01-01."
)
_PLAIN_ROWS = (
    "A row is an array of numbers; bytes of an image are a Uint8Array, and are multiplied by\n"
    "// `inputScale`."
)


def _write(network: Network, proof: str) -> ExportFiles:
    return {".mjs": model_source(network, proof).encode()}


def model_source(network: Network, proof: str) -> str:
    """Return the module of a network.

    Args:
        network: any network.
        proof: how the module was compared with the network.
    """
    schema = network.schema
    head = _HEAD.format(
        layers="-".join(map(str, network.architecture.layers)),
        proof=proof,
        rows=_TABLE_ROWS if schema is not None and schema.is_table else _PLAIN_ROWS,
        dtype=network.architecture.dtype,
    )
    model = f"const MODEL = {javascript_literal(_model(network, proof))};\n"
    constants = f"const CONSTANTS = {json.dumps(_CONSTANTS)};\n"
    parts = [join_sources(_FOLDER, _PARTS[:-1]), _source(_FOLDER / _PARTS[-1])]
    return "\n".join([head, constants, model, _IMPORT.sub("", "\n".join(parts))])


_CONSTANTS = {
    "erfcSeries": SERIES,
    "erfcCentre": CENTRE,
    "leak": LEAK,
    "seluAlpha": SELU_ALPHA,
    "seluScale": SELU_SCALE,
}


def join_sources(folder: Path, names: Iterable[str]) -> str:
    """Return JavaScript files as one, without their imports and exports.

    Args:
        folder: where they lie.
        names: in an order in which each finds what it imports.
    """
    text = "\n".join(_source(folder / name) for name in names)
    return _EXPORT.sub("", _IMPORT.sub("", text))


def as_global(module: str) -> str:
    """Return a module whose exports stand in `globalThis.chainrule`, for a page."""
    return _EXPORT.sub(r"globalThis.chainrule = {\1};\n", module)


@cache
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def javascript_literal(values: Any) -> str:
    """Return plain values as JavaScript that can stand in a page: no text in it ends a script."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _model(network: Network, proof: str) -> dict[str, Any]:
    """Return what the module holds of a network."""
    steps, schema = network.preprocessing, network.schema
    columns = () if schema is None else schema.columns
    features = steps.features if columns and steps else ()
    image = None if schema is None or schema.image is None else schema.image
    return {
        "about": "-".join(map(str, network.architecture.layers)),
        "proof": proof,
        "dtype": network.architecture.dtype,
        "columns": [column.to_dict() for column in columns],
        "features": [asdict(feature) for feature in features],
        "inputNames": [feature.name for feature in features],
        "inputShape": list(network.input_shape),
        "inputScale": network.input_scale,
        "image": None if image is None else image.to_dict(),
        "classes": list(_classes(network)),
        "outputs": list(output_names(network)),
        "targets": [] if schema is None else list(schema.target.names),
        "targetCentre": list(steps.target_centre) if steps else [],
        "targetSpread": list(steps.target_spread) if steps else [],
        "cost": _COSTS.get(network.architecture.activations[-1], "half_squared_error"),
        "layers": [
            {
                "activation": activation,
                "inputs": weights.shape[1],
                "outputs": weights.shape[0],
                "W": _base64(weights),
                "b": None if biases is None else _base64(biases),
            }
            for activation, weights, biases in zip(
                network.architecture.activations, network.weights, network.biases, strict=True
            )
        ],
        "test": _self_test(network),
    }


_COSTS = {"softmax": "categorical_cross_entropy", "sigmoid": "binary_cross_entropy"}
"""The cost that suits a last activation; a network does not hold the one it was trained with."""


def _classes(network: Network) -> tuple[str, ...]:
    """Return the names of the classes; one output that names its class has another, not named."""
    names = network.class_names
    return (names[0], f"not {names[0]}") if len(names) == 1 else names


def _base64(array: NDArray[Any]) -> str:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return base64.b64encode(little.tobytes()).decode()


def _self_test(network: Network) -> dict[str, Any]:
    rows = draw_rows(network, _TESTED, seed=1)
    return {**row_values(rows), "outputs": rows.outputs.tolist()}


def row_values(rows: SampleRows) -> dict[str, Any]:
    """Return rows as JSON can hold them: cells by column, numbers, or the bytes of images."""
    if rows.inputs.dtype == np.uint8:
        return {"isBytes": True, "rows": [_base64(row) for row in rows.inputs]}
    if not rows.columns:
        return {"isBytes": False, "rows": rows.inputs.astype(np.float64).tolist()}
    columns = []
    for place, column in enumerate(rows.columns):
        cells: list[Any] = list(rows.inputs[:, place].astype(np.float64).tolist())
        if column.kind == "category":
            cells = list(rows.texts(place))
        columns.append([None if cell is None or cell != cell else cell for cell in cells])
    return {"isBytes": False, "rows": [list(cells) for cells in zip(*columns, strict=True)]}


def _run(path: Path, _: Network, rows: SampleRows, **_options: Any) -> NDArray[np.float64]:
    return run_script(as_global(path.read_text(encoding="utf-8")), row_values(rows))


EXPORTER = Exporter(
    form="javascript",
    suffix=".mjs",
    about="one module of plain JavaScript for browsers and Node, with its backward pass",
    write=_write,
    run=_run,
    runtime=describe_runtime,
)
