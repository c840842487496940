"""The operations on sixteen numbers as Python has them; a sweep holds compiled ones to the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.kernels.simd import (
    LANES,
    clip,
    load,
    load_float64,
    multiply,
    multiply_add,
    power_of_two,
    store,
    store_rounded,
    sum_lanes,
    where_positive,
    zero_lane,
)


def test_load_and_store_in_a_table_and_in_a_row():
    table = np.arange(64.0).reshape(2, 32)
    lanes = load(table, 1, 16)
    assert lanes.tolist() == list(range(48, 64))
    store(table, 0, 0, lanes)
    store(table[1], 0, 0, lanes)
    assert table[0, 0] == table[1, 0] == 48


def test_sums_and_products():
    lanes = np.arange(16.0)
    assert sum_lanes(lanes) == 120
    assert multiply_add(lanes, 2.0, lanes).tolist() == (3 * lanes).tolist()
    assert multiply(lanes, lanes)[15] == 225


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_beyond_the_end_of_a_row_stands_what_is_asked_for(dtype):
    row = np.arange(18, dtype=dtype)
    assert load_float64(row, 0, -1.0).tolist() == list(range(16))
    rest = load_float64(row, 16, -1.0)
    assert rest.dtype == np.float64
    assert rest.tolist() == [16, 17, *[-1] * (LANES - 2)]


def test_only_what_is_in_the_row_is_stored_and_it_is_rounded():
    row = np.zeros(18, "float32")
    store_rounded(row, 0, np.full(16, 0.1))
    store_rounded(row, 16, np.full(16, 0.2))
    assert row.tolist() == [*[float(np.float32(0.1))] * 16, *[float(np.float32(0.2))] * 2]


def test_choices_by_sign_and_bounds_and_place():
    z = np.array([-2.0, -0.0, 3.0, math.nan] * 4)
    assert where_positive(z, 1.0, 0.0)[:4].tolist() == [0, 0, 1, 0]
    assert clip(z, -1.0, 2.0)[:3].tolist() == [-1, 0, 2]
    assert math.isnan(clip(z, -1.0, 2.0)[3])
    assert zero_lane(np.ones(16), 3).tolist() == [1, 1, 1, 0, *[1] * 12]
    assert zero_lane(np.ones(16), -1).sum() == zero_lane(np.ones(16), 16).sum() == 16


def test_powers_of_two_by_the_exponents_bits():
    n = np.array([-1023.0, -1022, -1, 0, 1, 1023, 1024, 5] * 2)
    with np.errstate(over="ignore"):
        want = [0.0, 2.0**-1022, 0.5, 1.0, 2.0, 2.0**1023, math.inf, 32.0]
    assert power_of_two(n + 1.5 * 2.0**52)[:8].tolist() == want
