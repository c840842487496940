"""matrix-based's steps in their order, from what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.wording import decimal

__all__ = ["GOAL", "PRINTED", "Rung", "best_rate", "ladder"]

GOAL, PRINTED = 0.9, 0.908
"""What the paper wants, and what it reaches."""

_HALF, _CROSS = "half_squared_error", "binary_cross_entropy"


@dataclass(frozen=True)
class Rung:
    """One step of the paper.

    Args:
        told: what it changes.
        accuracy: of each seed.
    """

    told: str
    accuracy: list[float]


def best_rate(found: dict[str, Any]) -> list[float]:
    """Rate, validation accuracy and test accuracy of the search's best trial."""
    best: list[float] = max(found["rates"], key=lambda row: row[1])
    return best


def ladder(found: dict[str, Any]) -> list[Rung]:
    """The steps, each with all that stands above it."""
    first = ("normal", "sigmoid", _HALF)
    drawn = ("lecun", "sigmoid", _HALF)
    relu = ("lecun", "relu", _HALF)
    rungs = [
        Rung("first try: sigmoid, N(0, 1), η = 1", _of(found, *first, 1.0)),
        Rung("weights from N(0, 1/n)", _of(found, *drawn, 1.0)),
        Rung("hidden neurons of ReLU", _of(found, *relu, 1.0)),
    ]
    pairs = {(l2, epochs): accuracy for l2, epochs, accuracy in found["l2"]}
    fewest, most = (pick(epochs for _, epochs in pairs) for pick in (min, max))
    chosen = found["expansion_l2"]
    moved = {(shift, epochs): accuracy for shift, epochs, accuracy in found["expansion"]}
    shift = max(shift for shift, _ in moved)
    return [
        *rungs,
        Rung(f"Bayesian learning rate: η = {found['rate']:g}", pairs[0.0, fewest]),
        Rung(f"L2 of {decimal(chosen)}", pairs[chosen, fewest]),
        Rung("expanded training set", moved[shift, fewest]),
        Rung(f"the same for {most} passes", moved[shift, max(e for _, e in moved)]),
    ]


def _of(found: dict[str, Any], *wanted: Any) -> list[float]:
    """The accuracy of each seed of one of the first steps."""
    for *key, accuracy in found["steps"]:
        if tuple(key) == wanted:
            return list(accuracy)
    return []
