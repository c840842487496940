from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from chainrule.evaluation.estimates import (
    Estimate,
    estimate_cells,
    estimate_fraction,
    estimate_median,
    estimate_ratio,
    mean_influence,
)
from chainrule.evaluation.number_format import fraction_text
from chainrule.evaluation.wilson import Z_95, score_interval, wilson_interval


def test_a_plain_proportion_has_wilson_s_own_interval() -> None:
    right = np.array([True] * 70 + [False] * 30)
    found = estimate_fraction(0.7, (right - 0.7) / 100, 1000)
    assert found.interval == pytest.approx(wilson_interval(70, 100))


def test_examples_that_go_together_count_as_fewer() -> None:
    right = np.array([True] * 70 + [False] * 30)
    halves = (
        (right - 0.7) / 100 * math.sqrt(2)
    )  # each example twice: the variance is twice as large
    assert estimate_fraction(0.7, halves, 1000).interval == pytest.approx(score_interval(0.7, 50))


def test_a_figure_without_any_error_is_no_certainty() -> None:
    found = estimate_fraction(1.0, np.zeros(9), 9)
    assert found == Estimate(1.0, wilson_interval(9, 9))


@pytest.mark.parametrize("value", [1.0, 1.0 + 1e-15, 0.0, -1e-17])
def test_a_figure_at_its_end_is_none_that_rounding_moved(value: float) -> None:
    found = estimate_fraction(value, np.full(9, 1e-17), 9)
    assert found == Estimate(round(value), wilson_interval(9 * round(value), 9))


def test_the_effective_number_has_a_bound() -> None:
    assert estimate_fraction(0.5, np.full(4, 1e-9), 4).interval == score_interval(0.5, 4)


def test_the_interval_of_a_mean_above_0_by_hand() -> None:
    values = np.array([1.0, 2.0, 3.0])
    error = math.sqrt(((values / 6 - 1 / 3) ** 2).sum())
    found = estimate_ratio(2.0, mean_influence(values))
    assert found.interval == pytest.approx(
        (2 * math.exp(-Z_95 * error), 2 * math.exp(Z_95 * error))
    )


@pytest.mark.parametrize("value", [0.0, math.inf, math.nan])
def test_what_has_no_logarithm_has_no_interval(value: float) -> None:
    assert estimate_ratio(value, mean_influence(np.zeros(3))).interval is None


def test_one_example_gives_no_interval() -> None:
    assert estimate_ratio(2.0, mean_influence(np.array([2.0]))).interval is None


@pytest.mark.parametrize("n", [6, 7, 20, 101, 5000])
def test_the_interval_of_a_median_is_the_narrowest_that_is_sure_enough(n: int) -> None:
    values = np.random.default_rng(n).permutation(n).astype(float)
    found = estimate_median(values)
    assert found.value == np.median(values)
    assert found.interval is not None
    low, high = found.interval
    assert low == n - 1 - high
    assert binom.cdf(low, n, 0.5) <= 0.025 < binom.cdf(low + 1, n, 0.5)


def test_five_values_give_no_interval_of_their_median() -> None:
    assert estimate_median(np.array([5.0, 1, 2, 3, 4])) == Estimate(3.0, None)


def test_cells_of_a_table() -> None:
    assert estimate_cells(Estimate(0.5, (0.25, 0.75)), fraction_text) == (
        "0.5000",
        "0.2500 to 0.7500",
    )
    assert estimate_cells(Estimate(None, None), fraction_text) == ("-", "-")
