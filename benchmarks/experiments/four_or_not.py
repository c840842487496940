"""four-detector on real digits: is it a 4, or not? One output, one example in ten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import train
from experiments.size import Size, digits_of

__all__ = ["DETECTORS", "Detector", "area", "at_threshold", "four_or_not", "learned_fours", "roc"]

Column = NDArray[np.float64]
Truth = NDArray[np.bool_]

SEEDS = 10
POINTS = 120


@dataclass(frozen=True)
class Detector:
    """A network with one output, and how it learns.

    Args:
        name: what the page calls it.
        hidden: neurons of the hidden layer.
        cost: of one example.
        learning_rate: length of a step.
        fours: what a 4 counts in training, where others count 1.
        biases: whether neurons have them.
    """

    name: str
    hidden: int
    cost: str
    learning_rate: float
    fours: float = 1.0
    biases: bool = True


_HALF, _BINARY = "half_squared_error", "binary_cross_entropy"

DETECTORS = (
    Detector(
        "the paper's: 2 neurons, no biases, ½(y - out)², η = 0.1", 2, _HALF, 0.1, biases=False
    ),
    Detector("2 neurons with biases, η = 1", 2, _HALF, 1.0),
    Detector("16 neurons, η = 1", 16, _HALF, 1.0),
    Detector("16 neurons, binary cross-entropy, η = 0.5", 16, _BINARY, 0.5),
    Detector("the same, η = 0.1, a 4 counts nine times", 16, _BINARY, 0.1, fours=9.0),
)


def four_or_not(digits: Dataset) -> Dataset:
    """Digits with two classes: not a 4, and a 4."""
    fours = (digits.targets == 4).astype(np.int64)
    return replace(digits, targets=fours, class_names=("not a 4", "4"), name=f"{digits.name}: 4?")


def learned_fours(size: Size) -> dict[str, Any]:
    """For each detector its counts at 0.5 and the area, a seed each; the first seed's curve."""
    pair = digits_of(size.source)
    training, test = four_or_not(pair.train), four_or_not(pair.test)
    truth = test.targets == 1
    found: list[dict[str, Any]] = []
    for detector in DETECTORS[: size.most(9)]:
        scores = [_scores(detector, training, test, s, size) for s in range(size.most(SEEDS))]
        curves = [roc(one, truth) for one in scores]
        found.append(
            {
                "name": detector.name,
                "counts": [at_threshold(one, truth, 0.5) for one in scores],
                "area": [area(*curve) for curve in curves],
                "curve": _thinned(*curves[0]),
            }
        )
    return {"examples": len(test), "fours": int(truth.sum()), "detectors": found}


def _scores(detector: Detector, training: Dataset, test: Dataset, seed: int, size: Size) -> Column:
    """The output for each test image."""
    recipe = Recipe(
        cost=detector.cost,
        optimiser="sgd",
        learning_rate=detector.learning_rate,
        class_weights=(1.0, detector.fours),
        batch_size=10,
        epochs=size.most(5),
        engine=size.engine,
        seed=seed,
    )
    widths = [training.features, detector.hidden, 1]
    network = Network.create(widths, "sigmoid", seed=seed, biases=detector.biases)
    run = train(network, training, recipe)
    return np.asarray(run.network.predict(test.inputs)[:, 0], np.float64)


def at_threshold(scores: Column, truth: Truth, threshold: float) -> dict[str, int]:
    """How many are found, missed, taken for a 4 wrongly, and left alone rightly."""
    said = scores >= threshold
    return {
        "found": int((said & truth).sum()),
        "missed": int((~said & truth).sum()),
        "false": int((said & ~truth).sum()),
        "left": int((~said & ~truth).sum()),
    }


def roc(scores: Column, truth: Truth) -> tuple[Column, Column]:
    """The shares of others and of 4s at or above each threshold, from (0, 0) to (1, 1)."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    found = np.cumsum(truth[order])[ends]
    wrong = ends + 1 - found
    zero = np.zeros(1)
    return (
        np.concatenate([zero, wrong / max(1, (~truth).sum())]),
        np.concatenate([zero, found / max(1, truth.sum())]),
    )


def area(wrong: Column, found: Column) -> float:
    """The area below the curve: how often a 4 scores higher than another digit."""
    return float((np.diff(wrong) * (found[1:] + found[:-1]) / 2).sum())


def _thinned(wrong: Column, found: Column) -> list[list[float]]:
    """So many points of a curve, dense where it is steep."""
    at = np.concatenate([[0.0], np.geomspace(1e-4, 1, POINTS)])
    return [at.tolist(), np.interp(at, wrong, found).tolist()]
