"""A network as plain values: columns, features, layers, and the names and units of its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network

__all__ = [
    "FORMAT",
    "describe_reading",
    "model_facts",
    "model_values",
    "output_names",
    "run_with_tensors",
]

FORMAT = "chainrule model 1"


def output_names(network: Network) -> tuple[str, ...]:
    """Return a name for each output: its class, its target, or "output 1" and so on."""
    width = network.architecture.layers[-1]
    if len(network.class_names) == width:
        return network.class_names
    if width == 1 and len(network.class_names) == 2:
        return (network.class_names[1],)
    schema = network.schema
    if schema is not None and len(schema.target.names) == width and all(schema.target.names):
        return schema.target.names
    return tuple(f"output {k}" for k in range(1, width + 1))


def model_facts(network: Network) -> dict[str, Any]:
    """Return all of a network but its weights, as values that JSON can hold.

    An exporter whose form holds the weights writes them as its metadata, under the key "chainrule",
    so that `chainrule import` gives back the same network.
    """
    steps = network.preprocessing
    return {
        "format": FORMAT,
        "dtype": network.architecture.dtype,
        "input_scale": network.input_scale,
        "input_shape": list(network.input_shape),
        "preprocessing": None if steps is None else steps.to_dict(),
        "activations": list(network.architecture.activations),
        "outputs": list(output_names(network)),
        "classes": list(network.class_names),
    }


def model_values(network: Network, proof: str) -> dict[str, Any]:
    """Return what a program needs to answer as the network does.

    Args:
        network: any network.
        proof: how the form was compared with the network.

    Returns: values that JSON can hold. Weights are those of the network, each as the shortest
        decimal number that gives the same bits.
    """
    steps = network.preprocessing
    return {
        "format": FORMAT,
        "proof": proof,
        "dtype": network.architecture.dtype,
        "input_scale": network.input_scale,
        "input_shape": list(network.input_shape),
        "preprocessing": None if steps is None else steps.to_dict(),
        "layers": [
            {
                "activation": activation,
                "weights": _numbers(weights),
                "biases": None if biases is None else _numbers(biases),
            }
            for activation, weights, biases in zip(
                network.architecture.activations, network.weights, network.biases, strict=True
            )
        ],
        "outputs": list(output_names(network)),
        "classes": list(network.class_names),
    }


def _numbers(array: NDArray[Any]) -> list[Any]:
    """Return the numbers as the shortest decimals that stand for them."""
    texts = np.array([float(str(value)) for value in array.reshape(-1)])
    found: list[Any] = texts.reshape(array.shape).tolist()
    return found


def run_with_tensors(
    network: Network, tensors: Sequence[NDArray[Any]], rows: SampleRows
) -> NDArray[np.float64]:
    """Return the answers of a network with weights and biases that were read from a file.

    Args:
        network: the rest of it.
        tensors: W[1], b[1], W[2] and so on, in the network's own shapes.
        rows: what is asked.

    Returns: (rows, outputs).
    """
    flat = np.concatenate([tensor.reshape(-1) for tensor in tensors])
    return replace(network, parameters=flat).predict(rows.inputs).astype(np.float64)


def describe_reading(library: str) -> str:
    """Return what ran a file if the library that it is for is not installed."""
    return f"chainrule with the file's weights ({library} is not installed: the model was not run)"
