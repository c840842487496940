"""What a network under training answers to the examples tried: costs, confusions, mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import DatasetView
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import forward
from chainrule.equations.costs import get_cost
from chainrule.equations.output_error import output_cost
from chainrule.evaluation import wilson_interval
from chainrule.network import Network, predicted_classes
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = ["TrainAnswers", "answer_all"]

Array = NDArray[Any]

_MOST_CLASSES = 26
"""Of a table of confusions that can still be read."""


@dataclass(frozen=True, eq=False)
class TrainAnswers:
    """The answers to a data set.

    Args:
        dataset: as the network takes it.
        activations: of each layer, (examples, neurons), the inputs first.
        costs: of each example, (examples,).
        predicted: the class that each gets, (examples,); None if targets are numbers.
    """

    dataset: Dataset
    activations: tuple[Array, ...]
    costs: NDArray[np.float64]
    predicted: NDArray[np.int64] | None

    @property
    def outputs(self) -> Array:
        """The last layer's activations, (examples, outputs)."""
        return self.activations[-1]

    @property
    def cost(self) -> float:
        """Their mean cost, weighted as the examples are; NaN or infinite where one is."""
        return float(np.average(self.costs, weights=self.dataset.sample_weights))

    def accuracy(self) -> dict[str, Any] | None:
        """Return how many are right, with Wilson's 95 % interval; None without classes."""
        if self.predicted is None:
            return None
        right, count = int((self.predicted == self.dataset.targets).sum()), len(self.dataset)
        low, high = wilson_interval(right, count)
        return {"right": right, "count": count, "share": right / count, "low": low, "high": high}

    def confusions(self) -> list[list[int]] | None:
        """Return the counts, rows of classes and columns of answers; None for many classes."""
        classes = len(self.dataset.class_names)
        if self.predicted is None or classes > _MOST_CLASSES:
            return None
        found = np.zeros((classes, classes), np.int64)
        np.add.at(found, (self.dataset.targets, self.predicted), 1)
        return found.tolist()

    def rows_of(self, target: int, answer: int) -> NDArray[np.int64]:
        """Return the examples of a class that get an answer, in their order."""
        assert self.predicted is not None, "asked for classes only"
        return np.flatnonzero((self.dataset.targets == target) & (self.predicted == answer))

    def worst(self, most: int) -> NDArray[np.int64]:
        """Return the examples of the greatest cost, the greatest first; of classes the mistakes."""
        rows = np.arange(len(self.dataset))
        if self.predicted is not None:
            rows = np.flatnonzero(self.predicted != self.dataset.targets)
        return rows[np.argsort(-self.costs[rows], kind="stable")[:most]]


def answer_all(network: Network, dataset: Dataset, recipe: Recipe) -> TrainAnswers:
    """Return what a network answers, computed by NumPy: no kernel has to be compiled.

    Args:
        network: that fits the data.
        dataset: as the network takes it.
        recipe: whose cost judges.
    """
    architecture = network.architecture
    view = DatasetView(dataset, architecture.layers[-1], architecture.dtype)
    rows = slice(0, len(dataset))
    with one_blas_thread(), np.errstate(all="ignore"):
        inputs = view.inputs(rows)
        sums, activations = forward(inputs, network.layers)
        costs = output_cost(
            get_cost(recipe.cost, recipe.huber_threshold),
            ACTIVATIONS[architecture.activations[-1]],
            sums[-1],
            activations[-1],
            view.targets(rows),
        )
    predicted = predicted_classes(activations[-1]) if dataset.classifies else None
    return TrainAnswers(dataset, (inputs, *activations), np.asarray(costs, np.float64), predicted)
