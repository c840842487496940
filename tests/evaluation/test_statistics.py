from __future__ import annotations

import math
from fractions import Fraction

import pytest

from chainrule.evaluation.statistics import (
    fold_p_value,
    fold_statistics,
    mcnemar_test,
    sample_statistics,
    t_quantile,
    welch_interval,
)


@pytest.mark.parametrize(
    ("freedom", "t"),
    [(1, 12.7062), (2, 4.30265), (3, 3.18245), (9, 2.26216), (10, 2.22814), (1000, 1.96234)],
)
def test_quantiles_of_the_table(freedom: int, t: float) -> None:
    assert t_quantile(freedom) == pytest.approx(t, abs=1e-5)


def test_another_share() -> None:
    assert t_quantile(5, 0.99) == pytest.approx(4.03214, abs=1e-5)


def test_one_measurement_has_no_spread() -> None:
    assert vars(sample_statistics([0.5])) == {
        "n": 1,
        "mean": 0.5,
        "deviation": None,
        "interval": None,
    }


def test_the_difference_of_two_means() -> None:
    first, second = sample_statistics([5.0, 6.0, 7.0]), sample_statistics([1.0, 2.0, 3.0])
    # Equal variances 1/3 each: four degrees of freedom, 4 -+ 2.77645 sqrt(2/3).
    assert welch_interval(first, second) == pytest.approx((1.73304, 6.26696), abs=1e-4)
    # Welch: variances 1/3 and 0.02/2; 2.118 degrees of freedom, which no table has.
    uneven = welch_interval(first, sample_statistics([1.9, 2.1]))
    assert uneven == pytest.approx((1.608794, 6.391206), abs=1e-4)
    assert welch_interval(sample_statistics([1.0]), second) is None
    assert welch_interval(sample_statistics([3.0, 3.0]), sample_statistics([1.0, 1.0])) == (
        2.0,
        2.0,
    )


def test_mcnemar_by_hand() -> None:
    assert mcnemar_test(0, 0).p == 1.0
    assert mcnemar_test(5, 5).p == 1.0
    assert mcnemar_test(0, 5).p == pytest.approx(0.0625, rel=1e-12)
    assert mcnemar_test(9, 1) == mcnemar_test(9, 1)
    assert mcnemar_test(9, 1).p == mcnemar_test(1, 9).p


def test_mcnemar_of_many() -> None:
    exact = Fraction(2 * sum(math.comb(2000, k) for k in range(901)), 2**2000)
    assert mcnemar_test(900, 1100).p == pytest.approx(float(exact), rel=1e-9)
    assert mcnemar_test(1000, 1000).p == 1.0


def test_the_interval_over_folds_is_wider_by_what_they_share() -> None:
    plain, found = sample_statistics([0.9, 0.8, 0.85]), fold_statistics([0.9, 0.8, 0.85], 0.5)
    assert plain.interval is not None
    assert found.interval is not None
    factor = math.sqrt((1 / 3 + 1 / 2) / (1 / 3))
    width = plain.interval[1] - plain.interval[0]
    assert found.interval[1] - found.interval[0] == pytest.approx(factor * width)
    assert fold_statistics([0.9], 0.5).interval is None


def test_the_test_over_folds_agrees_with_its_interval() -> None:
    differences = [0.02, 0.05, 0.01, 0.04]
    found = fold_statistics(differences, 1 / 3)
    assert found.interval is not None
    at_the_end = [value - found.interval[0] for value in differences]
    assert fold_p_value(at_the_end, 1 / 3) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("differences", "p"), [([0.1], None), ([0.0, 0.0], 1.0), ([0.1, 0.1], 0.0)]
)
def test_differences_without_a_deviation(differences, p) -> None:
    assert fold_p_value(differences, 0.5) == p
