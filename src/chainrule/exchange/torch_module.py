"""A network for PyTorch: weights in safetensors, and a program with their `nn.Sequential`."""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import (
    describe_reading,
    model_facts,
    output_names,
    run_with_tensors,
)
from chainrule.exchange.python_program import LayerSource, run_program_in_child, write_program
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network

__all__ = ["EXPORTER"]

_MODULES = {
    "step": "Step()",
    "identity": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU(0.01)",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "softplus": "nn.Softplus(threshold=40)",
    "softmax": "nn.Softmax(dim=1)",
}
_STEP = '''
class Step(nn.Module):
    """1 from 0 on, 0 below."""

    def forward(self, z):
        return (z >= 0).to(z.dtype)

'''
_MODEL = """{step}
model = nn.Sequential(
{modules}).to(torch.{dtype})
model.load_state_dict(load_file(pathlib.Path(__file__).with_suffix(".safetensors")))
model.eval()


def compute(inputs):
    \"\"\"The last layer's activations, (rows, outputs).\"\"\"
    with torch.no_grad():
        return model(torch.from_numpy(inputs)).numpy()"""


def _write(network: Network, proof: str) -> ExportFiles:
    from safetensors.numpy import save

    architecture = network.architecture
    widths, names = architecture.layers, architecture.activations
    modules = [
        f"    nn.Linear({fan_in}, {fan_out}{'' if architecture.biases else ', bias=False'}),\n"
        f"    {_MODULES[name]},\n"
        for fan_in, fan_out, name in zip(widths, widths[1:], names, strict=False)
    ]
    model = _MODEL.format(
        step=_STEP if "step" in names else "", modules="".join(modules), dtype=architecture.dtype
    )
    layers = LayerSource(
        needs="It needs PyTorch and safetensors.",
        imports="import pathlib\n",
        libraries="import torch\nfrom safetensors.torch import load_file\nfrom torch import nn\n",
        model=model,
    )
    metadata = {
        "format": "pt",
        "producer": f"chainrule {version('chainrule')}",
        "proof": proof,
        "activations": json.dumps(names),
        "outputs": json.dumps(output_names(network)),
        "chainrule": json.dumps(model_facts(network)),  # what `chainrule import` needs
    }
    return {
        ".safetensors": save(_tensors(network), metadata),
        ".py": write_program(network, proof, layers),
    }


def _tensors(network: Network) -> dict[str, NDArray[Any]]:
    """Return weights and biases by the names that they have in the `nn.Sequential`."""
    found: dict[str, NDArray[Any]] = {}
    for place, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        found[f"{2 * place}.weight"] = np.ascontiguousarray(weights)
        if biases is not None:
            found[f"{2 * place}.bias"] = np.ascontiguousarray(biases)
    return found


def _run(path: Path, network: Network, rows: SampleRows, **_: Any) -> NDArray[np.float64]:
    run = _run_module if find_spec("torch") else _read_weights
    return run(path, network, rows)


def _run_module(path: Path, _: Network, rows: SampleRows) -> NDArray[np.float64]:
    return run_program_in_child(path.with_suffix(".py"), rows, "export as torch")


def _read_weights(path: Path, network: Network, rows: SampleRows) -> NDArray[np.float64]:
    from safetensors.numpy import load_file

    tensors = load_file(path)
    return run_with_tensors(network, [tensors[name] for name in _tensors(network)], rows)


def _runtime(**_: Any) -> str:
    return f"PyTorch {version('torch')}" if find_spec("torch") else describe_reading("PyTorch")


EXPORTER = Exporter(
    form="torch",
    suffix=".safetensors",
    about="PyTorch's state_dict, and a program with the nn.Sequential that loads it",
    write=_write,
    run=_run,
    runtime=_runtime,
)
