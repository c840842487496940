"""A training set as kernels take it: its non-zero inputs only, or dense rows."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.augmented_epochs import Mixing
from chainrule.engine.dataset_view import normalised_weights
from chainrule.equations.mixing import mix
from chainrule.kernels import Examples
from chainrule.network import Architecture
from chainrule.recipe import ClassWeights

__all__ = ["kernel_examples", "mix_targets"]

Array = NDArray[Any]

_DENSE_FRACTION = 0.5
"""Inputs with a greater fraction of non-zeros are kept dense: an index costs as much as a value."""

_ROWS = 4096
"""Rows searched for non-zeros at once, which bounds the memory."""

_CACHE: WeakKeyDictionary[Dataset, dict[Any, Examples]] = WeakKeyDictionary()
"""What was made for each data set: trainings side by side share it as long as the set exists."""


def kernel_examples(
    dataset: Dataset, architecture: Architecture, class_weights: ClassWeights | None
) -> Examples:
    """The examples as kernels take them; made once for each data set.

    Args:
        dataset: inputs, targets, weights.
        architecture: its number type is that of the computation.
        class_weights: how much an example of each class counts; None for all alike.
    """
    key, made = (architecture.dtype, class_weights), _CACHE.setdefault(dataset, {})
    if key not in made:
        made[key] = _make_examples(dataset, architecture.dtype, class_weights)
    return made[key]


def mix_targets(examples: Examples, dataset: Dataset, mixing: Mixing | None) -> Examples:
    """[X8] The examples with the targets of those that their inputs are mixed with.

    Args:
        examples: as kernels take them.
        dataset: where they come from.
        mixing: partners and weights; None without mixing.
    """
    if mixing is None:
        return examples
    partners, weights = mixing
    if dataset.classifies:
        return examples._replace(mixed_labels=examples.labels[partners], mixing_weights=weights)
    weight = weights.astype(examples.targets.dtype)
    targets = mix(examples.targets, examples.targets[partners], weight)
    return examples._replace(targets=targets)


def _make_examples(dataset: Dataset, dtype: str, class_weights: ClassWeights | None) -> Examples:
    weights = normalised_weights(dataset, class_weights)
    counts = np.concatenate([np.count_nonzero(block, axis=1) for block in _blocks(dataset.inputs)])
    none = np.zeros((0, 0), dtype)
    # Bytes stay bytes and are scaled by the kernels. Dense inputs are scaled here; their empty
    # arrays have the types that those of bytes have, so that one compilation serves both forms.
    if counts.sum() <= _DENSE_FRACTION * dataset.inputs.size:
        indptr, scale, dense = np.concatenate(([0], np.cumsum(counts))), dataset.scale, none
        indices, values = _non_zeros(dataset.inputs)
        if values.dtype != np.uint8:
            values = values.astype(dtype, copy=False)
    else:
        indptr, scale, dense = np.zeros(0, np.int64), 1.0, dataset.scaled_inputs(dtype=dtype)
        indices, values = np.zeros(0, np.uint16), np.zeros(0, np.uint8)
    return Examples(
        indptr=indptr,
        indices=indices,
        values=values,
        dense=dense,
        scale=scale,
        labels=np.array(dataset.targets) if dataset.classifies else np.zeros(0, np.int64),
        targets=none if dataset.classifies else dataset.targets.astype(dtype),
        weights=np.zeros(0) if weights is None else weights,
        mixed_labels=np.zeros(0, np.int64),
        mixing_weights=np.zeros(0),
    )


def _non_zeros(inputs: Array) -> tuple[Array, Array]:
    """Columns and values of all non-zeros, row after row."""
    column_type = np.uint16 if inputs.shape[1] <= 2**16 else np.int32
    columns, values = [], []
    for block in map(np.ravel, _blocks(inputs)):
        places = np.flatnonzero(block != 0)  # flat, as NumPy finds these much faster than pairs
        columns.append((places % inputs.shape[1]).astype(column_type))
        values.append(block[places])
    return np.concatenate(columns), np.concatenate(values)


def _blocks(inputs: Array) -> list[Array]:
    return [inputs[start : start + _ROWS] for start in range(0, len(inputs), _ROWS)]
