"""Options of a paper's experiment: compute all of it, or only enough to show that it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset, DatasetPair, load_dataset

__all__ = ["DigitArrays", "ExperimentOptions", "ignore"]

QUICK_EXAMPLES = 2_000
"""Training images of a quick run: enough for every code path, and seconds of work."""


def ignore(_: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class ExperimentOptions:
    """How much to compute.

    Args:
        source: the digits, as `load_dataset` takes them.
        quick: whether to take two seeds, two values of each parameter and few examples. The
            results then show only that everything works.
        progress: called with a few words on the work under way.
    """

    source: str = "mnist"
    quick: bool = False
    progress: Callable[[str], object] = ignore

    def at_most(self, count: int, quick: int = 2) -> int:
        """Returns a number of seeds, epochs or steps: `count`, or fewer in a quick run."""
        return min(count, quick) if self.quick else count

    @property
    def is_complete(self) -> bool:
        """Whether everything is computed, on the digits that the papers used."""
        return self.source == "mnist" and not self.quick

    @property
    def examples(self) -> int | None:
        """The number of training images, or None for all."""
        return QUICK_EXAMPLES if self.quick else None

    @property
    def engine(self) -> str:
        """The engine: a quick run compiles nothing."""
        return "reference" if self.quick else "compiled"

    @cached_property
    def digits(self) -> DatasetPair:
        """The digits for training and test."""
        pair = load_dataset(self.source)
        if self.examples is None:
            return pair
        return DatasetPair(_first(pair.train, self.examples), _first(pair.test, self.examples))

    @cached_property
    def train_arrays(self) -> DigitArrays:
        """The training digits as arrays."""
        return DigitArrays.from_dataset(self.digits.train)

    @cached_property
    def test_arrays(self) -> DigitArrays:
        """The test digits as arrays."""
        return DigitArrays.from_dataset(self.digits.test)


def _first(dataset: Dataset, examples: int) -> Dataset:
    return dataset.subset(slice(examples))


@dataclass(frozen=True, eq=False)
class DigitArrays:
    """Digits as arrays, for loops in NumPy.

    Args:
        x: pixels from 0 to 1, (n, pixels).
        y: one-hot targets, (n, classes).
        labels: the classes, (n,).
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    labels: NDArray[np.int64]

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> DigitArrays:
        """Returns the examples of a dataset of classes."""
        x = dataset.inputs.astype(np.float32) * np.float32(dataset.scale)
        one_hot = np.eye(dataset.outputs, dtype=np.float32)[dataset.targets]
        return cls(x, one_hot, dataset.targets)

    def first(self, n: int) -> DigitArrays:
        """Returns the first n examples."""
        return DigitArrays(self.x[:n], self.y[:n], self.labels[:n])
