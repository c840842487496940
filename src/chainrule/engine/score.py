"""Scores of outputs on a data set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.dataset_view import DatasetView, normalised_weights
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import Cost, batch_cost
from chainrule.equations.output_error import output_cost
from chainrule.network import Architecture

__all__ = ["Score", "score_outputs"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Score:
    """The scores of a network on a data set.

    Args:
        examples: number of examples.
        cost: the data term: the weighted mean of the examples' costs.
        accuracy: fraction of the examples that are classified correctly, 0 to 1; None if targets
            are numbers.
    """

    examples: int
    cost: float
    accuracy: float | None


def score_outputs(
    architecture: Architecture,
    cost: Cost,
    dataset: Dataset,
    blocks: Iterable[tuple[Array, Array]],
) -> Score:
    """Cost and accuracy of the outputs for a data set.

    Args:
        architecture: of the network.
        cost: of one example.
        dataset: the inputs' targets and sample weights.
        blocks: z and a of the last layer, for one block of rows after the other.
    """
    weights = normalised_weights(dataset, None)
    view = DatasetView(dataset, architecture.layers[-1], architecture.dtype, weights)
    last = ACTIVATIONS[architecture.activations[-1]]
    total, correct, start = 0.0, 0, 0
    for z, a in blocks:
        rows = slice(start, start + len(z))
        with np.errstate(all="ignore"):
            c = output_cost(cost, last, z, a, view.targets(rows))
            total += float(batch_cost(c, view.shares(rows, len(dataset))))
        correct += view.count_correct(a, rows)
        start += len(z)
    return Score(len(dataset), total, correct / len(dataset) if dataset.classifies else None)
