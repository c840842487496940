"""Train: a network that learns digits, how its cost falls, and what it confuses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import EpochRecord
from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import output_names
from chainrule.lab.shown_step import ShownStep, answers
from chainrule.lab.state import LabState
from chainrule.lab.train_step import TrainStep
from chainrule.ledger.formulas import number_text

__all__ = ["show"]

_MOST_EPOCHS = 300
"""Points of a curve; of more epochs some are left out, evenly."""


def show(view: RoomView, shown: ShownStep, state: LabState) -> None:
    """Add how far the training is, the curves, the answer on the chosen digit, and confusions.

    Args:
        view: to add to.
        shown: the step on the chosen digit.
        state: of the page.
    """
    assert isinstance(shown, TrainStep), "made by make_train_step"
    view.values["subject"]["name"] = "-".join(map(str, shown.network.architecture.layers))
    view.values["train"] |= _progress(shown)
    view.values["train"]["answer"] = _answer(shown, state.digits)
    found = answers(shown.network, shown.training.test.inputs)
    view.values["train"]["confusions"] = _confusions(shown, found)
    view.values["train"]["right"] = float((found == shown.training.test.targets).mean())
    history = shown.position.history
    kept = history[::-1][:: -(-len(history) // _MOST_EPOCHS) or 1][::-1]
    view.add("curve", _curve(kept, "cost", "validation_cost"))
    view.add("accuracy", _curve(kept, "accuracy", "validation_accuracy"))


def _progress(shown: TrainStep) -> dict[str, Any]:
    position = shown.position
    return {
        "reached": position.step,
        "updates": shown.settings.updates,
        "epoch": position.epoch,
        "batch": position.batch,
        "batches": shown.training.batches,
        "names": list(shown.network.class_names),
        "tested": len(shown.training.test),
    }


def _answer(shown: TrainStep, digits: int) -> dict[str, Any]:
    depth = shown.network.architecture.depth
    values = shown.example_array("a", depth)
    return {
        "best": int(values.argmax()),
        "outputs": [
            {"name": name, "address": f"a[{depth}][{k}]", "text": number_text(float(one), digits)}
            for k, (name, one) in enumerate(zip(output_names(shown), values, strict=True))
        ],
    }


def _confusions(shown: TrainStep, found: NDArray[np.int64]) -> list[list[dict[str, int]]]:
    """Rows of classes, columns of answers: how many test digits, and the first of them or -1."""
    targets = shown.training.test.targets
    classes = range(len(shown.network.class_names))
    return [
        [_count((targets == target) & (found == answer)) for answer in classes]
        for target in classes
    ]


def _count(chosen: NDArray[np.bool_]) -> dict[str, int]:
    count = int(chosen.sum())
    return {"count": count, "first": int(chosen.argmax()) if count else -1}


def _curve(history: tuple[EpochRecord, ...], own: str, test: str) -> NDArray[np.float64]:
    """Rows of epoch, and a figure on the digits learned from and on the test digits."""
    rows = [(one.epoch, getattr(one, own), getattr(one, test)) for one in history]
    return np.array(rows, np.float64).reshape(-1, 3)
