"""A network as one Python file that needs nothing but NumPy."""

from __future__ import annotations

import base64
import json
import runpy
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import output_names
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network

__all__ = ["EXPORTER"]

_SOURCE = Template(Path(__file__).with_name("numpy_source.template").read_text(encoding="utf-8"))
"""The program around the numbers; $name stands for what differs from network to network."""

_ACTIVATIONS = {
    "step": "np.where(z >= 0, 1.0, 0.0).astype(z.dtype)",
    "identity": "z",
    "sigmoid": "_sigmoid(z)",
    "tanh": "np.tanh(z)",
    "relu": "np.maximum(z, 0)",
    "leaky_relu": "np.where(z >= 0, z, z * z.dtype.type(0.01))",
    "elu": "np.where(z >= 0, z, np.expm1(np.minimum(z, 0)))",
    "selu": "z.dtype.type(1.0507009873554805) * np.where(\n"
    "        z >= 0, z, z.dtype.type(1.6732632423543772) * np.expm1(np.minimum(z, 0))\n    )",
    "gelu": "z * np.vectorize(lambda x: 0.5 * math.erfc(-x * math.sqrt(0.5)))(z).astype(z.dtype)",
    "silu": "z * _sigmoid(z)",
    "softplus": "np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))",
    "softmax": "_softmax(z)",
}


def _write(network: Network, proof: str) -> ExportFiles:
    steps, schema = network.preprocessing, network.schema
    columns = () if schema is None else schema.columns
    names = output_names(network)
    text = _SOURCE.substitute(
        proof=proof,
        layers="-".join(map(str, network.architecture.layers)),
        dtype=network.architecture.dtype,
        scale=repr(network.input_scale),
        classes=repr(list(network.class_names)),
        outputs=repr(list(names)),
        columns=_literal([column.to_dict() for column in columns]),
        features=_literal(steps.to_dict()["features"] if columns and steps else []),
        centre=repr(list(steps.target_centre) if steps else []),
        spread=repr(list(steps.target_spread) if steps else []),
        tensors=_tensors(network),
        activations="".join(
            f"def _{name}_layer(z):\n    return {_ACTIVATIONS[name]}\n\n\n"
            for name in dict.fromkeys(network.architecture.activations)
        ),
        forward="".join(
            f"    a = _{name}_layer(a @ W[{place}].T"
            + (f" + b[{place}])\n" if network.architecture.biases else ")\n")
            for place, name in enumerate(network.architecture.activations)
        ),
    )
    return {".py": text.encode()}


def _literal(values: list[dict[str, Any]]) -> str:
    """Return records as a Python expression, one a line."""
    rows = (json.dumps(value) for value in values)
    return "json.loads(r'''[\n" + ",\n".join(rows).replace("'''", "\\u0027\\u0027\\u0027") + "]''')"


def _tensors(network: Network) -> str:
    """Return the weights and biases as text of base64, one layer a line."""

    def encoded(array: NDArray[Any]) -> str:
        little = np.ascontiguousarray(array, np.dtype(array.dtype).newbyteorder("<"))
        return base64.b64encode(little.tobytes()).decode()

    lines = []
    for weights, biases in zip(network.weights, network.biases, strict=True):
        line = f'("{encoded(weights)}", {weights.shape}'
        lines.append(line + (", None)" if biases is None else f', "{encoded(biases)}")'))
    return "[\n    " + ",\n    ".join(lines) + ",\n]"


def _run(path: Path, network: Network, rows: SampleRows, **_options: Any) -> NDArray[np.float64]:
    program = runpy.run_path(str(path))
    given: Any = rows.inputs
    if rows.columns:
        columns = [
            rows.texts(place) if column.kind == "category" else rows.inputs[:, place].tolist()
            for place, column in enumerate(rows.columns)
        ]
        given = [list(cells) for cells in zip(*columns, strict=True)]
    outputs: NDArray[np.float64] = program["predict"](given).astype(np.float64)
    return outputs


EXPORTER = Exporter(
    form="python",
    suffix=".py",
    about="one file of Python that needs nothing but NumPy",
    write=_write,
    run=_run,
    runtime=lambda **_: f"NumPy {np.__version__}",
)
