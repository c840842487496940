"""A training set in the working form of kernels: its non-zeros only, or dense rows."""

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

__all__ = ["DENSE_SHARE", "kernel_examples", "mix_targets"]

Array = NDArray[Any]

DENSE_SHARE = 0.5
"""Inputs with a greater share of non-zeros are kept dense."""

_ROWS = 4096
"""Rows searched for non-zeros at once, which bounds the memory."""


_KEPT: WeakKeyDictionary[Dataset, dict[Any, Examples]] = WeakKeyDictionary()
"""Trainings side by side share one form of their data, as long as these are there."""


def kernel_examples(
    dataset: Dataset, architecture: Architecture, class_weights: tuple[float, ...] | None
) -> Examples:
    """The examples as the kernels of a network take them; made once for a data set.

    Args:
        dataset: inputs, targets, weights.
        architecture: whose number type the computation has.
        class_weights: how much an example of each class counts.
    """
    key, kept = (architecture.dtype, class_weights), _KEPT.setdefault(dataset, {})
    if key not in kept:
        kept[key] = _made(dataset, architecture.dtype, class_weights)
    return kept[key]


def mix_targets(examples: Examples, dataset: Dataset, pairs: Mixing | None) -> Examples:
    """[X8] The examples with the targets of those that their inputs are mixed with.

    Args:
        examples: in working form.
        dataset: where they come from.
        pairs: partners and shares; None where nothing is mixed.
    """
    if pairs is None:
        return examples
    partners, shares = pairs
    if dataset.classifies:
        return examples._replace(mixed_labels=examples.labels[partners], mixing_weights=shares)
    share = shares.astype(examples.targets.dtype)
    numbers = mix(examples.targets, examples.targets[partners], share)
    return examples._replace(targets=numbers)


def _made(dataset: Dataset, dtype: str, class_weights: tuple[float, ...] | None) -> Examples:
    weights = normalised_weights(dataset, class_weights)
    inputs, none = dataset.inputs, np.zeros((0, 0), dtype)
    counts = np.count_nonzero(inputs, axis=1)
    labels = np.array(dataset.targets) if dataset.classifies else np.zeros(0, np.int64)
    numbers = none if dataset.classifies else dataset.targets.astype(dtype)
    kept = np.zeros(0) if weights is None else weights
    rest = (labels, numbers, kept, np.zeros(0, np.int64), np.zeros(0))
    if counts.sum() <= DENSE_SHARE * inputs.size:
        indptr = np.concatenate(([0], np.cumsum(counts)))
        indices, values = _non_zeros(inputs)
        if values.dtype != np.uint8:
            values = values.astype(dtype, copy=False)
        return Examples(indptr, indices, values, none, dataset.scale, *rest)
    dense = inputs.astype(dtype)
    if dataset.scale != 1.0:
        dense *= dataset.scale
    # Empty arrays of the types that bytes have: one compilation then serves both forms.
    indptr, indices, values = np.zeros(0, np.int64), np.zeros(0, np.uint16), np.zeros(0, np.uint8)
    return Examples(indptr, indices, values, dense, 1.0, *rest)


def _non_zeros(inputs: Array) -> tuple[Array, Array]:
    """Columns and values of all non-zeros, row after row."""
    small = np.uint16 if inputs.shape[1] <= 2**16 else np.int32
    columns, values = [], []
    for start in range(0, len(inputs), _ROWS):
        block = inputs[start : start + _ROWS]
        found = block != 0
        columns.append(np.nonzero(found)[1].astype(small))
        values.append(block[found])
    return np.concatenate(columns), np.concatenate(values)
