"""Look inside: one example, one step, forward and backward, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import NeuronPlace, selected_neuron
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState
from chainrule.ledger import section_of
from chainrule.ledger.formulas import number_text

__all__ = ["show"]

_WEIGHTS = 24
_PATH_WIDTH = 6
"""Neurons of each layer that the drawn path of a derivative passes through at most."""


def show(view: RoomView, shown: ShownStep, state: LabState) -> None:
    """Add the cost, the numbers of each layer or of the selected neuron, and the lit path.

    Args:
        view: to add to.
        shown: the step.
        state: of the page.

    Raises: InputError, UnknownNameError.
    """
    neuron = selected_neuron(shown, state)
    view.values["batch"] = _batch(shown)
    view.values["single"] = [_cell(shown, one, state) for one in _single_addresses(shown)]
    view.values["layers"] = [_layer_table(shown, layer, state) for layer in _layers(shown)]
    view.values["weights"] = None if neuron is None else _weight_table(shown, neuron, state)
    view.values["path"] = [] if neuron is None else _path(shown, neuron)
    if shown.step.training is not None:
        for layer in _layers(shown):
            drawn = view.values["network"]["layers"][layer - 1]["drawn"]
            view.add(f"delta{layer}", shown.example_array("delta", layer)[drawn])


def _layers(shown: ShownStep) -> range:
    return range(1, shown.ledger.example.architecture.depth + 1)


def _batch(shown: ShownStep) -> dict[str, Any]:
    """Which step it is, and the examples of its batch."""
    rows = shown.step.rows
    return {
        "rows": list(rows),
        "row": shown.row,
        "number": shown.ledger.example.start + shown.number,
        "trains": shown.step.training is not None,
    }


def _single_addresses(shown: ShownStep) -> Iterator[str]:
    """Addresses of the numbers that the whole step has once."""
    groups = shown.ledger.groups(shown.number)
    for quantity in (one for group in groups for one in group.arrays):
        if quantity.form == "number" and quantity.example in (None, shown.row):
            yield str(quantity)


def _cell(shown: ShownStep, address: str, state: LabState) -> dict[str, Any]:
    """A number that can be opened."""
    quantity = shown.locate(address)
    value = shown.ledger.value(quantity)
    assert isinstance(value, float), "asked for numbers only"
    return {
        "address": shown.address(quantity),
        "kind": quantity.kind,
        "section": section_of(quantity),
        "value": value,
        "text": number_text(value, state.digits),
    }


def _layer_table(shown: ShownStep, layer: int, state: LabState) -> dict[str, Any]:
    """The numbers of each neuron of a layer that is drawn."""
    architecture = shown.ledger.example.architecture
    kinds = list(_neuron_kinds(shown, layer))
    width = architecture.layers[layer]
    neurons = range(min(width, _MOST_ROWS))
    return {
        "layer": layer,
        "activation": architecture.activations[layer - 1],
        "kinds": kinds,
        "width": width,
        "rows": [[_cell(shown, f"{kind}[{layer}][{j}]", state) for kind in kinds] for j in neurons],
    }


_MOST_ROWS = 64


def _neuron_kinds(shown: ShownStep, layer: int) -> Iterator[str]:
    """The kinds of numbers that each neuron of a layer has, in the order of computation."""
    found = ["z", "a"]
    if shown.step.training is not None:
        listed = {
            q.kind
            for g in shown.ledger.groups(shown.number)
            for q in g.arrays
            if q.layer == layer and q.form == "vector"
        }
        found += [kind for kind in ("da", "slope", "delta", "db", "b_new") if kind in listed]
    yield from found


def _weight_table(shown: ShownStep, neuron: NeuronPlace, state: LabState) -> dict[str, Any]:
    """The weights into a neuron that the step moves most."""
    layer, j = neuron.layer, neuron.index
    trains = shown.step.training is not None
    weights = np.asarray(shown.step.layers[layer - 1].W[j], np.float64)
    sizes = np.abs(shown.step.trace.dW[layer - 1][j]) if trains else np.abs(weights)
    order = sorted(np.argsort(-sizes, kind="stable")[:_WEIGHTS].tolist())
    kinds = ("W", "dW", "W_new") if trains else ("W",)
    return {
        "layer": layer,
        "index": j,
        "count": len(weights),
        "kinds": ["a", *kinds],
        "rows": [
            [
                _cell(shown, f"a[{layer - 1}][{k}]", state),
                *(_cell(shown, f"{kind}[{layer}][{j},{k}]", state) for kind in kinds),
            ]
            for k in order
        ],
    }


def _path(shown: ShownStep, neuron: NeuronPlace) -> list[list[float]]:
    """The connections through which the cost depends on a neuron most, from it to the outputs.

    Each is the layer at the right end, the neuron there, the one at the left end, and the product
    of weight and error [BP2].
    """
    if shown.step.training is None:
        return []
    found: list[list[float]] = []
    reached = {neuron.index}
    for layer in range(neuron.layer + 1, shown.ledger.example.architecture.depth + 1):
        weights = np.asarray(shown.step.layers[layer - 1].W, np.float64)
        products = weights * shown.example_array("delta", layer)[:, None]
        edges = [
            (layer, int(i), j, float(products[i, j]))
            for j in sorted(reached)
            for i in np.argsort(-np.abs(products[:, j]), kind="stable")[:_PATH_WIDTH]
        ]
        edges.sort(key=lambda edge: -abs(edge[3]))
        found += [list(edge) for edge in edges[: 4 * _PATH_WIDTH]]
        reached = {int(edge[1]) for edge in edges[:_PATH_WIDTH]}
    return found
