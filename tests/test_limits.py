"""What a limit lets through, and the words it says no with."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import InputError, UnknownNameError
from chainrule.limits import Limit, check_record, limited, limits_of


def _colours() -> tuple[str, ...]:
    return ("red", "green")


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(float, ""), "a number"),
        (Limit(int, "", 1), "a whole number at least 1"),
        (Limit(float, "", 0, low_open=True), "a number above 0"),
        (Limit(float, "", high=1), "a number at most 1"),
        (Limit(float, "", high=1, high_open=True), "a number below 1"),
        (Limit(float, "", 0, 1, high_open=True), "a number at least 0 and below 1"),
        (Limit(float, "", 0.25, 1e-8), "a number at least 0.25 and at most 1e-08"),
        (
            Limit(int, "", 0, 2**63 - 1, optional=True),
            "a whole number at least 0 and at most 9223372036854775807 or none",
        ),
        (Limit(bool, ""), "true or false"),
        (Limit(str, ""), "a string"),
        (Limit(str, "", choices=_colours), "one of red, green"),
        (Limit(str, "", choices=_colours, optional=True), "one of red, green or none"),
    ],
)
def test_constraint_in_words(limit: Limit, words: str) -> None:
    assert limit.constraint() == words


@pytest.mark.parametrize(
    ("limit", "given", "normal"),
    [
        (Limit(int, ""), 3, 3),
        (Limit(int, ""), 3.0, 3),
        (Limit(int, ""), np.int64(3), 3),
        (Limit(int, ""), Fraction(6, 2), 3),
        (Limit(float, ""), 3, 3.0),
        (Limit(float, ""), np.float32(0.5), 0.5),
        (Limit(float, ""), np.array(0.5), 0.5),
        (Limit(float, ""), -1e300, -1e300),
        (Limit(float, "", 0, 1), 0, 0.0),
        (Limit(float, "", 0, 1), 1, 1.0),
        (Limit(float, "", 0, 1, low_open=True), 5e-324, 5e-324),
        (Limit(int, "", 0, 2**63 - 1), 2**63 - 1, 2**63 - 1),
        (Limit(bool, ""), False, False),
        (Limit(str, ""), "", ""),
        (Limit(str, "", choices=_colours), "green", "green"),
        (Limit(float, "", optional=True), None, None),
        (Limit(str, "", choices=_colours, optional=True), None, None),
    ],
)
def test_what_fits_comes_back_in_its_normal_type(limit: Limit, given: Any, normal: Any) -> None:
    checked = limit.check("f", "x", given)
    assert checked == normal
    assert type(checked) is type(normal)


@pytest.mark.parametrize(
    ("limit", "given"),
    [
        (Limit(int, ""), 3.5),
        (Limit(int, ""), True),
        (Limit(int, ""), "3"),
        (Limit(int, ""), None),
        (Limit(int, ""), [3]),
        (Limit(int, ""), b"3"),
        (Limit(int, ""), math.inf),
        (Limit(float, ""), math.nan),
        (Limit(float, ""), math.inf),
        (Limit(float, ""), -math.inf),
        (Limit(float, ""), 10**400),
        (Limit(float, ""), 2**53 + 1),  # float64 cannot hold it
        (Limit(float, ""), 1 + 0j),
        (Limit(float, ""), False),
        (Limit(float, ""), np.array([0.5])),
        (Limit(float, "", 0), -5e-324),
        (Limit(float, "", 0, low_open=True), 0),
        (Limit(float, "", 0, low_open=True), -0.0),
        (Limit(float, "", high=1), 1.0000000000000002),
        (Limit(float, "", high=1, high_open=True), 1),
        (Limit(int, "", 0, 2**63 - 1), 2**63),
        (Limit(bool, ""), 1),
        (Limit(str, ""), 7),
        (Limit(bool, "", optional=True), "none"),
    ],
)
def test_what_does_not_fit_is_refused(limit: Limit, given: Any) -> None:
    with pytest.raises(InputError) as caught:
        limit.check("f", "x", given)
    assert caught.value.argument == "x"
    assert caught.value.value is given


def test_a_refusal_says_the_constraint_the_value_and_the_meaning() -> None:
    limit = Limit(float, "step size of the update", 0, low_open=True)
    with pytest.raises(InputError) as caught:
        limit.check("Recipe", "learning_rate", -1)
    assert str(caught.value) == (
        "Recipe: expected learning_rate to be a number above 0, got -1 (int). "
        "learning_rate: step size of the update."
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("gren", "got 'gren' (str). Did you mean 'green'? Valid names: green, red."),
        ("blue", "got 'blue' (str). This name is unknown. Valid names: green, red."),
        (7, "got 7 (int). This name is unknown. Valid names: green, red."),
        (["red"], "got ['red'] (list). Did you mean 'red'? Valid names: green, red."),
        (None, "got None (NoneType). This name is unknown. Valid names: green, red."),
    ],
)
def test_an_unknown_choice_gets_the_nearest(given: Any, text: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Limit(str, "", choices=_colours).check("f", "colour", given)
    assert str(caught.value) == f"f: expected a name for colour, {text}"
    assert caught.value.argument == "colour"


_BOUNDS = st.none() | st.floats(-100, 100)


@given(
    value=st.floats() | st.integers(-200, 200) | st.booleans() | st.text() | st.none(),
    low=_BOUNDS,
    high=_BOUNDS,
    low_open=st.booleans(),
    high_open=st.booleans(),
    optional=st.booleans(),
)
def test_a_number_passes_just_when_it_is_within(
    value: Any,
    low: float | None,
    high: float | None,
    low_open: bool,
    high_open: bool,
    optional: bool,
) -> None:
    limit = Limit(float, "", low, high, low_open=low_open, high_open=high_open, optional=optional)
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if fits and low is not None:
        fits = value > low if low_open else value >= low
    if fits and high is not None:
        fits = value < high if high_open else value <= high
    if fits or (value is None and optional):
        assert limit.check("f", "x", value) == value
    else:
        with pytest.raises(InputError):
            limit.check("f", "x", value)


@given(st.integers(-(10**30), 10**30))
def test_whole_numbers_of_any_size_stay_themselves(value: int) -> None:
    assert Limit(int, "").check("f", "x", value) == value


@dataclass(frozen=True)
class _Record:
    rate: float = limited(1, Limit(float, "how fast", 0))
    colour: str = limited("red", Limit(str, "how bright", choices=_colours))
    note: str = field(default="free")

    def __post_init__(self) -> None:
        check_record(self, "Record")


def test_a_limit_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Limit(int, "").low = 3  # type: ignore[misc]


def test_limits_of_a_record_come_in_the_order_of_its_fields() -> None:
    assert list(limits_of(_Record)) == ["rate", "colour"]
    assert limits_of(_Record()) == limits_of(_Record)
    assert limits_of(_Record)["rate"].meaning == "how fast"


def test_a_record_is_checked_and_stored_in_normal_form() -> None:
    record = _Record(rate=2, note="anything")
    assert (record.rate, record.colour, record.note) == (2.0, "red", "anything")
    assert type(record.rate) is float
    assert type(_Record().rate) is float  # a default is normalised too
    with pytest.raises(FrozenInstanceError):
        record.rate = 3.0  # type: ignore[misc]


def test_a_record_out_of_its_limits_is_not_made() -> None:
    with pytest.raises(InputError) as caught:
        _Record(rate=-1)
    assert str(caught.value) == (
        "Record: expected rate to be a number at least 0, got -1 (int). rate: how fast."
    )
    with pytest.raises(UnknownNameError) as unknown:
        _Record(colour="rad")
    assert str(unknown.value) == (
        "Record: expected a name for colour, got 'rad' (str). Did you mean 'red'? "
        "Valid names: green, red."
    )
