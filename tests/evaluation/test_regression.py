from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import (
    mean_absolute_error,
    median_absolute_error,
    r2_score,
    root_mean_squared_error,
)

from chainrule.evaluation.predictions import OutputBlock
from chainrule.evaluation.regression import (
    OutputMetrics,
    OutputScores,
    output_metrics,
    output_scores,
    residuals,
    scores_table,
)

TARGETS = np.array([[1.0, 5.0], [3.0, 5.0], [5.0, 5.0]])
OUTPUTS = np.array([[1.0, 5.0], [4.0, 5.0], [3.0, 8.0]])
BLOCKS = [
    OutputBlock(slice(0, 2), OUTPUTS[:2], np.array([0.0, 1.0])),
    OutputBlock(slice(2, 4), OUTPUTS[2:], np.array([13.0])),
]


def test_all_blocks_are_gathered() -> None:
    found = residuals(BLOCKS, TARGETS, np.array([0.25, 0.25, 0.5]))
    assert found.absolute.tolist() == [[0.0, 0.0], [1.0, 0.0], [2.0, 3.0]]
    assert found.cost == 0.25 + 6.5


def test_the_figures_of_each_output_by_hand() -> None:
    first, second = output_metrics(residuals(BLOCKS, TARGETS, np.ones(3)))
    assert first.mean_absolute_error == 1.0
    assert first.root_mean_squared_error == pytest.approx(math.sqrt(5 / 3))
    assert first.r_squared == pytest.approx(1 - 5 / 8)
    assert second == OutputMetrics(1.0, pytest.approx(math.sqrt(3)), None)


def scores_of(outputs: np.ndarray, targets: np.ndarray) -> tuple[OutputScores, ...]:
    block = OutputBlock(slice(0, len(targets)), outputs, np.zeros(len(targets)))
    found = residuals([block], targets, np.ones(len(targets)))
    return output_scores(found, output_metrics(found))


def test_the_scores_are_scikit_learn_s() -> None:
    random = np.random.default_rng(0)
    targets = random.standard_normal((50, 2)) * (1, 100)
    outputs = targets + random.standard_normal((50, 2)) * (0.5, 80)
    for column, scores in enumerate(scores_of(outputs, targets)):
        pair = targets[:, column], outputs[:, column]
        assert scores.r_squared.value == pytest.approx(r2_score(*pair))
        assert scores.mean_absolute_error.value == pytest.approx(mean_absolute_error(*pair))
        assert scores.root_mean_squared_error.value == pytest.approx(root_mean_squared_error(*pair))
        assert scores.median_absolute_error.value == pytest.approx(median_absolute_error(*pair))


def test_the_intervals_hold_the_true_values() -> None:
    random, held = np.random.default_rng(1), np.zeros(4)
    # y = x + e with deviations 2 and 1: R² is 4/5, |e| has the median 0.6745 and the mean √(2/π)
    true = (0.8, math.sqrt(2 / math.pi), 1.0, float(norm.ppf(0.75)))
    for _ in range(200):
        x, error = 2 * random.standard_normal((80, 1)), random.standard_normal((80, 1))
        (scores,) = scores_of(x, x + error)
        for k, name in enumerate(OutputScores.__dataclass_fields__):
            low, high = getattr(scores, name).interval
            held[k] += low <= true[k] <= high
    assert (held >= 180).all()


def test_outputs_without_any_error_have_no_intervals_of_their_errors() -> None:
    targets = np.arange(8.0).reshape(8, 1)
    (scores,) = scores_of(targets, targets)
    assert (scores.r_squared.value, scores.r_squared.interval) == (1.0, None)
    assert (scores.mean_absolute_error.value, scores.mean_absolute_error.interval) == (0.0, None)
    assert scores.median_absolute_error.interval == (0.0, 0.0)


def test_the_table_names_the_output_if_there_are_several() -> None:
    both = scores_of(OUTPUTS, TARGETS)
    assert [row[0] for row in scores_table(both[:1]).rows] == [
        "R²",
        "mean absolute error",
        "root mean squared error",
        "median absolute error",
    ]
    assert scores_table(both).rows[4] == ("R² of output 2", "-", "-")


def test_targets_that_are_all_alike_have_no_r_squared_however_their_mean_rounds() -> None:
    targets = np.full((10, 1), 0.1)
    block = OutputBlock(slice(0, 10), np.full((10, 1), 0.1), np.zeros(10))
    (figures,) = output_metrics(residuals([block], targets, np.ones(10)))
    assert figures == OutputMetrics(0.0, 0.0, None)


def test_targets_too_great_to_square_give_no_warning() -> None:
    targets = np.array([[1e200], [-1e200]])
    block = OutputBlock(slice(0, 2), np.zeros((2, 1)), np.zeros(2))
    found = residuals([block], targets, np.ones(2))
    (figures,) = output_metrics(found)
    assert figures.mean_absolute_error == 1e200
    assert figures.root_mean_squared_error == math.inf
    (scores,) = output_scores(found, (figures,))
    assert scores.root_mean_squared_error.interval is None
