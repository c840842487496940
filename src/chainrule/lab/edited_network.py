"""A network with weights and biases that were set by hand, and with silenced neurons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.lab.state import Edit
from chainrule.ledger.steps import Quantity
from chainrule.network import Architecture, Layout, Network

__all__ = ["edit_network"]


def edit_network(network: Network, edits: Sequence[Edit], silenced: Sequence[str]) -> Network:
    """Return a network with other numbers; the same one if nothing changes.

    A silenced neuron keeps its activation, but nothing after it sees it: its weights in the next
    layer become 0.

    Args:
        network: as it was opened.
        edits: weights and biases with their values.
        silenced: addresses of activations of hidden layers.

    Raises: InputError for what the network does not have.
    """
    if not edits and not silenced:
        return network
    flat: NDArray[np.floating] = np.array(network.parameters)
    layout = Layout(network.architecture)
    weights, biases = layout.weights(flat), layout.biases(flat)
    for address, value in edits:
        quantity = Quantity.parse(address, "lab")
        _require_place(network.architecture, quantity, address)
        array = (weights if quantity.kind == "W" else biases)[_layer(quantity) - 1]
        assert array is not None, "whether there are biases has been checked"
        array[quantity.index] = value
    for address in silenced:
        quantity = Quantity.parse(address, "lab")
        _require_place(network.architecture, quantity, address)
        if _layer(quantity) == network.architecture.depth:
            raise _unknown(address, "a neuron of a hidden layer")
        weights[_layer(quantity)][:, quantity.index[0]] = 0
    return network.with_parameters(flat)


def _layer(quantity: Quantity) -> int:
    assert quantity.layer is not None, "the state takes addresses of neurons and weights only"
    return quantity.layer


def _require_place(architecture: Architecture, quantity: Quantity, address: str) -> None:
    layer, widths = _layer(quantity), architecture.layers
    if not 1 <= layer <= architecture.depth:
        raise _unknown(address, f"a layer from 1 to {architecture.depth}")
    bounds = (widths[layer], widths[layer - 1])
    for at, bound in zip(quantity.index, bounds, strict=False):
        if at >= bound:
            raise _unknown(address, f"indices below {bound}")
    if quantity.kind == "b" and not architecture.biases:
        raise _unknown(address, "a weight, as the network has no biases")


def _unknown(address: str, expected: str) -> InputError:
    return InputError("lab", expected=expected, got=address, argument="edits", value=address)
