from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.evaluation.predictions import OutputBlock
from chainrule.evaluation.regression import OutputMetrics, output_metrics, residuals

TARGETS = np.array([[1.0, 5.0], [3.0, 5.0], [5.0, 5.0]])
OUTPUTS = np.array([[1.0, 5.0], [4.0, 5.0], [3.0, 8.0]])
BLOCKS = [
    OutputBlock(slice(0, 2), OUTPUTS[:2], np.array([0.0, 1.0])),
    OutputBlock(slice(2, 4), OUTPUTS[2:], np.array([13.0])),
]


def test_sums_run_over_all_blocks() -> None:
    sums = residuals(BLOCKS, TARGETS, np.array([0.25, 0.25, 0.5]))
    assert sums.absolute.tolist() == [3.0, 3.0]
    assert sums.squared.tolist() == [5.0, 9.0]
    assert sums.cost == 0.25 + 6.5


def test_the_figures_of_each_output_by_hand() -> None:
    first, second = output_metrics(residuals(BLOCKS, TARGETS, np.ones(3)), TARGETS)
    assert first.mean_absolute_error == 1.0
    assert first.root_mean_squared_error == pytest.approx(math.sqrt(5 / 3))
    assert first.r_squared == pytest.approx(1 - 5 / 8)
    assert second == OutputMetrics(1.0, pytest.approx(math.sqrt(3)), None)


def test_targets_that_are_all_alike_have_no_r_squared_however_their_mean_rounds() -> None:
    targets = np.full((10, 1), 0.1)
    block = OutputBlock(slice(0, 10), np.full((10, 1), 0.1), np.zeros(10))
    (figures,) = output_metrics(residuals([block], targets, np.ones(10)), targets)
    assert figures == OutputMetrics(0.0, 0.0, None)


def test_targets_too_great_to_square_give_no_warning() -> None:
    targets = np.array([[1e200], [-1e200]])
    block = OutputBlock(slice(0, 2), np.zeros((2, 1)), np.zeros(2))
    (figures,) = output_metrics(residuals([block], targets, np.ones(2)), targets)
    assert figures.mean_absolute_error == 1e200
    assert figures.root_mean_squared_error == math.inf
