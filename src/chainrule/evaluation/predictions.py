"""What a network says to each example, in a few numbers an example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import DatasetView
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import Cost
from chainrule.equations.output_error import output_cost
from chainrule.errors import DataError
from chainrule.network import BLOCK, Network, predicted_classes

__all__ = ["Answers", "Block", "answered", "answers", "in_columns"]

Array = NDArray[Any]
Column = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Block:
    """Outputs and costs of some rows of a data set.

    Args:
        rows: which.
        outputs: a of the last layer, (batch, n) float64.
        costs: c of each example, (batch,) float64.
    """

    rows: slice
    outputs: Column
    costs: Column


@dataclass(frozen=True, eq=False)
class Answers:
    """What was answered to each example of a data set of classes; every array is (n,).

    Args:
        truth: the class, a number from 0.
        predicted: the class with the greatest output, the first of several.
        runner_up: the class with the greatest output of the others.
        confidence: the greatest output as it is, whether the outputs sum to 1 or not.
        runner_up_output: the runner-up's.
        truth_output: the true class's.
        squares: Σ_k (a_k - y_k)² over all classes.
        costs: the cost of the example.
    """

    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    runner_up: NDArray[np.int64]
    confidence: Column
    runner_up_output: Column
    truth_output: Column
    squares: Column
    costs: Column

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether the answer is right, (n,)."""
        return np.asarray(self.predicted == self.truth)


def answered(network: Network, dataset: Dataset, cost: Cost) -> Iterator[Block]:
    """Send a data set through a network, at most 1024 rows at once.

    Args:
        network: whose last layer fits the targets.
        dataset: its stored inputs are multiplied by its own scale, as in training.
        cost: computed from z by the pair's exact form where there is one.

    Raises: ShapeError, DataError where an output is NaN or infinite.
    """
    architecture = network.architecture
    working = DatasetView(dataset, architecture.layers[-1], architecture.dtype)
    last = ACTIVATIONS[architecture.activations[-1]]
    for start in range(0, len(dataset), BLOCK):
        rows = slice(start, start + BLOCK)
        # What overflows is found below and told in words.
        with np.errstate(all="ignore"):
            y = working.targets(rows)
            for z, a in network.outputs(working.inputs(rows)):
                c = output_cost(cost, last, z, a, y)
                yield Block(rows, _finite(a, start), c.astype(np.float64))


def _finite(a: Array, start: int) -> Column:
    good = np.isfinite(a).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise DataError(
            "evaluate",
            expected="finite outputs",
            got=f"{a[row][~np.isfinite(a[row])][0]} at row {start + row}",
            why="The network's sums are too large for its number type",
            remedy="Scale the inputs as in training",
            argument="dataset",
        )
    return a.astype(np.float64)


def answers(blocks: Iterable[Block], truth: NDArray[np.int64]) -> Answers:
    """What was answered, from the outputs.

    Args:
        blocks: `answered`.
        truth: the class of each example, (n,).
    """
    parts = [_answers(block, truth[block.rows]) for block in blocks]
    names = [field.name for field in fields(Answers)]
    return Answers(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def in_columns(outputs: Column) -> Column:
    """An output a class, (batch, classes): a single output a becomes 1 - a and a."""
    return np.hstack((1 - outputs, outputs)) if outputs.shape[1] == 1 else outputs


def _answers(block: Block, truth: NDArray[np.int64]) -> Answers:
    predicted, columns = predicted_classes(block.outputs), in_columns(block.outputs)
    each = np.arange(len(columns))
    others = columns.copy()
    others[each, predicted] = -np.inf
    runner_up = others.argmax(axis=1)
    truth_output = columns[each, truth]
    differences = columns.copy()
    differences[each, truth] -= 1
    return Answers(
        truth=truth,
        predicted=predicted,
        runner_up=runner_up,
        confidence=columns[each, predicted],
        runner_up_output=columns[each, runner_up],
        truth_output=truth_output,
        squares=np.square(differences).sum(axis=1),
        costs=block.costs,
    )
