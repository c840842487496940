"""Texts that are numbers, in the styles of many countries and programs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.schema.number_cells import is_number, read_numbers


@pytest.mark.parametrize(
    ("texts", "values", "storage"),
    [
        (["1", "-2.5", "+3e2", ".5", "7."], [1, -2.5, 300, 0.5, 7], ""),
        (["7,4", "3,25"], [7.4, 3.25], "decimal comma"),
        (["1.234,5", "12"], [1234.5, 12], "decimal comma"),
        (["1.234.567", "1,5"], [1234567, 1.5], "decimal comma"),
        (["1,234.5", "2,000"], [1234.5, 2000], "thousands commas"),
        (["1,234,567"], [1234567], "thousands commas"),
        (["1 234", "1 234 567,5"], [1234, 1234567.5], "decimal comma"),
        (["1\u00a0234", "1\u202f234.5"], [1234, 1234.5], ""),
        (["1'234.5", "1’234"], [1234.5, 1234], ""),
        (["12.5%", "3 %"], [0.125, 0.03], "per cent"),
        (["12,5 %", "7 %"], [0.125, 0.07], "decimal comma, per cent"),
        (["$1,200.50", "-$3.25", "$ 4.00"], [1200.5, -3.25, 4], "thousands commas, currency"),
        (["€5,50", "7,25 €", "8 EUR"], [5.5, 7.25, 8], "decimal comma, currency"),
        (["(1,234.5)", "−2.5"], [-1234.5, -2.5], "thousands commas"),
        (["1,5e3", "2,25E-2"], [1500, 0.0225], "decimal comma"),
        (["0,123", "12,000"], [0.123, 12], "decimal comma"),
    ],
)
def test_styles_of_numbers(texts, values, storage) -> None:
    found = read_numbers(texts)
    assert found.values.tolist() == values
    assert found.readable.all()
    assert not found.ambiguous.any()
    assert found.storage == storage


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "1_000", "0x10", "1 2", "1,23,4", "12,34,56", "1.2.3", "--1", "(1", "1)"),
        *("$1€", "nan", "٣", "1e5e5", "$", "1 234 56", "2020-01-01", "12a", "%"),
    ],
)
def test_what_is_no_number(text) -> None:
    found = read_numbers([text])
    assert not found.readable.any()
    assert np.isnan(found.values).all()
    assert not is_number(text)


def test_what_is_too_large_is_an_infinite_number() -> None:
    texts = ["inf", "-Infinity", "1e999", "-1,5e999"]
    assert read_numbers(texts).values.tolist() == [math.inf, -math.inf, math.inf, -math.inf]


def test_per_cents_are_the_nearest_numbers_to_their_hundredth_part() -> None:
    texts = [f"{k / 10}%" for k in range(1, 1000)]
    assert read_numbers(texts).values.tolist() == [float(f"{t[:-1]}e-2") for t in texts]


def test_one_mark_before_three_digits_is_decided_by_others() -> None:
    assert read_numbers(["1.234"]).values.tolist() == [1.234]
    assert read_numbers(["1.234"], hint=",").values.tolist() == [1234]
    assert read_numbers(["1.234"], hint=".").values.tolist() == [1.234]
    assert read_numbers(["1.234"], before=",").ambiguous.all()
    assert read_numbers(["1,234"]).ambiguous.all()
    assert read_numbers(["1,234"], hint=",").values.tolist() == [1.234]
    assert read_numbers(["1,234"], before=",").values.tolist() == [1.234]
    assert read_numbers(["1,234"], before=".").values.tolist() == [1234]
    assert not read_numbers(["1,234"], before=".").ambiguous.any()
    assert read_numbers(["1,234", "0,5"]).values.tolist() == [1.234, 0.5]
    assert not read_numbers(["12"], before=",").ambiguous.any()


def test_the_mark_that_most_texts_need_counts_in_a_mixed_column() -> None:
    found = read_numbers(["7,4", "7.5", "3,2"])
    assert found.decimal == ","
    assert found.readable.tolist() == [True, False, True]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_pythons_own_texts_keep_every_bit(value) -> None:
    found = read_numbers([repr(value)])
    assert found.values.tobytes() == np.float64(value).tobytes()
    assert math.isfinite(found.values[0])


@given(st.floats(-1e15, 1e15), st.sampled_from(["{:,.4f}", "{:,.1f}"]))
def test_thousands_marks_and_decimal_commas_change_no_bit(value, form) -> None:
    english = form.format(value)
    german = english.translate(str.maketrans(",.", ".,"))
    due = float(english.replace(",", ""))
    assert read_numbers([english]).values.tolist() == [due]
    assert read_numbers([german]).values.tolist() == [due]


def test_lakhs_and_crores_of_india() -> None:
    found = read_numbers(["12,34,567.5", "₹1,20,000", "-1,00,00,000"])
    assert found.values.tolist() == [1234567.5, 120000, -10_000_000]
    assert (found.decimal, found.decided) == (".", True)
    assert not found.ambiguous.any()
