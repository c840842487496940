"""The weights of two models as images side by side, with their difference and a table behind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import NeuronPlace
from chainrule.ledger.formulas import number_text
from chainrule.network import Network

__all__ = ["add_weights", "pair_texts"]

Array = NDArray[np.float64]

_MOST_TILES = 12
"""Neurons of the first layer whose images are drawn side by side: those that differ most."""
_MOST_LISTED = 24
"""Weights of a neuron that the table has: those that differ most."""
_MOST_PIXELS = 65_536
"""A larger tensor is not sent as an image; its neuron's row is."""


def add_weights(
    view: RoomView, networks: tuple[Network, Network], place: NeuronPlace, digits: int
) -> dict[str, Any] | None:
    """Add the weights into one neuron of two networks; None where the two have no common shape.

    The images are arrays of the view: "weights_first", "weights_second" and "weights_apart", the
    second less the first. Where the inputs are pixels, so is the image; else it is the whole
    tensor, a neuron a row. "tiles_first" and so on are the images of the neurons that differ most.

    Args:
        view: to add to.
        networks: to be compared.
        place: the neuron.
        digits: significant digits of numbers.
    """
    layers = [network.layers[place.layer - 1] for network in networks]
    if layers[0].W.shape != layers[1].W.shape:
        return None
    first, second = (np.asarray(layer.W, np.float64) for layer in layers)
    shape = _image_shape(networks, place.layer)
    row = place.index
    shown = (first[row], second[row]) if shape else (first, second)
    if first.size > _MOST_PIXELS and not shape:
        shown = (first[[row]], second[[row]])
    rows, columns = shape or shown[0].shape
    _add_images(view, "weights", *shown)
    order = np.argsort(-np.abs(second - first).max(axis=1), kind="stable")[:_MOST_TILES]
    tiles = [int(one) for one in order] if shape else []
    if shape:
        _add_images(view, "tiles", first[order], second[order])
    return {
        "layer": place.layer,
        "index": row,
        "depth": len(networks[0].layers),
        "width": len(first),
        "rows": int(rows),
        "columns": int(columns),
        "is_image": bool(shape),
        "is_whole": not shape and len(shown[0]) == len(first),
        "tiles": tiles,
        "listed": _listed(first[row], second[row], place, digits),
        "biases": _biases(networks, place, digits),
    }


def _image_shape(networks: tuple[Network, Network], layer: int) -> tuple[int, ...]:
    """The shape of the pixels; empty where the inputs of the layer are none."""
    shape = networks[0].input_shape
    is_image = layer == 1 and len(shape) == 2 and min(shape) > 1
    return tuple(shape) if is_image else ()


def _add_images(view: RoomView, name: str, first: Array, second: Array) -> None:
    view.add(f"{name}_first", first)
    view.add(f"{name}_second", second)
    view.add(f"{name}_apart", second - first)


def _listed(first: Array, second: Array, place: NeuronPlace, digits: int) -> list[dict[str, Any]]:
    """The weights that differ most, in the order of the inputs."""
    chosen = sorted(np.argsort(-np.abs(second - first), kind="stable")[:_MOST_LISTED].tolist())
    return [
        {
            "address": f"W[{place.layer}][{place.index},{k}]",
            "texts": pair_texts(float(first[k]), float(second[k]), digits),
        }
        for k in chosen
    ]


def _biases(
    networks: tuple[Network, Network], place: NeuronPlace, digits: int
) -> dict[str, Any] | None:
    """The bias of the neuron in both; None unless both have biases."""
    found = [network.layers[place.layer - 1].b for network in networks]
    if found[0] is None or found[1] is None:
        return None
    values = float(found[0][place.index]), float(found[1][place.index])
    return {"address": f"b[{place.layer}][{place.index}]", "texts": pair_texts(*values, digits)}


def pair_texts(first: float, second: float, digits: int) -> list[str]:
    """Return two numbers, and the second less the first, as the page shows them.

    Args:
        first: of one model.
        second: of the other.
        digits: significant digits.
    """
    return [number_text(value, digits) for value in (first, second, second - first)]
