"""approximator: 2^x from ReLU pieces, descent on a parabola, and 784-15-10 on digits."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.figures.parabola import parabola_data
from chainrule.figures.relu_pieces import HIGH, LOW, relu_pieces_data
from experiments.computing import accuracies, computed
from experiments.pieces import least_error
from experiments.size import Size

__all__ = ["NEURONS", "measure"]

NEURONS = (2, 3, 5, 10)
SHOWN = (1, 2, 3, 10, 50)
"""Steps of the descent that the page shows."""


def measure(size: Size) -> dict[str, Any]:
    """All that is computed for the paper."""
    digits = [[e.chosen["learning_rate"], accuracies(e)] for e in computed("approximator", size)]
    return {"pieces": _pieces(size), "descent": _descent(), "digits": digits}


def _pieces(size: Size) -> list[dict[str, Any]]:
    """Each network's greatest error, the least possible one, and its pieces."""
    found = relu_pieces_data(NEURONS, epochs=size.most(3000, 20))
    return [
        {
            "neurons": one.neurons,
            "worst": one.worst,
            "mean": float(np.abs(one.total - one.target).mean()),
            "least": least_error(one.neurons, LOW, HIGH),
            "kinks": sorted(kink for kink in one.kinks.tolist() if LOW < kink < HIGH),
        }
        for one in found
    ]


def _descent() -> list[dict[str, Any]]:
    """Where the descent on x² - 2x + 1.5 from -1 stands after some steps."""
    found = parabola_data(rates=(1.0, 0.1), steps=max(SHOWN))
    return [
        {"rate": one.rate, "fate": one.fate, "x": [float(one.x[step]) for step in SHOWN]}
        for one in found
    ]
