"""The drawing of the network: which neurons and connections are shown, with their numbers.

One drawing serves all rooms; a room adds to it what its question needs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.lab.frames import RoomView
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState
from chainrule.ledger.formulas import number_text
from chainrule.ledger.steps import Quantity

__all__ = ["NeuronPlace", "add_network", "input_names", "output_names", "selected_neuron"]

Array = NDArray[Any]

_MOST_NEURONS = 32
"""Neurons of a layer that are drawn; of a wider layer those whose weights lead on most strongly."""
_MOST_INPUTS = 64
"""Inputs that are drawn one by one; more are drawn as an image, or not at all."""


@dataclass(frozen=True)
class NeuronPlace:
    """A neuron: its layer, from 1, and its place there, from 0."""

    layer: int
    index: int


def selected_neuron(shown: ShownStep, state: LabState) -> NeuronPlace | None:
    """Return the neuron to which the opened number belongs, or None.

    Raises: InputError, UnknownNameError for an address that names nothing here.
    """
    if not state.select:
        return None
    quantity = shown.locate(state.select)
    if not quantity.layer or not quantity.index:
        return None
    return NeuronPlace(quantity.layer, quantity.index[0])


def add_network(view: RoomView, shown: ShownStep, state: LabState, known_maps: str) -> None:
    """Add the drawing to what a room shows.

    Args:
        view: of the room.
        shown: the step.
        state: of the page.
        known_maps: digest of the images of weights that the page has already.

    Raises: InputError, UnknownNameError.
    """
    selected = selected_neuron(shown, state)
    drawn = _drawn_neurons(shown, selected)
    architecture = shown.ledger.example.architecture
    silenced = {Quantity.parse(one) for one in state.silenced}
    view.values["network"] = {
        "inputs": _describe_inputs(shown),
        "layers": [
            {
                "layer": layer,
                "width": architecture.layers[layer],
                "activation": architecture.activations[layer - 1],
                "drawn": neurons,
                "names": output_names(shown) if layer == architecture.depth else [],
                "texts": _texts(shown, layer, neurons, state.digits),
                "silenced": [k for k in neurons if Quantity("a", layer, (k,)) in silenced],
                "a": view.add(f"a{layer}", shown.example_array("a", layer)[neurons]),
            }
            for layer, neurons in enumerate(drawn, start=1)
        ],
        "selected": None if selected is None else [selected.layer, selected.index],
        "maps": _add_maps(view, shown, drawn[0], known_maps),
        "edges": view.add("edges", _edges(shown, drawn, state)),
    }
    view.add("x", shown.step.x[shown.place])


def _texts(shown: ShownStep, layer: int, neurons: list[int], digits: int) -> list[str]:
    found = shown.example_array("a", layer)
    return [number_text(float(found[k]), digits) for k in neurons]


def _describe_inputs(shown: ShownStep) -> dict[str, Any]:
    dataset = shown.ledger.example.dataset
    shape = dataset.shape if len(dataset.shape) == 2 and min(dataset.shape) > 1 else ()
    count = dataset.features
    names = [] if shape or count > _MOST_INPUTS else input_names(shown)
    return {"shape": list(shape), "count": count, "names": names}


def input_names(shown: ShownStep) -> list[str]:
    """Return the names of the network's inputs: what each is made of, or its address."""
    steps = shown.network.preprocessing
    if steps is not None and steps.schema.is_table:
        return [str(feature.name) for feature in steps.features]
    return [f"a[0][{k}]" for k in range(shown.ledger.example.dataset.features)]


def output_names(shown: ShownStep) -> list[str]:
    """Return the names of the outputs: classes, or numbers from 1."""
    width = shown.ledger.example.architecture.layers[-1]
    names = list(shown.network.class_names or shown.ledger.example.dataset.class_names)
    return names if len(names) == width else [f"output {k}" for k in range(width)]


def _drawn_neurons(shown: ShownStep, selected: NeuronPlace | None) -> list[list[int]]:
    """The neurons of each layer that are drawn, ascending."""
    layers = shown.network.layers
    found = []
    for number, layer in enumerate(layers, start=1):
        width = layer.W.shape[0]
        if width <= _MOST_NEURONS:
            found.append(list(range(width)))
            continue
        outgoing = layers[number].W if number < len(layers) else layer.W.T
        strength = np.abs(outgoing).sum(axis=0)
        kept = set(np.argsort(-strength, kind="stable")[:_MOST_NEURONS].tolist())
        if selected is not None and selected.layer == number:
            kept.add(selected.index)
        found.append(sorted(kept))
    return found


def _add_maps(view: RoomView, shown: ShownStep, neurons: list[int], known: str) -> str:
    """Add the first layer's weights as images, unless the page has them; return their digest."""
    dataset = shown.ledger.example.dataset
    if len(dataset.shape) != 2 or min(dataset.shape) == 1:
        return ""
    weights = np.ascontiguousarray(shown.network.layers[0].W[neurons], np.float32)
    digest = hashlib.sha256(weights.tobytes()).hexdigest()[:16]
    if digest != known:
        view.add("maps", weights.reshape(len(neurons), *dataset.shape))
    return digest


def _edges(shown: ShownStep, drawn: list[list[int]], state: LabState) -> Array:
    """The connections between drawn neurons with the greatest products, (edges, 4) float32.

    Each row is the layer at the right end, the neuron there, the one at the left end, and the
    product: weight times activation forward, weight times error backward.
    """
    found = [np.zeros((0, 4))]
    first = 2 if shown.ledger.example.dataset.features > _MOST_INPUTS else 1
    for layer in range(first, len(shown.network.layers) + 1):
        products = _products(shown, layer, state.direction)
        right = drawn[layer - 1]
        left = drawn[layer - 2] if layer > 1 else list(range(products.shape[1]))
        some = products[np.ix_(right, left)]
        to, source = np.meshgrid(right, left, indexing="ij")
        rows = np.stack([np.full(some.size, layer), to.ravel(), source.ravel(), some.ravel()], 1)
        found.append(rows)
    edges = np.concatenate(found)
    edges = edges[edges[:, 3] != 0]
    order = np.argsort(-np.abs(edges[:, 3]), kind="stable")[: state.edges]
    return np.asarray(edges[order])


def _products(shown: ShownStep, layer: int, direction: str) -> Array:
    """Weight times activation, or weight times error, of every connection of a layer."""
    weights = np.asarray(shown.network.layers[layer - 1].W, np.float64)
    if direction == "backward" and shown.step.training is not None:
        return np.asarray(weights * shown.example_array("delta", layer)[:, None])
    before = shown.example_array("a", layer - 1) if layer > 1 else shown.step.x[shown.place]
    return np.asarray(weights * before[None, :])
