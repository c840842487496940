"""What kernels are given: records of arrays, which compiled code can take as they are."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

__all__ = ["Course", "Examples", "Space", "Stretch", "Work"]

Array = NDArray[Any]


class Examples(NamedTuple):
    """The training set in working form: CSR where `indptr` is not empty, else dense rows."""

    indptr: Array  # (n + 1,) int64
    indices: Array  # (non-zeros,) uint16 or int32
    values: Array  # (non-zeros,) as stored
    dense: Array  # (n, features) in the working type
    scale: float
    labels: Array  # (n,) int64; empty where targets are numbers
    numbers: Array  # (n, outputs) in the working type; empty where targets are classes
    weights: Array  # (n,) float64, mean 1; empty where all count alike


class Space(NamedTuple):
    """Where things lie, and the buffers; nothing is allocated in a step.

    Weights lie in a table, (rows, widest), with the biases in its last rows, one a layer.
    """

    widths: Array  # (depth + 1,)
    tops: Array  # (depth,) first row of each layer's weights
    bias_top: int  # row of the first layer's biases; -1 without
    activations: Array  # (depth,) codes
    z: Array  # (depth, batch, widest)
    a: Array
    slope: Array
    delta: Array
    y: Array  # (outputs,)
    g: Array  # (rows, widest)


class Course(NamedTuple):
    """What decides the steps."""

    cost: int
    huber: float
    update: int
    hyper: Array
    clip: float  # 0 for none
    is_weight: Array


class Stretch(NamedTuple):
    """Which steps to take: batches of one epoch."""

    order: Array  # (n,) the epoch's order of examples
    first: int  # the first batch
    after: int  # the batch after the last
    size: int  # examples a batch
    rates: Array  # (batches,) learning rate of each
    step: int  # steps done before


class Work(NamedTuple):
    """What the steps change in place."""

    theta: Array  # (rows, widest) working parameters
    state: Array  # (slots, rows · widest) the update's state
    sums: Array  # examples, cost, penalty, correct, last gradient's length of the epoch
