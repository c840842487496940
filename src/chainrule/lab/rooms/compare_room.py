"""Compare: two models tensor by tensor, weight by weight, and answer by answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import TensorComparison, compare_tensors
from chainrule.errors import ChainruleError, InputError
from chainrule.lab.answer_differences import answer_differences, restore_outputs
from chainrule.lab.compared_models import ComparedModels, ModelPair
from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import NeuronPlace, output_names
from chainrule.lab.opened_number import open_number
from chainrule.lab.rooms.compared_weights import add_weights, pair_texts
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState
from chainrule.ledger.formulas import number_text
from chainrule.ledger.steps import Quantity
from chainrule.network import Layout, Network, predicted_classes

__all__ = ["show"]

Array = NDArray[Any]

_FULL = 17
"""Significant digits that tell any two numbers apart."""
_MOST_NEURONS = 64
"""Neurons of a layer whose activations are listed."""


def show(models: ComparedModels, view: RoomView, state: LabState) -> None:
    """Add what two models have in common and where they differ.

    Args:
        models: that the lab was opened with.
        view: to add to. What belongs to the networks is added before an example can be refused.
        state: of the page.

    Raises: InputError, UnknownNameError, DataError for a model, an example or a number that there
        is not.
    """
    compare = view.values["compare"] = {"choices": models.choices()}
    compare["sides"] = [one.name for one in models.sides(state)]
    pair = models.pair(state)
    first, second = pair.networks
    tensors = list(compare_tensors(first, second))
    compare |= {
        "models": [_describe(one.name, one.network) for one in pair.subjects],
        "tensors": list(_tensor_rows(pair, tensors, state.digits)),
        "alike": bool(tensors),
        "same": bool(tensors) and first.digest == second.digest,
        "first_difference": _first_difference(first, second) if tensors else None,
        "can_part": models.can_part(pair.sides),
        "parting": _parting(models, pair) if state.compare.parting else None,
    }
    place = _place(pair, tensors, state)
    compare["weights"] = add_weights(view, pair.networks, place, state.digits)
    if pair.misfit is not None:
        compare["misfit"] = str(pair.misfit)
        return
    examples = pair.subjects[0].examples
    view.values["examples"] = {"count": 0 if examples is None else len(examples), "fields": []}
    found = answer_differences(pair)
    compare["answers"] = None if found is None else found.to_dict(state.digits)
    steps = pair.step(0, state), pair.step(1, state)
    _add_example(view, steps, state)
    if state.select:
        _add_opened(view, steps, state)


def _describe(name: str, network: Network) -> dict[str, Any]:
    return {
        "name": name,
        "layers": "-".join(map(str, network.architecture.layers)),
        "activations": list(network.architecture.activations),
        "parameters": len(network.parameters),
        "digest": network.digest,
    }


def _tensor_rows(
    pair: ModelPair, tensors: list[TensorComparison], digits: int
) -> Iterator[dict[str, Any]]:
    """A row for each tensor that one of the networks has."""
    found = {one.name: one for one in tensors}
    layouts = [Layout(network.architecture) for network in pair.networks]
    for one, other in zip_longest(*(layout.slots for layout in layouts)):
        slot = one or other
        both = found.get(slot.name)
        row: dict[str, Any] = {
            "name": slot.name,
            "shapes": ["×".join(map(str, s.shape)) if s else "" for s in (one, other)],
            "norms": [
                number_text(float(np.linalg.norm(s.view(n.parameters).astype(np.float64))), digits)
                if s
                else ""
                for s, n in zip((one, other), pair.networks, strict=True)
            ],
            "at": "",
        }
        if both is not None:
            row |= {
                "distance": number_text(both.distance, digits),
                "cosine": "" if np.isnan(both.cosine) else number_text(both.cosine, digits),
                "largest": number_text(both.largest, digits),
                "at": both.at,
            }
        yield row


def _first_difference(first: Network, second: Network) -> dict[str, Any] | None:
    """The first parameter, in the order of the layers, that differs; None if all agree."""
    one, other = first.parameters, second.parameters
    places = np.flatnonzero(one != other)
    if not len(places):
        return None
    at = int(places[0])
    slot = next(s for s in Layout(first.architecture).slots if s.start <= at < s.stop)
    index = [int(i) for i in np.unravel_index(at - slot.start, slot.shape)]
    values = float(one[at]), float(other[at])
    return {
        "address": f"{slot.name}[{','.join(map(str, index))}]",
        "layer": slot.layer,
        "index": index,
        "texts": [number_text(value, _FULL) for value in values],
        "difference": number_text(values[1] - values[0], _FULL),
        "count": len(places),
        "total": len(one),
    }


def _parting(models: ComparedModels, pair: ModelPair) -> dict[str, Any] | None:
    found = models.parting(pair.sides)
    return None if found is None else {**found.to_dict(), "sentences": list(found.sentences())}


def _place(pair: ModelPair, tensors: list[TensorComparison], state: LabState) -> NeuronPlace:
    """The neuron whose weights are shown: that of the opened number, else the most different."""
    asked = state.select or max(tensors, key=lambda one: one.largest, default=_NONE).at
    if not asked:
        return NeuronPlace(1, 0)
    quantity = Quantity.parse(asked, "lab")
    if not quantity.layer or not quantity.index:
        return NeuronPlace(1, 0)
    place = NeuronPlace(quantity.layer, quantity.index[0])
    for network in pair.networks:
        widths = network.architecture.layers
        if place.layer >= len(widths) or place.index >= widths[place.layer]:
            raise InputError(
                "lab",
                expected="a neuron that both networks have",
                got=asked,
                argument="select",
                value=asked,
            )
    return place


_NONE = TensorComparison("", 0.0, 0.0, 0.0, float("nan"), "", 0.0)


def _add_example(view: RoomView, steps: tuple[ShownStep, ShownStep], state: LabState) -> None:
    """The example, the activations of each layer, and the answers, of both models."""
    compare = view.values["compare"]
    first = steps[0]
    dataset = first.ledger.example.dataset
    compare["shape"] = list(dataset.shape) if len(dataset.shape) == 2 else []
    view.add("x", first.step.x[first.place])
    compare["target"] = _target(first)
    depths = [one.ledger.example.architecture.depth for one in steps]
    compare["activations"] = [
        _activations(view, steps, layer, state.digits) for layer in range(1, min(depths) + 1)
    ]
    compare["outputs"] = _outputs(steps, depths, state.digits)


def _target(shown: ShownStep) -> str:
    dataset = shown.ledger.example.dataset
    target = dataset.targets[shown.row]
    if dataset.classifies:
        return str(dataset.class_names[int(target)])
    return ", ".join(f"{one:.6g}" for one in restore_outputs(shown.network, target[None])[0])


def _activations(
    view: RoomView, steps: tuple[ShownStep, ShownStep], layer: int, digits: int
) -> dict[str, Any]:
    """The activations of a layer in both, and their difference where it is as wide in both."""
    found = [np.asarray(one.example_array("a", layer), np.float64) for one in steps]
    widths = [len(one) for one in found]
    same = widths[0] == widths[1]
    for name, numbers in zip(("first", "second"), found, strict=True):
        view.add(f"a{layer}_{name}", numbers)
    if same:
        view.add(f"a{layer}_apart", found[1] - found[0])
    listed = range(min(*widths, _MOST_NEURONS))
    return {
        "layer": layer,
        "widths": widths,
        "same": same,
        "rows": [
            {
                "address": f"a[{layer}][{j}]",
                "texts": pair_texts(float(found[0][j]), float(found[1][j]), digits),
            }
            for j in listed
        ],
    }


def _outputs(steps: tuple[ShownStep, ShownStep], depths: list[int], digits: int) -> dict[str, Any]:
    """What each model answers, output by output by the names that the first has."""
    arrays = [
        np.asarray(one.example_array("a", depth), np.float64)
        for one, depth in zip(steps, depths, strict=True)
    ]
    classifies = steps[0].ledger.example.dataset.classifies
    if not classifies:
        arrays = [
            restore_outputs(one.network, found[None])[0]
            for one, found in zip(steps, arrays, strict=True)
        ]
    names = [output_names(one) for one in steps]
    second = dict(zip(names[1], arrays[1], strict=True))
    rows = [
        {
            "name": name,
            "address": f"a[{depths[0]}][{k}]" if depths[0] == depths[1] else "",
            "values": [float(arrays[0][k]), float(second[name])],
            "texts": pair_texts(float(arrays[0][k]), float(second[name]), digits),
        }
        for k, name in enumerate(names[0])
        if name in second
    ]
    return {
        "classifies": classifies,
        "rows": rows,
        "answers": [_answer(one, found) for one, found in zip(steps, arrays, strict=True)]
        if classifies
        else [],
    }


def _answer(shown: ShownStep, outputs: Array) -> str:
    names = shown.ledger.example.dataset.class_names
    return str(names[int(predicted_classes(outputs[None])[0])])


def _add_opened(view: RoomView, steps: tuple[ShownStep, ShownStep], state: LabState) -> None:
    """The opened number of both models; the formula is that of one of them."""
    found: list[dict[str, Any] | None] = []
    for one in steps:
        try:
            found.append(open_number(one, state.select, state.digits))
        except ChainruleError as error:
            found.append(None)
            view.values["error"] = {"text": str(error)}
    view.values["opened"] = found[state.compare.opened - 1]
    first, second = found
    if first is None or second is None:
        return
    view.values["compare"]["opened"] = {
        "address": first["address"],
        "texts": pair_texts(first["value"], second["value"], state.digits),
    }
