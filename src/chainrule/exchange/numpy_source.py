"""A network as one Python file that needs nothing but NumPy."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.python_program import LayerSource, run_program, write_program
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network

__all__ = ["EXPORTER"]

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


_MODEL = """_TENSORS = {tensors}


def _decode(text, shape):
    little = np.frombuffer(base64.b64decode(text), DTYPE.newbyteorder("<"))
    return little.astype(DTYPE).reshape(shape)


W = [_decode(weights, shape) for weights, shape, _ in _TENSORS]
b = [None if biases is None else _decode(biases, -1) for _, _, biases in _TENSORS]


def _sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


{activations}def compute(a):
    \"\"\"The last layer's activations, (rows, outputs).\"\"\"
{forward}    return a"""


def _write(network: Network, proof: str) -> ExportFiles:
    names = network.architecture.activations
    model = _MODEL.format(
        tensors=_tensors(network),
        activations="".join(
            f"def _{name}_layer(z):\n    return {_ACTIVATIONS[name]}\n\n\n"
            for name in dict.fromkeys(names)
        ),
        forward="".join(
            f"    a = _{name}_layer(a @ W[{place}].T"
            + (f" + b[{place}])\n" if network.architecture.biases else ")\n")
            for place, name in enumerate(names)
        ),
    )
    layers = LayerSource(
        needs="It needs nothing but NumPy.", imports="import base64\n", model=model
    )
    return {".py": write_program(network, proof, layers)}


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


def _run(path: Path, _: Network, rows: SampleRows, **_options: Any) -> NDArray[np.float64]:
    return run_program(path, rows)


EXPORTER = Exporter(
    form="python",
    suffix=".py",
    about="one file of Python that needs nothing but NumPy",
    write=_write,
    run=_run,
    runtime=lambda **_: f"NumPy {np.__version__}",
)
