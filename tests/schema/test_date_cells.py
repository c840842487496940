"""Texts that are dates."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.schema.date_cells import is_date, read_dates

_EPOCH = datetime.date(1970, 1, 1)


def _days(year: int, month: int, day: int) -> float:
    return float((datetime.date(year, month, day) - _EPOCH).days)


@pytest.mark.parametrize(
    ("text", "days", "storage"),
    [
        ("2020-03-04", _days(2020, 3, 4), "Y-m-d"),
        ("2020/3/4", _days(2020, 3, 4), "Y/m/d"),
        ("4.3.2020", _days(2020, 3, 4), "d.m.Y"),
        ("04. 03. 2020", _days(2020, 3, 4), "d.m.Y"),
        ("31.12.99", _days(1999, 12, 31), "d.m.Y"),
        ("31.12.20", _days(2020, 12, 31), "d.m.Y"),
        ("13/1/2020", _days(2020, 1, 13), "d/m/Y"),
        ("1/13/2020", _days(2020, 1, 13), "m/d/Y"),
        ("13-1-2020", _days(2020, 1, 13), "d-m-Y"),
        ("1-13-2020", _days(2020, 1, 13), "m-d-Y"),
        ("4 Mar 2020", _days(2020, 3, 4), "d Mon Y"),
        ("04-MAR-2020", _days(2020, 3, 4), "d Mon Y"),
        ("March 4, 2020", _days(2020, 3, 4), "d Mon Y"),
        ("2020-03-04 06:00", _days(2020, 3, 4) + 0.25, "Y-m-d"),
        ("2020-03-04T18:00:00Z", _days(2020, 3, 4) + 0.75, "Y-m-d"),
        ("2020-03-04T01:30:00+02:00", _days(2020, 3, 3) + 23.5 / 24, "Y-m-d"),
        ("2020-03-04 22:30:00 -0130", _days(2020, 3, 5), "Y-m-d"),
        ("13/1/2020 6:00 PM", _days(2020, 1, 13) + 0.75, "d/m/Y"),
        ("13/1/2020 12:00 am", _days(2020, 1, 13), "d/m/Y"),
        ("20200304", _days(2020, 3, 4), "Ymd"),
        ("20200304T180000", _days(2020, 3, 4) + 0.75, "Ymd"),
        ("20200304T20:00+0200", _days(2020, 3, 4) + 0.75, "Ymd"),
        ("2020-03-04 00:00:00.5", _days(2020, 3, 4) + 0.5 / 86400, "Y-m-d"),
    ],
)
def test_forms_of_dates(text, days, storage) -> None:
    found = read_dates([text])
    assert found.days.tolist() == [days]
    assert (found.storage, found.clock) == (storage, ":" in text or "T" in text)
    assert not found.ambiguous.any()
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2021-02-29", "32.1.2020", "13/13/2020", "2020-1-1 25:00", "2020-1-1 13:00 pm"),
        *(
            "2020-1-1 1:60",
            "4 Foo 2020",
            "1.2",
            "2020",
            "12:30",
            "20201301",
            "20200304T",
            "0000-00-00",
            "a",
            "2020-1/1",
        ),
    ],
)
def test_what_is_no_date(text) -> None:
    assert not is_date(text)
    assert np.isnan(read_dates([text]).days).all()


def test_the_column_decides_which_part_is_the_day() -> None:
    found = read_dates(["3/4/2020", "25/12/2020"])
    assert found.days[0] == _days(2020, 4, 3)
    found = read_dates(["3/4/2020", "12/25/2020"])
    assert found.days[0] == _days(2020, 3, 4)
    undecided = read_dates(["3/4/2020", "5/5/2020"])
    assert undecided.ambiguous.tolist() == [True, False]
    for hint, month in (("d/m/Y", 4), ("m/d/Y", 3)):
        found = read_dates(["3/4/2020"], hint=hint)
        assert not found.ambiguous.any()
        assert found.days[0] == _days(2020, month, 7 - month)
    assert not read_dates(["3-4-2020"], hint="d-m-Y").ambiguous.any()
    for hint in ("Y-m-d", "Y/m/d", "d.m.Y", "d Mon Y"):  # say nothing of such dates
        assert read_dates(["3/4/2020"], hint=hint).ambiguous.all()


@given(st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2300, 1, 1)))
def test_iso_dates_are_microseconds_to_the_bit(moment) -> None:
    microseconds = (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    text = moment.isoformat(" ", "microseconds")
    assert read_dates([text]).days.tolist() == [microseconds / 86_400_000_000]
