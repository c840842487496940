"""Records from plain values: what fits becomes a record, all else is refused by its name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from chainrule.errors import DataError
from chainrule.plain_records import read_record, read_value, require_finite


@dataclass(frozen=True)
class Point:
    """A place."""

    x: float
    y: float = 0.0


@dataclass(frozen=True)
class Whole:
    """A record with a field of each kind."""

    count: int
    name: str
    flag: bool
    points: tuple[Point, ...]
    pair: tuple[int, str]
    digests: Mapping[str, str]
    free: Mapping[str, Any]
    best: Point | None = None


GOOD: dict[str, Any] = {
    "count": 3,
    "name": "a",
    "flag": True,
    "points": [{"x": 1.5}, {"x": 2, "y": float("inf")}],
    "pair": [1, "b"],
    "digests": {"W[1]": "ab"},
    "free": {"any": [1, None]},
}


def test_a_record_of_every_kind_of_field() -> None:
    made = read_record(Whole, json.loads(json.dumps(GOOD)))
    assert made == Whole(
        3, "a", True, (Point(1.5), Point(2, float("inf"))), (1, "b"), {"W[1]": "ab"},
        {"any": [1, None]},
    )  # fmt: skip
    assert isinstance(made.points[1].x, int)  # written again, it has the same digits
    assert read_record(Whole, {**GOOD, "best": {"x": 1}}).best == Point(1)
    assert read_record(Whole, {**GOOD, "best": None}).best is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 1.0}, "count: expected a whole number, got 1.0 (float)."),
        ({"count": True}, "count: expected a whole number, got True (bool)."),
        ({"count": "1"}, "count: expected a whole number, got '1' (str)."),
        ({"count": 2**63}, "count: expected a whole number, got 9223372036854775808 (int)."),
        ({"name": 1}, "name: expected a text, got 1 (int)."),
        ({"flag": 1}, "flag: expected true or false, got 1 (int)."),
        ({"points": 1}, "points: expected a list, got 1 (int)."),
        ({"points": [{"x": "a"}]}, "points[0].x: expected a number, got 'a' (str)."),
        ({"points": [{"y": 1}]}, "points[0].x: expected a number, got none."),
        ({"points": [1]}, "points[0]: expected names with values, got 1 (int)."),
        ({"points": [{"x": 10**400}]}, "points[0].x: expected a number, got "),
        ({"pair": [1]}, "pair: expected 2 values, got 1."),
        ({"pair": [1, 2]}, "pair[1]: expected a text, got 2 (int)."),
        ({"digests": []}, "digests: expected names with values, got [] (list)."),
        ({"digests": {"W": 1}}, "digests.W: expected a text, got 1 (int)."),
        ({"best": 3}, "best: expected names with values, got 3 (int)."),
        (
            {"strange": 1},
            "Whole: expected no other entries than count, name, flag, points, pair, digests, free, "
            "best, got 'strange'. It was added, or the file was written by a newer chainrule.",
        ),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_record(Whole, {**GOOD, **change})
    assert str(caught.value).startswith(message)


def test_an_entry_that_is_missing_and_values_that_are_no_record() -> None:
    with pytest.raises(DataError, match="digests: expected an entry, got none"):
        read_record(Whole, {name: one for name, one in GOOD.items() if name != "digests"})
    with pytest.raises(DataError, match="place: expected names with values, got None"):
        read_value(Point, None, "place")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": [1.0, {"b": float("nan")}]}, r"all\.a\[1\]\.b: expected a finite number, got nan"),
        (float("inf"), "all: expected a finite number, got inf"),
    ],
)
def test_numbers_that_are_not_finite(values: Any, message: str) -> None:
    require_finite({"a": [1, "x", None, 2.5]}, "all")
    with pytest.raises(DataError, match=message):
        require_finite(values, "all")
