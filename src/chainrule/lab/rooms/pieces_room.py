"""Approximate: neurons of one hidden layer, whose pieces add up to a function that is typed."""

from __future__ import annotations

import numpy as np

from chainrule.lab.frames import RoomView
from chainrule.lab.pieces_step import PiecesStep
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState
from chainrule.ledger.formulas import number_text

__all__ = ["show"]


def show(view: RoomView, shown: ShownStep, state: LabState) -> None:
    """Add the function, each neuron's piece, their sum, and how near it comes.

    Args:
        view: to add to.
        shown: the step on the chosen x.
        state: of the page.
    """
    assert isinstance(shown, PiecesStep), "made by make_pieces_step"
    view.values["subject"]["name"] = f"1-{state.neurons}-1"
    difference = np.abs(shown.total - shown.target)
    worst = int(difference.argmax())
    view.values["pieces"] = {
        "bias": number_text(shown.bias, state.digits),
        "error": number_text(float(difference[worst]), 3),
        "error_at": number_text(float(shown.x[worst]), 3),
        "rows": [
            {
                "place": number_text(float(place), 4),
                "weight": number_text(float(shown.network.weights[-1][0, j]), state.digits),
                "activation": number_text(float(shown.example_array("a", 1)[j]), state.digits),
            }
            for j, place in enumerate(shown.places)
        ],
        "answer": number_text(float(shown.example_array("a", 2)[0]), state.digits),
    }
    rows = (shown.x, shown.target, shown.total, *shown.pieces)
    view.add("curves", np.array(rows))
