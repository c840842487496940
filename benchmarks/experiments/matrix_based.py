"""matrix-based: from its first try, step by step, to its last."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.equations.backpropagation import forward
from chainrule.network.network import Network
from chainrule.study.spec import read_study
from experiments.computing import STUDIES, accuracies, computed
from experiments.size import Digits, Size, digits_of

__all__ = ["measure", "saturated"]

_FLAT = 0.05
"""A sigmoid counts as saturated where its slope is below this share of its greatest."""


def measure(size: Size) -> dict[str, Any]:
    """All that is computed for the paper."""
    return {
        "steps": [_step(entry) for entry in computed("matrix-based", size)],
        "saturated": {name: saturated(name, size) for name in ("normal", "lecun")},
        "rates": [
            [e.chosen["learning_rate"], e.value, float(np.mean(accuracies(e)))]
            for e in computed("matrix-based-rate", size)
            if e.value is not None
        ],
        "rate": read_study(STUDIES / "matrix-based-l2.toml").recipe["learning_rate"],
        "l2": _rows("matrix-based-l2", ("l2", "epochs"), size),
        "expansion_l2": read_study(STUDIES / "matrix-based-expansion.toml").recipe["l2"],
        "expansion": _rows("matrix-based-expansion", ("shift", "epochs"), size),
    }


def _step(entry: Any) -> list[Any]:
    """How weights are drawn, the hidden activation, cost, rate, accuracy of each seed."""
    chosen = entry.chosen
    activation = chosen["activation"][0]
    return [
        chosen["initialiser"],
        activation,
        chosen["cost"],
        chosen["learning_rate"],
        accuracies(entry),
    ]


def _rows(name: str, keys: tuple[str, str], size: Size) -> list[list[Any]]:
    return [[*(e.chosen[key] for key in keys), accuracies(e)] for e in computed(name, size)]


def saturated(initialiser: str, size: Size) -> float:
    """The share of hidden activations that are saturated before the first step."""
    data = Digits.of(digits_of(size.source).test)
    how: dict[str, Any] = {"initialiser": initialiser, "bias_initialiser": "normal"}
    shares = []
    for seed in range(size.most(5)):
        network = Network.create([data.x.shape[1], 64, 10], "sigmoid", seed=seed, **how)
        _, (a, _) = forward(data.x, network.layers)
        shares.append(float((a * (1 - a) < _FLAT / 4).mean()))
    return float(np.mean(shares))
