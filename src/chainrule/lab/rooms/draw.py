"""Draw: from ink or a form to an answer, and what each neuron adds to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting import Preparation
from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import NeuronPlace, input_names, output_names, selected_neuron
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState
from chainrule.ledger.formulas import number_text

__all__ = ["show"]

_STRONGEST = 10
_STAGE_SIDE = 96
_BYTE = 255


def show(view: RoomView, shown: ShownStep, state: LabState) -> None:
    """Add the answer, the stages of a drawing's preparation, and the selected neuron.

    Args:
        view: to add to.
        shown: the step whose forward pass is shown.
        state: of the page.

    Raises: InputError, UnknownNameError.
    """
    view.values["answer"] = _answer(shown, state)
    chosen = min(state.digit, len(shown.preparations) - 1)
    view.values["drawn_digits"] = len(shown.preparations)
    view.values["stages"] = []
    view.values["remarks"] = []
    if shown.preparations:
        preparation = shown.preparations[chosen]
        view.values["stages"] = _stages(view, preparation)
        view.values["remarks"] = list(preparation.remarks)
    neuron = selected_neuron(shown, state)
    view.values["neuron"] = None if neuron is None else _neuron(view, shown, neuron, state)


def _answer(shown: ShownStep, state: LabState) -> dict[str, Any]:
    names, depth = output_names(shown), shown.ledger.example.architecture.depth
    values = shown.example_array("a", depth)
    best = int(values.argmax())
    dataset = shown.ledger.example.dataset
    return {
        "classifies": bool(dataset.classifies) and len(values) > 1,
        "best": best,
        "withheld": bool(values[best] < state.abstain),
        "outputs": [
            {
                "name": name,
                "address": f"a[{depth}][{k}]",
                "value": float(value),
                "text": number_text(float(value), state.digits),
            }
            for k, (name, value) in enumerate(zip(names, values, strict=True))
        ],
    }


def _stages(view: RoomView, preparation: Preparation) -> list[dict[str, str]]:
    return [
        {
            "name": stage.name,
            "sentence": stage.sentence,
            "array": view.add(f"stage{k}", _small(stage.image)),
        }
        for k, stage in enumerate(preparation.stages)
    ]


def _small(image: NDArray[Any]) -> NDArray[np.float32]:
    greatest = _BYTE if image.dtype == np.uint8 else 1
    step = -(-max(image.shape) // _STAGE_SIDE)
    return np.asarray(image[::step, ::step] / greatest, np.float32)


def _neuron(
    view: RoomView, shown: ShownStep, neuron: NeuronPlace, state: LabState
) -> dict[str, Any]:
    """A neuron's weights, and the inputs that move it most for this example."""
    layer, at = neuron.layer, neuron.index
    weights = np.asarray(shown.network.layers[layer - 1].W[at], np.float64)
    before = shown.example_array("a", layer - 1) if layer > 1 else shown.step.x[shown.place]
    products = weights * before
    view.add("neuron_weights", weights)
    view.add("neuron_products", products)
    names = (
        input_names(shown) if layer == 1 else [f"a[{layer - 1}][{k}]" for k in range(len(weights))]
    )
    order = np.argsort(-np.abs(products), kind="stable")[:_STRONGEST]
    biases = shown.network.layers[layer - 1].b
    depth = shown.ledger.example.architecture.depth
    return {
        "layer": layer,
        "index": at,
        "hidden": layer < depth,
        "silenced": f"a[{layer}][{at}]" in state.silenced,
        "bias": None if biases is None else float(biases[at]),
        "z": number_text(float(shown.example_array("z", layer)[at]), state.digits),
        "a": number_text(float(shown.example_array("a", layer)[at]), state.digits),
        "strongest": [
            {
                "input": int(k),
                "name": names[k],
                "weight": float(weights[k]),
                "texts": [
                    number_text(float(one), state.digits)
                    for one in (before[k], weights[k], products[k])
                ],
            }
            for k in order
            if products[k]
        ],
    }
