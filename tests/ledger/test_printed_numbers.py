from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import InputError
from chainrule.ledger.files.printed_numbers import PrintedNumber, parse_printed


@pytest.mark.parametrize(
    ("text", "value", "unit", "digits"),
    [
        ("0.818", "0.818", "0.001", 3),
        ("-0.0440", "-0.044", "0.0001", 3),
        ("−3", "-3", "1", 1),
        ("+.5", "0.5", "0.1", 1),
        ("1.5e-3", "0.0015", "0.0001", 2),
        ("1.5E+2", "150", "10", 2),
        ("1.5·10⁻³", "0.0015", "0.0001", 2),
        ("1.5 × 10^-3", "0.0015", "0.0001", 2),
        ("81.8 %", "0.818", "0.001", 3),
        ("12 345.6", "12345.6", "0.1", 6),
        ("1'000", "1000", "1", 4),
        ("0", "0", "1", 0),
    ],
)
def test_forms_of_numbers(text, value, unit, digits) -> None:
    number = PrintedNumber.parse(text)
    assert (number.value, number.unit, number.digits) == (Fraction(value), Fraction(unit), digits)
    assert number.text == text


def test_a_fraction_has_no_last_digit() -> None:
    number = PrintedNumber.parse("-3/4")
    assert (number.value, number.unit, number.digits) == (Fraction(-3, 4), 0, 0)
    assert number.fits(-0.75, -0.75)
    assert not number.fits(-0.751, -0.751)
    assert number.decimals == 0


@pytest.mark.parametrize("text", ["", "x", "1,5", "1/0", "0.5.5", "1e9999", "--1", "1 0", "nan"])
def test_what_is_no_number(text) -> None:
    with pytest.raises(InputError) as caught:
        PrintedNumber.parse(text, "a.toml, line 3")
    assert str(caught.value) == (
        "a.toml, line 3: expected a number as it is printed, such as '0.818', '-3/4' or '81.8 %', "
        f"got {text!r}."
    )


def test_a_number_too_large_for_floats() -> None:
    with pytest.raises(InputError) as caught:
        PrintedNumber.parse("1e301")
    assert str(caught.value) == (
        "PrintedNumber: expected a number as it is printed, such as '0.818', '-3/4' or '81.8 %', "
        "got '1e301'. It is larger than 1e300."
    )


@pytest.mark.parametrize(
    ("text", "value", "rounded", "truncated"),
    [
        ("0.407", 0.40709, True, True),
        ("0.455", 0.45596, False, True),
        ("0.456", 0.45596, True, False),
        ("0.5", 0.45, True, False),  # a half may go either way
        ("0.4", 0.45, True, True),
        ("-0.033", -0.03379, False, True),
        ("-0.034", -0.03379, True, False),
        ("0.0", -0.04, True, True),
        ("0.0", 0.1, False, False),
        ("0.3", 0.1 + 0.2, True, True),
        ("150", 151.2, False, False),
        ("1.5e2", 151.2, True, True),
    ],
)
def test_rounded_and_cut_off(text, value, rounded, truncated) -> None:
    number = PrintedNumber.parse(text)
    assert number.is_rounded(value, value) == rounded
    assert number.is_truncated(value, value) == truncated
    assert number.fits(value, value) == (rounded or truncated)


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_what_is_rounded_is_seen_to_be(value, decimals) -> None:
    number = PrintedNumber.parse(f"{value:.{decimals}f}")
    assert number.is_rounded(value, value)
    assert number.least <= value <= number.most or number.is_rounded(value, value)
    assert number.decimals == decimals


@given(st.integers(-(10**9), 10**9), st.integers(0, 8))
def test_what_is_cut_off_is_seen_to_be(whole, decimals) -> None:
    value = whole / 10.0**decimals
    longer = value + (0.7 if value >= 0 else -0.7) / 10.0**decimals
    number = PrintedNumber.parse(f"{value:.{decimals}f}")
    assert number.is_truncated(longer, longer)
    assert not number.is_rounded(longer, longer)
    assert number.least <= longer <= number.most


def test_numbers_of_an_array() -> None:
    assert [n.text for n in parse_printed("1.5, 0,−2", 3)] == ["1.5", "0", "−2"]
    with pytest.raises(InputError) as caught:
        parse_printed("1.5, 0", 3, "a.toml, line 3")
    assert str(caught.value) == (
        "a.toml, line 3: expected 3 numbers with commas between them, got 2."
    )


def test_commas_group_the_digits_of_one_number() -> None:
    (number,) = parse_printed("-12,345.6", 1)
    assert (number.value, number.text) == (Fraction("-12345.6"), "-12,345.6")
    (number,) = parse_printed("1,234,567", 1)
    assert number.value == 1234567


@pytest.mark.parametrize(
    ("text", "decimals"),
    [("5e-324", 324), ("1.25e-400", 402), ("0.125", 3), ("81.8 %", 3), ("1e3", 0), ("1.5e1", 0)],
)
def test_decimals_of_any_power(text: str, decimals: int) -> None:
    assert PrintedNumber.parse(text).decimals == decimals
