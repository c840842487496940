from __future__ import annotations

import pytest

from comparison.processes import PeerError
from comparison.rounds import Spread, measure_in_turn, ratio, spread


def test_all_take_turns_and_each_round_begins_with_another() -> None:
    called: list[tuple[str, int]] = []

    def action(name: str):
        def act(number: int) -> float:
            called.append((name, number))
            return float(number)

        return act

    turns = measure_in_turn(3, {name: action(name) for name in "abc"})
    assert "".join(name for name, _ in called) == "abcbcacab"
    assert [number for _, number in called] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert turns.taken == {name: [0.0, 1.0, 2.0] for name in "abc"}
    assert turns.failed == {}


def test_one_that_fails_is_left_out_from_then_on() -> None:
    asked = []

    def fails(number: int) -> float:
        asked.append(number)
        if number == 1:
            raise PeerError("took more than 1 s to epoch")
        return 1.0

    turns = measure_in_turn(4, {"good": float, "bad": fails})
    assert asked == [0, 1]
    assert turns.taken == {"good": [0.0, 1.0, 2.0, 3.0]}
    assert turns.failed == {"bad": "took more than 1 s to epoch"}


def test_nobody_at_all() -> None:
    assert measure_in_turn(2, {}).taken == {}


def test_the_spread_of_repeats() -> None:
    assert spread([4.0, 1.0, 2.0], 10.0) == Spread(20.0, 10.0, 40.0)


def test_what_is_common_to_a_round_cancels() -> None:
    quiet, disturbed = 1.0, 50.0
    ours = [quiet, disturbed, quiet]
    assert ratio([3 * t for t in ours], ours) == pytest.approx(3.0)
