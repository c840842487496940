from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import erf, mp, mpf, sqrt

from chainrule.errors import InputError
from chainrule.evaluation.wilson import Z_95, wilson_interval


def test_z_leaves_two_and_a_half_per_cent_above() -> None:
    with mp.workdps(40):
        above = (1 - erf(mpf(Z_95) / sqrt(2))) / 2
        assert abs(above - mpf("0.025")) < mpf("1e-16")


@pytest.mark.parametrize(("successes", "n"), [(1, 3), (50, 100), (9822, 10_000), (1, 10**9)])
def test_the_ends_solve_the_equation_that_defines_them(successes: int, n: int) -> None:
    low, high = wilson_interval(successes, n)
    with mp.workdps(50):
        for end in (mpf(low), mpf(high)):
            off = (mpf(successes) / n - end) / sqrt(end * (1 - end) / n)
            assert abs(abs(off) - mpf(Z_95)) < mpf("1e-6")
    assert low < successes / n < high


def test_one_of_two_by_hand() -> None:
    # z = 1: middle (1/2 + 1/4) / (3/2) = 1/2, half-width √(1/8 + 1/16) / (3/2) = √3/6.
    low, high = wilson_interval(1, 2, z=1.0)
    assert low == pytest.approx(0.5 - math.sqrt(3) / 6, abs=1e-15)
    assert high == pytest.approx(0.5 + math.sqrt(3) / 6, abs=1e-15)


def test_none_and_all_are_no_certainty() -> None:
    z2 = Z_95**2
    assert wilson_interval(0, 10) == (0.0, pytest.approx(z2 / (10 + z2), abs=1e-15))
    assert wilson_interval(10, 10) == (pytest.approx(10 / (10 + z2), abs=1e-15), 1.0)
    assert wilson_interval(0, 1)[1] == pytest.approx(z2 / (1 + z2))


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_lies_within_0_and_1_around_the_share_and_mirrors(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson_interval(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert low < high
    assert wilson_interval(n - successes, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(successes: int, n: int) -> None:
    with pytest.raises(InputError) as caught:
        wilson_interval(successes, n)
    assert str(caught.value) == (
        "wilson_interval: expected a count of successes from 0 to n, with n of at least 1, "
        f"got {successes} of {n}."
    )
