"""Why a network answers as it does to one row that no data set has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.decision import decision_document
from chainrule.attribution.forward_trace import ForwardTrace
from chainrule.attribution.neuron import neuron_document
from chainrule.data import Dataset
from chainrule.documents import Document
from chainrule.network import Network

__all__ = ["explain_row", "row_document"]

_OF_DATA_SETS = ("network", "part", "example", "target")
"""What is said of an example of a data set only."""


def explain_row(network: Network, inputs: NDArray[Any]) -> dict[str, Any]:
    """Return every number of the answer to one row, in float64.

    Args:
        network: what answers.
        inputs: (1, columns), as `Network.predict` takes them.

    Returns: for a network that chooses between classes, the values of `inspect_decision`: the
        margin by which a class was chosen, and the part that each neuron and each input has in it.
        For numbers, under "neurons", those of `inspect_neuron` for each output. "input_names"
        names the inputs of the first layer.
    Raises: ShapeError, DataError.
    """
    trace = _row_trace(network, inputs)
    if network.class_names:
        found = _values(decision_document(trace, 1))
    else:
        outputs = range(network.architecture.layers[-1])
        each = [neuron_document(trace, trace.depth, k, 1) for k in outputs]
        found = {"neurons": [_values(one) for one in each]}
    steps = network.preprocessing
    names = steps.input_names if steps is not None else ()
    return {**found, "input_names": list(names)}


def row_document(
    network: Network, inputs: NDArray[Any], *, output: int = 0, top: int = 10
) -> Document:
    """Explain the answer to one row.

    Args:
        network: what answers.
        inputs: (1, columns), as `Network.predict` takes them.
        output: whose number is explained, from 0, where the outputs are numbers.
        top: number of parts to list one by one.

    Raises: ShapeError, DataError; InputError if there is no such output.
    """
    trace = _row_trace(network, inputs)
    if network.class_names:
        return decision_document(trace, top)
    return neuron_document(trace, trace.depth, output, top)


def _row_trace(network: Network, inputs: NDArray[Any]) -> ForwardTrace:
    """The forward pass of a row that has no target."""
    steps = network.preprocessing
    encoded = inputs
    if steps is not None and steps.schema.is_table:
        encoded = steps.encode(inputs)
    outputs = network.architecture.layers[-1]
    dataset = Dataset(
        encoded,
        np.zeros(1, np.int64) if network.class_names else np.zeros((1, outputs)),
        scale=network.input_scale if encoded.dtype == np.uint8 else 1.0,
        class_names=network.class_names,
        name="request",
    )
    return ForwardTrace("the network", network, dataset, "test", 0, has_target=False)


def _values(document: Document) -> dict[str, Any]:
    assert document.values is not None
    values = document.values()
    return {name: value for name, value in values.items() if name not in _OF_DATA_SETS}
