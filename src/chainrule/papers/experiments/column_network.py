"""four-equations' program as it is printed: its class, its loop and its test loss, in float64."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BATCH_SIZE",
    "BRIGHTEST",
    "RATE",
    "UPDATES",
    "WIDTHS",
    "ColumnNetwork",
    "ProgramState",
    "run_program",
]

Array = NDArray[np.float64]
Images = NDArray[np.uint8] | NDArray[np.float64]

WIDTHS = (784, 392, 196, 10)
UPDATES = 200
BATCH_SIZE = 32
RATE = 0.003
BRIGHTEST = 255
"""By which the program divides the training images, but not the test images."""

_SPREAD = 0.01
"""Weights and biases are drawn from 0 to this number."""


class _Gradients(NamedTuple):
    """The derivatives of one example's cost, a matrix and a column for each layer."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]


class ColumnNetwork:
    """The paper's class: examples are columns, all layers are sigmoids, the cost is ½‖a - y‖².

    Each method performs the operations of the printed one in their order. The line that begins the
    error of the last layer is read as the paper's equation (16) has it.

    Args:
        widths: of the layers, the inputs first.
        random: NumPy's legacy generator, which the program uses.
    """

    def __init__(self, widths: tuple[int, ...], random: np.random.RandomState) -> None:
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        for columns, rows in pairwise(widths):
            self.weights.append(random.rand(rows, columns) * _SPREAD)
            self.biases.append(random.rand(rows, 1) * _SPREAD)

    def outputs(self, x: Images) -> Array:
        """Returns the activations of the last layer.

        Args:
            x: an example a column, (inputs, n).

        Returns: (outputs, n).
        """
        return self._activations(x)[-1]

    def _activations(self, x: Images) -> list[Array]:
        """The inputs and the activations of each layer."""
        found = [np.asarray(x, np.float64)]
        for W, b in zip(self.weights, self.biases, strict=True):
            found.append(_sigmoid(np.dot(W, found[-1]) + b))
        return found

    def cost(self, a: Array, y: Array) -> float:
        """Returns the sum of the costs of examples.

        Args:
            a: outputs, (outputs, n).
            y: targets, (outputs, n).
        """
        return float(np.sum(0.5 * (a - y) ** 2))

    def gradients(self, x: Array, y: Array) -> _Gradients:
        """Returns the gradients of the cost of one example, by the paper's four equations.

        Args:
            x: (inputs, 1).
            y: (outputs, 1).
        """
        a = self._activations(x)
        delta = (a[-1] - y) * (a[-1] * (1 - a[-1]))
        errors: tuple[Array, ...] = (delta,)
        for W, own in zip(self.weights[:0:-1], a[-2:0:-1], strict=True):
            delta = np.dot(W.T, delta) * (own * (1 - own))
            errors = (delta, *errors)
        inputs = zip(errors, a[:-1], strict=True)
        return _Gradients(tuple(np.dot(error, before.T) for error, before in inputs), errors)

    def update(self, x: Array, y: Array, rate: float) -> None:
        """Subtracts the rate times the mean gradient of a batch, example after example.

        Args:
            x: (inputs, n).
            y: (outputs, n).
            rate: the learning rate.
        """
        sums = _Gradients(
            tuple(np.zeros(W.shape) for W in self.weights),
            tuple(np.zeros(b.shape) for b in self.biases),
        )
        for j in range(x.shape[1]):
            one = self.gradients(x[:, j : j + 1], y[:, j : j + 1])
            for total, own in zip(
                [*sums.weights, *sums.biases], [*one.weights, *one.biases], strict=True
            ):
                total += own
        for parameters, totals in ((self.weights, sums.weights), (self.biases, sums.biases)):
            for own, total in zip(parameters, totals, strict=True):
                own -= rate * (total / x.shape[1])


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.e**-x))


class ProgramState(NamedTuple):
    """The program between two updates.

    Args:
        updates: how many it has made.
        network: its network, which the next update changes in place.
        rows: the training images of the update that was made; none at the start.
    """

    updates: int
    network: ColumnNetwork
    rows: NDArray[np.int64]


def run_program(
    x: Images, y: Array, *, seed: int, updates: int = UPDATES
) -> Iterator[ProgramState]:
    """Runs the program, and stops before the first update and after each.

    Args:
        x: training images from 0 to 255, one a row, (n, 784).
        y: one-hot targets, (n, 10).
        seed: of NumPy's legacy generator; the paper sets none.
        updates: how many to make.
    """
    # The program draws from np.random, whose stream this legacy generator repeats.
    random = np.random.RandomState(seed)
    network = ColumnNetwork(WIDTHS, random)
    yield ProgramState(0, network, np.empty(0, np.int64))
    for number in range(1, updates + 1):
        rows = random.choice(len(x), BATCH_SIZE, replace=False)
        network.update((x[rows] / BRIGHTEST).T, y[rows].T, RATE)
        yield ProgramState(number, network, rows)
