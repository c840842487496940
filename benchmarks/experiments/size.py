"""How much of an experiment is computed: all of it, or as little as shows that it works."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.data.sources import load_dataset

__all__ = ["FULL", "Digits", "Size", "digits_of"]

Column = NDArray[np.float32]


@dataclass(frozen=True)
class Size:
    """How much to compute.

    Args:
        source: the digits, as `load_dataset` takes them.
        quick: whether to take two seeds, two values of each parameter and little else.
    """

    source: str = "mnist"
    quick: bool = False

    def most(self, count: int, few: int = 2) -> int:
        """A number of seeds, epochs or steps: as given, or few where it is to be quick."""
        return min(count, few) if self.quick else count

    @property
    def engine(self) -> str:
        """What computes: nothing is compiled for a quick one."""
        return "reference" if self.quick else "compiled"


FULL = Size()


@dataclass(frozen=True, eq=False)
class Digits:
    """Digits as arrays, for loops of NumPy.

    Args:
        x: pixels from 0 to 1, (n, pixels).
        y: one 1 a row, (n, classes).
        labels: the classes, (n,).
    """

    x: Column
    y: Column
    labels: NDArray[np.int64]

    @classmethod
    def of(cls, data: Dataset) -> Digits:
        """A data set in this form."""
        x = data.inputs.astype(np.float32) * np.float32(data.scale)
        return cls(x, np.eye(data.outputs, dtype=np.float32)[data.targets], data.targets)


@lru_cache(maxsize=2)
def digits_of(source: str) -> DatasetPair:
    """The digits, opened once."""
    return load_dataset(source)
