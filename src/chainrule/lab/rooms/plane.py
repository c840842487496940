"""Plane: points, what the network makes of the whole plane, and how its cost falls."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.equations.backpropagation import forward
from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import output_names
from chainrule.lab.plane_points import make_features
from chainrule.lab.plane_settings import HALF_SIDE
from chainrule.lab.plane_step import PlaneStep
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState
from chainrule.ledger.formulas import number_text
from chainrule.threads import one_blas_thread

__all__ = ["show"]

Array = NDArray[Any]

_SIDE = 60
"""Cells of the map in each direction."""
_FIELD_STEP = 2
"""A neuron's small map has every second of them."""
_MOST_EPOCHS = 300
"""Points of a cost curve; of more epochs some are left out, evenly."""


def show(view: RoomView, shown: ShownStep, state: LabState) -> None:
    """Add points, the map of the plane, each neuron's own map, costs and their curves.

    Args:
        view: to add to.
        shown: the step on the chosen point.
        state: of the page.
    """
    assert isinstance(shown, PlaneStep), "made by make_plane_step"
    view.values["subject"]["name"] = "-".join(map(str, shown.network.architecture.layers))
    view.values["network"]["inputs"]["names"] = list(shown.settings.features)
    view.values["plane"] |= _progress(shown)
    view.values["plane"]["scores"] = _scores(shown, state.digits)
    view.values["plane"]["answer"] = _answer(shown, state.digits)
    _add_points(view, shown)
    _add_maps(view, shown)
    view.add("curve", _curve(shown))


def _progress(shown: PlaneStep) -> dict[str, Any]:
    position = shown.position
    return {
        "reached": position.step,
        "updates": shown.settings.updates,
        "epoch": position.epoch,
        "batch": position.batch,
        "batches": shown.training.batches,
        "names": list(shown.network.class_names),
    }


def _scores(shown: PlaneStep, digits: int) -> list[dict[str, Any]]:
    """Cost and accuracy on each part, where the training stands."""
    data = shown.training.data
    parts = {"training": data.training, "test": data.test}
    return [_score(shown, name, part, digits) for name, part in parts.items() if part is not None]


def _score(shown: PlaneStep, name: str, part: Dataset, digits: int) -> dict[str, Any]:
    engine = shown.training.setup.engine
    found = engine.score(engine.inference_parameters(shown.position), part)
    return {
        "part": name,
        "count": len(part),
        "cost": number_text(found.cost, digits),
        "accuracy": found.accuracy,
    }


def _answer(shown: PlaneStep, digits: int) -> dict[str, Any]:
    """What the network says of the chosen point."""
    depth = shown.network.architecture.depth
    values = shown.example_array("a", depth)
    data = shown.training.data
    x, y = data.places[shown.settings.point]
    return {
        "x": number_text(float(x), 4),
        "y": number_text(float(y), 4),
        "held_out": shown.settings.point >= len(data.training),
        "best": int(values.argmax()),
        "outputs": [
            {"name": name, "address": f"a[{depth}][{k}]", "text": number_text(float(one), digits)}
            for k, (name, one) in enumerate(zip(output_names(shown), values, strict=True))
        ],
    }


def _add_points(view: RoomView, shown: PlaneStep) -> None:
    """Rows of x, y, target, and 1 for a point that is held out."""
    data = shown.training.data
    first = len(data.training)
    targets = [data.training.targets, *([] if data.test is None else [data.test.targets])]
    held_out = np.arange(len(data.places)) >= first
    column = np.concatenate([one.reshape(len(one)) for one in targets])
    view.add("points", np.column_stack((data.places, column, held_out)))


def _grid() -> NDArray[np.float64]:
    """The middles of the map's cells, row by row from the top, (cells, 2)."""
    middles = (np.arange(_SIDE) + 0.5) * (2 * HALF_SIDE / _SIDE) - HALF_SIDE
    x, y = np.meshgrid(middles, -middles)
    return np.column_stack((x.ravel(), y.ravel()))


def _add_maps(view: RoomView, shown: PlaneStep) -> None:
    """The answer over the plane, and the weighted sum of each hidden neuron that is drawn."""
    inputs = shown.network.scaled_inputs(make_features(shown.settings, _grid()))
    with one_blas_thread(), np.errstate(all="ignore"):
        sums, activations = forward(inputs, shown.network.layers)
    last = activations[-1].T.reshape(-1, _SIDE, _SIDE)
    if shown.settings.classifies:
        view.add("best", last.argmax(axis=0))
        view.add("level", last.max(axis=0))
    else:
        view.add("level", last[0])
    for at, z in enumerate([*sums[:-1], activations[-1]]):
        drawn = view.values["network"]["layers"][at]["drawn"]
        maps = z.T[drawn].reshape(-1, _SIDE, _SIDE)
        view.add(f"field{at + 1}", maps[:, ::_FIELD_STEP, ::_FIELD_STEP])


def _curve(shown: PlaneStep) -> NDArray[np.float64]:
    """Rows of epoch, cost on the training part, and on the test part (-1 without one)."""
    history = shown.position.history
    step = -(-len(history) // _MOST_EPOCHS) or 1
    rows = [
        (one.epoch, one.cost, -1 if one.validation_cost is None else one.validation_cost)
        for one in history[::-1][::step]
    ]
    return np.array(rows[::-1], np.float64).reshape(-1, 3)
