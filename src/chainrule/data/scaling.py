"""Scaling of features, by statistics of the training set alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset
from chainrule.errors import ShapeError, unknown_name

__all__ = ["SCALINGS", "Scaling"]

SCALINGS = ("standard", "range")
_ROWS = 4096
# A feature that varies by less cannot be divided by its spread.
_LEAST_SPREAD = 1e-290


@dataclass(frozen=True, eq=False)
class Scaling:
    """What to subtract from each feature, and what to multiply the difference by.

    Args:
        shift: (features,) float64.
        factor: (features,) float64.

    Example:
        >>> train = Dataset(np.array([[0.0, 7.0], [10.0, 7.0]]), np.array([0, 1]))
        >>> Scaling.fit(train, "range").apply(train).inputs.tolist()
        [[0.0, 0.0], [1.0, 0.0]]
    """

    shift: NDArray[np.float64]
    factor: NDArray[np.float64]

    @classmethod
    def fit(cls, dataset: Dataset, kind: str = "standard") -> Scaling:
        """The scaling that fits a data set, which is the training part.

        A feature that is the same everywhere becomes 0. Sample weights are not looked at.

        Args:
            dataset: the training part.
            kind: "standard" for mean 0 and standard deviation 1 (over n), "range" for 0 to 1.

        Raises: UnknownNameError.
        """
        if kind not in SCALINGS:
            raise unknown_name("Scaling.fit", "a scaling", kind, SCALINGS, argument="kind")
        low, high = (edge.astype(np.float64) * dataset.scale for edge in _edges(dataset))
        # Halves, as the difference of the largest numbers would overflow.
        half = high / 2 - low / 2
        varies = half > _LEAST_SPREAD
        half[~varies] = 0.5
        if kind == "range":
            return cls(low, np.where(varies, 0.5 / half, 1.0))
        middle = low / 2 + high / 2
        mean, deviation = _moments(dataset, middle, half)
        shift = np.where(varies, middle + half * mean, low)
        return cls(shift, np.where(varies, 1 / (half * np.where(varies, deviation, 1)), 1.0))

    def apply(self, dataset: Dataset) -> Dataset:
        """The data set with its features scaled; float64 stays float64, all else is float32.

        Raises: ShapeError if the number of features is another, DataError if a value
            becomes too large to store.
        """
        if dataset.features != len(self.shift):
            raise ShapeError(
                "Scaling.apply",
                expected=f"a data set of {len(self.shift)} features",
                got=str(dataset.features),
                why="The scaling was fitted to data of another shape",
                argument="dataset",
            )
        stored = dataset.inputs.dtype if dataset.inputs.dtype == np.float64 else np.float32
        scaled = np.empty(dataset.inputs.shape, stored)
        with np.errstate(over="ignore"):
            for rows, values in _blocks(dataset):
                scaled[rows] = (values - self.shift) * self.factor
        return replace(dataset, inputs=scaled, scale=1.0)


def _edges(dataset: Dataset) -> tuple[NDArray[Any], NDArray[Any]]:
    return dataset.inputs.min(axis=0), dataset.inputs.max(axis=0)


def _blocks(dataset: Dataset) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The inputs as the network sees them, in float64, some rows at a time."""
    for first in range(0, len(dataset), _ROWS):
        rows = slice(first, first + _ROWS)
        yield rows, dataset.scaled_inputs(rows)


def _moments(
    dataset: Dataset, middle: NDArray[np.float64], half: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of (x - middle) / half, which lies between -1 and 1."""
    mean = sum(((x - middle) / half).sum(axis=0) for _, x in _blocks(dataset)) / len(dataset)
    squares = (np.square((x - middle) / half - mean).sum(axis=0) for _, x in _blocks(dataset))
    return mean, np.sqrt(sum(squares) / len(dataset))
