"""The records that kernels take: named arrays and numbers, which compiled code takes unchanged."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

__all__ = [
    "EPOCH_CORRECT",
    "EPOCH_COST",
    "EPOCH_EXAMPLES",
    "EPOCH_PENALTY",
    "LAST_GRADIENT_NORM",
    "Batch",
    "BatchChunk",
    "Buffers",
    "Examples",
    "KernelLayout",
    "PanelRows",
    "StepHyperparameters",
    "TaskPartition",
    "TaskQueue",
    "TrainingState",
    "UpdateHyperparameters",
    "Workspace",
]

Array = NDArray[Any]


class Examples(NamedTuple):
    """The training set in working form: CSR where `indptr` is not empty, else dense rows."""

    indptr: Array  # (n + 1,) int64
    indices: Array  # (non-zeros,) uint16 or int32
    values: Array  # (non-zeros,) as stored
    dense: Array  # (n, features) in the working type
    scale: float  # what the values are multiplied by
    labels: Array  # (n,) int64; empty if targets are numbers
    targets: Array  # (n, outputs) in the working type; empty if targets are classes
    weights: Array  # (n,) float64, mean 1; empty if all weigh the same
    mixed_labels: Array  # (n,) int64 labels of the examples' partners in mixup; empty without
    mixing_weights: Array  # (n,) float64 weights of the examples' own targets in the mixture


class KernelLayout(NamedTuple):
    """The shape of a network, and where its tensors lie in panels; see panels.py.

    The rows of a batch are a matrix for the inputs, number 0, and one for each layer, counted
    from 1.
    """

    widths: Array  # (depth + 1,)
    weight_starts: Array  # (depth,) where each layer's weights begin in the parameters
    bias_starts: Array  # (depth,) where its biases begin; -1 without
    gain_starts: Array  # (depth,) where its gains of batch normalisation begin; -1 without
    sum_starts: Array  # (depth,) where its neurons begin in the sums of batch normalisation
    matrix_starts: Array  # (depth + 1,) where its rows begin in z, a, derivative and delta
    activations: Array  # (depth,) codes
    capacity: int  # rows of a matrix, a multiple of 32


class Buffers(NamedTuple):
    """Room for one batch; nothing is allocated in a step."""

    z: Array  # flat, by the matrices of the layout; so are the five that follow
    a: Array
    derivative: Array  # of the activation, with the mask of dropout
    delta: Array
    delta_transposed: Array  # the batch lies along the columns
    normalised: Array  # sums of mean 0 and deviation 1, where layers are normalised
    norm_sums: Array  # (3, neurons) of batch_norm_tiles.py
    gradient: Array  # like the parameters
    zeros: Array  # (64,)
    output_rows: Array  # (threads, 4 · widest output) z, a, y and delta of one row at the output
    blocks: Array  # (threads, 16 · 32) of delta before it is transposed
    costs: Array  # (capacity,) float64, of each example
    correct: Array  # (capacity,) int64, 1 where the example is right
    probes: Array  # (threads,) NaN where a z was not finite


class TaskPartition(NamedTuple):
    """The tasks into which a batch's step is cut, the same for any number of threads."""

    tasks: Array  # (tasks, 4) int64: layer, first panel, first input and the one after the last
    sums: Array  # (tasks, 2) float64: each task's penalty, and square of its gradient's norm
    by_column: bool  # whether the first layer's gradient goes column by column of the inputs
    column_starts: Array  # (features + 1,) int64 where each column's entries begin in a batch
    column_rows: Array  # (most entries,) int32 rows of the batch with that column
    column_values: Array  # (most entries,) their inputs


class UpdateHyperparameters(NamedTuple):
    """Settings of the update rules and penalties, by their names in a recipe."""

    momentum: float
    decay: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    l1: float
    l2: float


class StepHyperparameters(NamedTuple):
    """What decides the steps of a training."""

    cost: int  # code
    huber_threshold: float
    update: int  # code
    settings: UpdateHyperparameters
    clip_norm: float  # 0 for none
    is_weight: Array  # like the parameters: 1 for a weight, else 0
    slots: int  # rows of the update's state; the row after them is the average's
    max_norm: float  # of a neuron's weights; 0 for any
    label_smoothing: float
    dropout_thresholds: Array  # (depth,) int64 the hashed number from which a neuron is kept
    dropout_scales: Array  # (depth,) float64 what a kept neuron is multiplied by


class BatchChunk(NamedTuple):
    """A group of consecutive batches of one epoch."""

    order: Array  # (n,) the epoch's order of examples
    first: int  # the first batch
    after: int  # the batch after the last
    batch_size: int
    rates: Array  # (batches,) learning rate of each
    steps_before: int  # steps of the training before the chunk
    part_size: int  # examples that go through the network at once
    mask_keys: Array  # (batches, depth) int64 of the dropout masks
    average_weights: Array  # (batches,) weight of each step in the average; 0 for no average yet


class Batch(NamedTuple):
    """A batch, or a part of one, on its way through the network."""

    rows: Array  # its examples
    offset: int  # the place of the first of them in the whole batch
    size: int  # examples of the whole batch
    mask_keys: Array  # (depth,) of the dropout masks
    rate: float  # learning rate of the step
    step: int  # the step's number, from 1
    needs_norm: bool  # whether the gradient's norm is needed before the step


class PanelRows(NamedTuple):
    """Some rows of one panel of a layer's matrix."""

    layer: int
    panel: int
    first: int  # the first row
    after: int  # the row after the last


class TrainingState(NamedTuple):
    """What the steps change in place."""

    theta: Array  # (n,) the parameters in panels
    update_state: Array  # (slots, n) the update's, and the average; (1, 0) without slots
    epoch_sums: Array  # (5,) float64, by the indices below


EPOCH_EXAMPLES, EPOCH_COST, EPOCH_PENALTY, EPOCH_CORRECT, LAST_GRADIENT_NORM = range(5)
"""Indices of the epoch's sums: costs and penalties weighted by examples, right answers."""


class TaskQueue(NamedTuple):
    """Threads that share the tasks of the same batches; see task_queue.py."""

    threads: int
    counters: Array  # (3,) int64


class Workspace(NamedTuple):
    """What a training's kernels read and write in each step."""

    examples: Examples
    layout: KernelLayout
    buffers: Buffers
    partition: TaskPartition
