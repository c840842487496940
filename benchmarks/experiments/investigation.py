"""investigation: both its figures whole, its two best results, and its recursion."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from chainrule.threads import one_blas_thread
from experiments.computing import accuracies, computed
from experiments.recursions import RECURSIONS, Run, accuracy_after
from experiments.size import Digits, Size, digits_of

__all__ = ["BATCHES", "RATES", "measure"]

BATCHES = (20, 40, 100)
RATES = (0.1, 0.4, 0.9, 2.0, 4.0, 8.0)
SEEDS = 3


def measure(size: Size) -> dict[str, Any]:
    """All that is computed for the paper."""
    return {
        "grid": _cells("investigation", size, ("batch_size", "learning_rate")),
        "passes": _cells("investigation-passes", size, ("epochs", "batch_size", "learning_rate")),
        "random": _random(size),
        "recursions": recursions(size),
    }


def _cells(name: str, size: Size, keys: Sequence[str]) -> list[list[Any]]:
    """Parameters and the accuracy of each seed."""
    return [[*(e.chosen[key] for key in keys), accuracies(e)] for e in computed(name, size)]


def _random(size: Size) -> list[list[Any]]:
    """The name of a way to draw, batch size, rate, accuracy of each seed."""
    rows = []
    for entry in computed("investigation-random", size):
        chosen = entry.chosen
        name = chosen["initialiser"]
        if name == "uniform":
            name = f"uniform, {chosen['initialiser_low']:g} to 1"
        rows.append([name, chosen["batch_size"], chosen["learning_rate"], accuracies(entry)])
    return rows


def recursions(size: Size) -> list[list[Any]]:
    """The name of a recursion, batch size, rate, accuracy of each seed."""
    pair = digits_of(size.source)
    train, test = Digits.of(pair.train), Digits.of(pair.test)
    rows = []
    places = product(BATCHES[: size.most(3)], RATES[: size.most(9)])
    with one_blas_thread():
        for (batch, rate), one in product(places, RECURSIONS):
            runs = [Run(batch, rate, seed) for seed in range(size.most(SEEDS))]
            rows.append(
                [one.name, batch, rate, [accuracy_after(one, r, train, test) for r in runs]]
            )
    return rows
