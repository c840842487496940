"""The digits of four-equations' program: training images divided by 255, test images not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.papers.experiments.column_network import BRIGHTEST, ColumnNetwork
from chainrule.papers.experiments.experiment_options import ExperimentOptions

__all__ = ["ProgramDigits", "ProgramScore"]

Array = NDArray[np.float64]
Images = NDArray[np.uint8] | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProgramDigits:
    """The digits as the program has them, in float64.

    Args:
        train: training images from 0 to 255, one a row, (n, 784); the program divides its batches.
        targets: one-hot, (n, 10).
        test: test images from 0 to 255, one a row, (m, 784).
        test_targets: one-hot, (m, 10).
    """

    train: Images
    targets: Array
    test: Images
    test_targets: Array

    @classmethod
    def from_options(cls, options: ExperimentOptions) -> ProgramDigits:
        """Returns the digits of an experiment."""
        train, test = options.digits.train, options.digits.test
        one_hot = (np.eye(d.outputs)[d.targets] for d in (train, test))
        return cls(_brightness(train), next(one_hot), _brightness(test), next(one_hot))

    def scaled_test(self) -> Array:
        """The test images divided by 255 as well, which the program leaves out."""
        return self.test / BRIGHTEST

    def judge(self, network: ColumnNetwork, x: Images) -> ProgramScore:
        """Returns what the program's network reaches on test images.

        They go through it as the columns of one matrix and not one by one, which changes the sum
        of their costs by rounding alone.
        """
        y, outputs = self.test_targets.T, network.outputs(x.T)
        right = outputs.argmax(axis=0) == y.argmax(axis=0)
        return ProgramScore(network.cost(outputs, y) / len(x), float(right.mean()))


def _brightness(digits: Dataset) -> Images:
    """Images from 0 to 255, (n, pixels)."""
    stored = digits.inputs
    if stored.dtype == np.uint8:
        return np.asarray(stored)
    return np.asarray(stored.astype(np.float64) * digits.scale * BRIGHTEST)


@dataclass(frozen=True)
class ProgramScore:
    """What a network reaches on the test images.

    Args:
        loss: the mean of ½‖a - y‖².
        accuracy: the fraction that is recognised.
    """

    loss: float
    accuracy: float
