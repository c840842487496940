"""How well outputs do on a data set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.contract import Score
from chainrule.engine.dataset_view import DatasetView, normalised_weights
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import Cost, batch_cost
from chainrule.equations.output_error import output_cost
from chainrule.network import Architecture

__all__ = ["score_outputs"]

Array = NDArray[Any]


def score_outputs(
    architecture: Architecture,
    cost: Cost,
    dataset: Dataset,
    blocks: Iterable[tuple[Array, Array]],
) -> Score:
    """Cost and accuracy of the outputs of a data set.

    Args:
        architecture: of the network.
        cost: of one example.
        dataset: with the targets.
        blocks: z and a of the last layer, for one block of rows after the other.
    """
    weights = normalised_weights(dataset, None)
    working = DatasetView(dataset, architecture.layers[-1], architecture.dtype, weights)
    last = ACTIVATIONS[architecture.activations[-1]]
    total, correct, start = 0.0, 0, 0
    for z, a in blocks:
        rows = slice(start, start + len(z))
        with np.errstate(all="ignore"):
            c = output_cost(cost, last, z, a, working.targets(rows))
            total += float(batch_cost(c, working.shares(rows, len(dataset))))
        correct += working.correct(a, rows)
        start += len(z)
    return Score(len(dataset), total, correct / len(dataset) if dataset.classifies else None)
