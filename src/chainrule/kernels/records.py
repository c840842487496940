"""What kernels are given: records of arrays, which compiled code can take as they are."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

__all__ = [
    "Batch",
    "Buffers",
    "Course",
    "Examples",
    "Pieces",
    "Plan",
    "Stretch",
    "Team",
    "Work",
]

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
    others: Array  # (n,) int64 labels of those that examples are mixed with; empty without
    shares: Array  # (n,) float64 the examples' own shares in the mixture


class Plan(NamedTuple):
    """The shape of a network, and where its tensors lie; see panels.py for the layout.

    Sheet 0 is that of the inputs; a layer's is that of its number, counted from 1.
    """

    widths: Array  # (depth + 1,)
    tops: Array  # (depth,) where each layer's weights begin in the table
    biases: Array  # (depth,) where its biases do; -1 without
    gains: Array  # (depth,) where the gains of batch normalisation do; -1 without
    marks: Array  # (depth,) where its neurons begin in the sums
    sheets: Array  # (depth + 1,) where its rows begin in z, a, slope and delta
    activations: Array  # (depth,) codes
    capacity: int  # rows of a sheet, a multiple of 32


class Buffers(NamedTuple):
    """Room for one batch; nothing is allocated in a step."""

    z: Array  # flat, by sheets
    a: Array
    slope: Array
    delta: Array
    turned: Array  # delta with the batch along the columns
    normal: Array  # weighted sums of mean 0 and deviation 1, where layers are normalised
    sums: Array  # (3, neurons) 1 / deviation, sums of delta and of delta times normal
    g: Array  # like the table
    zeros: Array  # (32,)
    rows: Array  # (threads, 4 · widest output) z, a, y and delta of one row at the output
    block: Array  # (threads, 16 · 32)
    costs: Array  # (capacity,) float64, of each example
    rights: Array  # (capacity,) int64
    probes: Array  # (threads,) NaN where a z was not finite


class Pieces(NamedTuple):
    """The parts into which a batch's work is cut, whatever the number of threads."""

    tasks: Array  # (many, 4) int64: layer, first panel, first input and the one after the last
    parts: Array  # (many, 2) float64 of each task: penalty, square of the gradient's length
    by_column: bool  # whether the first layer's gradient goes column by column of the inputs
    starts: Array  # (features + 1,) int64 where the entries of each column begin in a batch
    entries: Array  # (most,) int32 rows of the batch with that column
    values: Array  # (most,) their inputs


class Course(NamedTuple):
    """What decides the steps."""

    cost: int
    huber: float
    update: int
    hyper: Array
    clip: float  # 0 for none
    is_weight: Array
    slots: int  # rows of the update's state; the next one is the average's
    longest: float  # of a neuron's weights; 0 for any length
    smoothing: float  # of the classes' targets
    silent: Array  # (depth,) int64 the hashed number from which a neuron speaks
    louder: Array  # (depth,) float64 what one that speaks is multiplied by


class Stretch(NamedTuple):
    """Which steps to take: batches of one epoch."""

    order: Array  # (n,) the epoch's order of examples
    first: int  # the first batch
    after: int  # the batch after the last
    size: int  # examples a batch
    rates: Array  # (batches,) learning rate of each
    step: int  # steps done before
    part: int  # examples that go through the network at once
    keys: Array  # (batches, depth) int64 of the dropout masks
    blends: Array  # (batches,) share of each step in the average


class Batch(NamedTuple):
    """A batch, or a part of one, on its way through the network."""

    rows: Array  # its examples
    place: int  # of the first of them in the whole batch
    many: int  # examples of the whole batch
    keys: Array  # (depth,) of the dropout masks
    rate: float  # learning rate of the step
    t: int  # the step's number, from 1
    whole: bool  # whether the whole gradient is needed before the step


class Work(NamedTuple):
    """What the steps change in place."""

    theta: Array  # (n,) working parameters: the table
    state: Array  # (slots, n) the update's state; (1, 0) without slots
    sums: Array  # examples, cost, penalty, correct, last gradient's length of the epoch


class Team(NamedTuple):
    """Threads that work through the same batches."""

    threads: int
    counters: Array  # (3,) int64: next task, threads arrived, meetings so far
