from __future__ import annotations

import math

import pytest

from chainrule.evaluation.number_format import (
    count_text,
    fraction_text,
    number_text,
    percent_text,
    short_name,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "-"),
        (0.0, "0.00 %"),
        (1e-9, "<0.01 %"),
        (0.5, "50.00 %"),
        (0.99994, "99.99 %"),
        (0.999951, ">99.99 %"),
        (1 - 1e-16, ">99.99 %"),
        (1.0, "100.00 %"),
    ],
)
def test_only_all_reads_as_100_and_only_nothing_as_0(share: float | None, text: str) -> None:
    assert percent_text(share) == text


def test_digits_after_the_point_can_be_chosen() -> None:
    assert percent_text(0.12345, 1) == "12.3 %"
    assert percent_text(0.9999, 0) == ">99 %"
    assert fraction_text(0.5, 1) == "0.5"


def test_what_is_not_defined_reads_as_a_dash() -> None:
    assert fraction_text(None) == number_text(None) == number_text(math.nan) == "-"
    assert number_text(math.inf) == "infinite"
    assert number_text(1234567.0) == "1.23457e+06"
    assert count_text(1234567) == "1,234,567"


@pytest.mark.parametrize("most", range(4, 12))
def test_a_short_name_keeps_its_ends_and_never_exceeds_its_room(most: int) -> None:
    text = short_name("Übergrößenträger 12", most)
    assert len(text) == most
    assert text.startswith("Ü")
    assert text.endswith("2")
    assert short_name("abcd", most) == "abcd"


def test_a_name_stays_on_one_line() -> None:
    assert short_name("two\nlines\tand more", 40) == "two lines and more"
