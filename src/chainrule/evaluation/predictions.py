"""The outputs of a network for a data set, the predicted classes, and the mistakes among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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

__all__ = [
    "ClassPredictions",
    "Mistake",
    "OutputBlock",
    "class_columns",
    "gather_predictions",
    "output_blocks",
    "surest_mistakes",
]

Array = NDArray[Any]
Column = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OutputBlock:
    """Outputs and costs of some rows of a data set.

    Args:
        rows: the rows of the data set.
        outputs: a of the last layer, (batch, n) float64.
        costs: c of each example, (batch,) float64.
    """

    rows: slice
    outputs: Column
    costs: Column


@dataclass(frozen=True, eq=False)
class ClassPredictions:
    """The predicted class of each example with its outputs; arrays are (n,) unless they say more.

    Args:
        truth: the class, a number from 0.
        predicted: the class with the greatest output, the first of equals.
        runner_up: the class with the second greatest output.
        confidence: the greatest output, unchanged even if the outputs do not sum to 1.
        runner_up_output: the output of the runner-up.
        truth_output: the output of the true class.
        squares: Σ_k (a_k - y_k)² over all classes.
        costs: the cost of the example.
        outputs: an output for each class, (n, classes); see `class_columns`.
    """

    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    runner_up: NDArray[np.int64]
    confidence: Column
    runner_up_output: Column
    truth_output: Column
    squares: Column
    costs: Column
    outputs: Column

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether the predicted class is the true one, (n,)."""
        return np.asarray(self.predicted == self.truth)


def output_blocks(network: Network, dataset: Dataset, cost: Cost) -> Iterator[OutputBlock]:
    """Yield the outputs and costs of a data set, block by block.

    Args:
        network: its last layer fits the targets.
        dataset: its stored inputs are multiplied by its own scale, as in training.
        cost: computed from z by the exact form of cost and output activation, if there is one.

    Raises: ShapeError, DataError if an output is NaN or infinite.
    """
    architecture = network.architecture
    view = DatasetView(dataset, architecture.layers[-1], architecture.dtype)
    last = ACTIVATIONS[architecture.activations[-1]]
    for start in range(0, len(dataset), BLOCK):
        rows = slice(start, start + BLOCK)
        # Overflow is found below and reported as an error.
        with np.errstate(all="ignore"):
            y = view.targets(rows)
            for z, a in network.outputs(view.inputs(rows)):
                c = output_cost(cost, last, z, a, y)
                yield OutputBlock(rows, _require_finite(a, start), c.astype(np.float64))


def _require_finite(a: Array, start: int) -> Column:
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


def gather_predictions(blocks: Iterable[OutputBlock], truth: NDArray[np.int64]) -> ClassPredictions:
    """Return the predicted class of each example with its outputs.

    Args:
        blocks: `output_blocks`.
        truth: the class of each example, (n,).
    """
    parts = [_predict(block, truth[block.rows]) for block in blocks]

    def joined(name: str) -> Array:
        return np.concatenate([getattr(part, name) for part in parts])

    return ClassPredictions(
        truth=joined("truth"),
        predicted=joined("predicted"),
        runner_up=joined("runner_up"),
        confidence=joined("confidence"),
        runner_up_output=joined("runner_up_output"),
        truth_output=joined("truth_output"),
        squares=joined("squares"),
        costs=joined("costs"),
        outputs=joined("outputs"),
    )


def class_columns(outputs: Column) -> Column:
    """Return one output for each class, (batch, classes): a single output a becomes 1 - a and a."""
    return np.hstack((1 - outputs, outputs)) if outputs.shape[1] == 1 else outputs


def _predict(block: OutputBlock, truth: NDArray[np.int64]) -> ClassPredictions:
    predicted, columns = predicted_classes(block.outputs), class_columns(block.outputs)
    each = np.arange(len(columns))
    others = columns.copy()
    others[each, predicted] = -np.inf
    runner_up = others.argmax(axis=1)
    truth_output = columns[each, truth]
    differences = columns.copy()
    differences[each, truth] -= 1
    return ClassPredictions(
        truth=truth,
        predicted=predicted,
        runner_up=runner_up,
        confidence=columns[each, predicted],
        runner_up_output=columns[each, runner_up],
        truth_output=truth_output,
        squares=np.square(differences).sum(axis=1),
        costs=block.costs,
        outputs=columns,
    )


@dataclass(frozen=True)
class Mistake:
    """One example that was classified incorrectly.

    Args:
        row: its row in the data set, from 0.
        truth: its class, a number from 0.
        predicted: the predicted class.
        runner_up: the class with the second greatest output.
        confidence: the output of the predicted class.
        runner_up_output: the output of the runner-up.
        truth_output: the output of the true class.
    """

    row: int
    truth: int
    predicted: int
    runner_up: int
    confidence: float
    runner_up_output: float
    truth_output: float

    @property
    def margin(self) -> float:
        """Difference between the outputs of the predicted class and of the runner-up."""
        return self.confidence - self.runner_up_output


def surest_mistakes(
    predictions: ClassPredictions, most: int, *, by_margin: bool = False
) -> tuple[Mistake, ...]:
    """Return the mistakes with the greatest confidence, the greatest first.

    Args:
        predictions: those of a whole data set.
        most: how many to return, at most.
        by_margin: whether to rank by the margin over the runner-up, for outputs that are no
            probabilities; else by confidence. The other of the two decides ties, then the row.
    """
    wrong = np.flatnonzero(predictions.predicted != predictions.truth)
    confidence = predictions.confidence[wrong]
    margin = confidence - predictions.runner_up_output[wrong]
    first, second = (margin, confidence) if by_margin else (confidence, margin)
    ranked = wrong[np.lexsort((wrong, -second, -first))][:most]
    return tuple(_mistake(predictions, int(row)) for row in ranked)


def _mistake(predictions: ClassPredictions, row: int) -> Mistake:
    return Mistake(
        row=row,
        truth=int(predictions.truth[row]),
        predicted=int(predictions.predicted[row]),
        runner_up=int(predictions.runner_up[row]),
        confidence=float(predictions.confidence[row]),
        runner_up_output=float(predictions.runner_up_output[row]),
        truth_output=float(predictions.truth_output[row]),
    )
