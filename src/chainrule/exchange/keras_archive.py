"""A network as a .keras archive of Keras 3, and a program that prepares rows for it.

The archive is written by h5py, without Keras. It scales pixels and turns outputs back into the
targets' unit. The columns of a table are prepared by the program: Keras has layers for some of the
steps, but none that fills a missing number or takes a date apart as the network learned it.

Source: keras.io/api/models/model_saving_apis, "The .keras format".
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import (
    describe_reading,
    model_facts,
    output_names,
    run_with_tensors,
)
from chainrule.exchange.optional_libraries import require_library
from chainrule.exchange.python_program import LayerSource, run_program_in_child, write_program
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network

__all__ = ["EXPORTER"]

_ACTIVATIONS = {
    "identity": "linear",
    "leaky_relu": "linear",  # with a layer of its own after it
    **{
        name: name
        for name in (
            "sigmoid",
            "tanh",
            "relu",
            "elu",
            "selu",
            "gelu",
            "silu",
            "softplus",
            "softmax",
        )
    },
}
_LEAK = 0.01
_SNAKE = {"Dense": "dense", "Rescaling": "rescaling", "LeakyReLU": "leaky_re_lu"}
_MODEL = """
os.environ.setdefault("KERAS_BACKEND", "numpy")
import keras  # noqa: E402

model = keras.models.load_model(pathlib.Path(__file__).with_suffix(".keras"))


def compute(inputs):
    \"\"\"The model's outputs, (rows, outputs).\"\"\"
    return keras.ops.convert_to_numpy(model(inputs))"""


@dataclass(frozen=True)
class _KerasLayer:
    """A layer of the archive.

    Args:
        kind: its class in Keras.
        width: of its inputs.
        settings: of its own.
        variables: its weights, in Keras's shapes.
        dtype: in which it computes.
    """

    kind: str
    width: int
    settings: tuple[tuple[str, Any], ...]
    dtype: str
    variables: tuple[NDArray[Any], ...] = field(default=())

    def config(self, name: str) -> dict[str, Any]:
        """Return the layer as config.json has it."""
        return {
            "module": "keras.layers",
            "class_name": self.kind,
            "config": {
                "name": name,
                "trainable": True,
                "dtype": _policy(self.dtype),
                **dict(self.settings),
            },
            "registered_name": None,
            "build_config": {"input_shape": [None, self.width]},
        }


def _policy(dtype: str) -> dict[str, Any]:
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": dtype},
        "registered_name": None,
    }


def _write(network: Network, proof: str) -> ExportFiles:
    if "step" in network.architecture.activations:
        raise InputError(
            "export as keras",
            expected="activations that Keras has",
            got="step",
            remedy="Export as onnx, or as python",
        )
    program = LayerSource(
        needs="It needs Keras 3.",
        imports="import os\nimport pathlib\n",
        model=_MODEL,
        scales_bytes=network.input_scale != 1,
        restores=True,
    )
    return {
        ".keras": _archive(network, proof),
        ".py": write_program(network, proof, program),
    }


def _layers(network: Network) -> Iterator[_KerasLayer]:
    widths, dtype = network.architecture.layers, network.architecture.dtype
    if network.input_scale != 1:
        settings = (("scale", network.input_scale), ("offset", 0.0))
        yield _KerasLayer("Rescaling", widths[0], settings, dtype)
    for place, name in enumerate(network.architecture.activations):
        weights, biases = network.weights[place], network.biases[place]
        variables = (weights.T,) if biases is None else (weights.T, biases)
        dense = (
            ("units", widths[place + 1]),
            ("activation", _ACTIVATIONS[name]),
            ("use_bias", biases is not None),
        )
        yield _KerasLayer("Dense", widths[place], dense, dtype, variables)
        if name == "leaky_relu":
            leak = (("negative_slope", _LEAK),)
            yield _KerasLayer("LeakyReLU", widths[place + 1], leak, dtype)
    steps = network.preprocessing
    if steps is not None and steps.target_centre:
        unit = (("scale", list(steps.target_spread)), ("offset", list(steps.target_centre)))
        yield _KerasLayer("Rescaling", widths[-1], unit, "float64")


def _archive(network: Network, proof: str) -> bytes:
    """Return the archive; it has the same bytes whenever it is written."""
    layers, counts = list(_layers(network)), Counter[str]()
    names = []
    for layer in layers:
        base = _SNAKE[layer.kind]
        names.append(f"{base}_{counts[base]}" if counts[base] else base)
        counts[base] += 1
    metadata = {
        "keras_version": "3.0.0",
        "producer": f"chainrule {version('chainrule')}",
        "proof": proof,
        "outputs": list(output_names(network)),
        "chainrule": json.dumps(model_facts(network)),  # what `chainrule import` needs
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in (
            ("metadata.json", json.dumps(metadata).encode()),
            ("config.json", json.dumps(_config(network, layers, names)).encode()),
            ("model.weights.h5", _weights(layers, names)),
        ):
            archive.writestr(zipfile.ZipInfo(name), data)
    return content.getvalue()


def _config(network: Network, layers: list[_KerasLayer], names: list[str]) -> dict[str, Any]:
    shape = [None, network.architecture.layers[0]]
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {
            "batch_shape": shape,
            "dtype": network.architecture.dtype,
            "sparse": False,
            "name": "inputs",
        },
        "registered_name": None,
    }
    listed = [layer.config(name) for layer, name in zip(layers, names, strict=True)]
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "chainrule",
            "trainable": True,
            "dtype": _policy(network.architecture.dtype),
            "layers": [first, *listed],
            "build_input_shape": shape,
        },
        "registered_name": None,
        "build_config": {"input_shape": shape},
    }


def _weights(layers: list[_KerasLayer], names: list[str]) -> bytes:
    h5py = require_library("h5py", "keras", "writes the archive's weights")
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.create_group("vars")
        for layer, name in zip(layers, names, strict=True):
            group = file.create_group(f"layers/{name}/vars")
            for place, variable in enumerate(layer.variables):
                group.create_dataset(str(place), data=variable)
    return content.getvalue()


def _run(path: Path, network: Network, rows: SampleRows, **_: Any) -> NDArray[np.float64]:
    run = _run_model if find_spec("keras") else _read_weights
    return run(path, network, rows)


def _run_model(path: Path, _: Network, rows: SampleRows) -> NDArray[np.float64]:
    quiet = {"KERAS_BACKEND": "numpy", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return run_program_in_child(path.with_suffix(".py"), rows, "export as keras", quiet)


def _read_weights(path: Path, network: Network, rows: SampleRows) -> NDArray[np.float64]:
    h5py = require_library("h5py", "keras", "reads the archive's weights")
    tensors = []
    with zipfile.ZipFile(path) as archive:
        weights = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(weights) as file:
        for place in range(network.architecture.depth):
            group = file[f"layers/dense_{place}/vars" if place else "layers/dense/vars"]
            tensors += [np.transpose(variable) for variable in group.values()]
    return run_with_tensors(network, tensors, rows)


def _runtime(**_: Any) -> str:
    is_here = find_spec("keras") is not None
    return f"Keras {version('keras')} by NumPy" if is_here else describe_reading("Keras")


EXPORTER = Exporter(
    form="keras",
    suffix=".keras",
    about="an archive of Keras 3, and a program that prepares rows for it",
    write=_write,
    run=_run,
    runtime=_runtime,
    dtype="float32",  # Keras's NumPy backend computes in it whatever a layer's policy is
)
