"""Schedules: ends, drops and shapes."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.equations.schedules import SCHEDULES, Clock, ScheduleSettings, count_drops, warm_up


def _rate(
    name: str, clock: Clock, course: ScheduleSettings | None = None, eta0: float = 0.8
) -> float:
    rate: float = SCHEDULES[name].rate(eta0, clock, course or ScheduleSettings())
    return rate


def _at(step: int, epoch: int = 0, drops: int = 0) -> Clock:
    return Clock(epoch=epoch, step=step, steps=1000, drops=drops)


def test_table_names_eight_schedules_in_the_order_of_their_ids() -> None:
    names = ["constant", "step", "exponential", "cosine", "one_cycle", "plateau"]
    assert list(SCHEDULES) == [*names, "cosine_restarts", "rise"]
    assert [s.equation for s in SCHEDULES.values()] == [f"S{i}" for i in range(1, 9)]
    assert all(s.name == name and s.formula for name, s in SCHEDULES.items())


def test_what_is_left_out_is_the_usual() -> None:
    assert (Clock(1, 2, 3).drops, Clock(1, 2, 3).fraction) == (0, 0)
    course = ScheduleSettings()
    assert (course.factor, course.every, course.final, course.warmup) == (0.5, 10, 0, 0.3)
    assert (course.cycle, course.growth) == (10, 1)


def test_records_cannot_be_changed() -> None:
    for record, name in (
        (_at(1), "step"),
        (ScheduleSettings(), "factor"),
        (SCHEDULES["step"], "name"),
    ):
        with pytest.raises(AttributeError):
            setattr(record, name, 0)


def test_constant_never_changes() -> None:
    assert {_rate("constant", _at(s, epoch=s // 10, drops=3)) for s in range(1001)} == {0.8}


@pytest.mark.parametrize(
    ("epoch", "rate"), [(0, 0.8), (2, 0.8), (3, 0.2), (5, 0.2), (6, 0.05), (9, 0.0125)]
)
def test_step_drops_every_k_epochs(epoch: int, rate: float) -> None:
    assert _rate("step", _at(7, epoch), ScheduleSettings(factor=0.25, every=3)) == pytest.approx(
        rate
    )


def test_exponential_drops_every_epoch() -> None:
    rates = [
        _rate("exponential", _at(7, epoch), ScheduleSettings(factor=0.5)) for epoch in range(4)
    ]
    assert rates == [0.8, 0.4, 0.2, 0.1]


def test_plateau_drops_when_told() -> None:
    rates = [_rate("plateau", _at(7, 9, drops), ScheduleSettings(factor=0.5)) for drops in range(4)]
    assert rates == [0.8, 0.4, 0.2, 0.1]


@pytest.mark.parametrize(
    ("final", "step", "rate"),
    [
        (0.0, 0, 0.8),
        (0.0, 500, 0.4),
        (0.0, 1000, 0.0),
        (0.25, 0, 0.8),
        (0.25, 500, 0.5),
        (0.25, 1000, 0.2),
        (0.25, 250, 0.2 + 0.6 * 0.5 * (1 + math.sqrt(0.5))),
    ],
)
def test_cosine_by_hand(final: float, step: int, rate: float) -> None:
    assert _rate("cosine", _at(step), ScheduleSettings(final=final)) == pytest.approx(
        rate, abs=1e-16
    )


@pytest.mark.parametrize(
    ("step", "rate"),
    [
        (0, 0.8 / 25),
        (100, (0.8 / 25 + 0.8) / 2),  # half of the way up
        (200, 0.8),
        (600, (0.8 + 0.08) / 2),  # half of the way down
        (1000, 0.08),
    ],
)
def test_one_cycle_by_hand(step: int, rate: float) -> None:
    course = ScheduleSettings(final=0.1, warmup=0.2)
    assert _rate("one_cycle", _at(step), course) == pytest.approx(rate, rel=1e-14)


def test_one_cycle_rises_to_its_top_and_then_sinks() -> None:
    rates = [_rate("one_cycle", _at(s), ScheduleSettings(warmup=0.3)) for s in range(1001)]
    assert max(rates) == rates[300] == 0.8
    assert all(a < b for a, b in pairwise(rates[:301]))
    assert all(a > b for a, b in pairwise(rates[300:]))


def test_cosine_sinks_all_the_way() -> None:
    rates = [_rate("cosine", _at(s)) for s in range(1001)]
    assert all(a > b for a, b in pairwise(rates))


@given(
    name=st.sampled_from(list(SCHEDULES)),
    eta0=st.floats(1e-6, 100),
    step=st.integers(0, 1000),
    course=st.builds(
        ScheduleSettings,
        factor=st.floats(0.01, 1),
        every=st.integers(1, 20),
        final=st.floats(0, 1),
        warmup=st.floats(0.01, 0.99),
        cycle=st.integers(1, 20),
        growth=st.floats(1, 3),
    ),
)
def test_no_rate_is_above_the_base_or_below_0(
    name: str, eta0: float, step: int, course: ScheduleSettings
) -> None:
    rate = _rate(name, _at(step, epoch=step // 100, drops=step // 300), course, eta0)
    assert 0 <= rate <= eta0 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("costs", "patience", "min_delta", "drops"),
    [
        ([], 2, 0.0, 0),
        ([5.0], 1, 0.0, 0),
        ([5, 4, 3, 2, 1], 1, 0.0, 0),
        ([5, 5], 1, 0.0, 1),
        ([5, 4, 4, 4, 3], 2, 0.0, 1),
        ([5, 5, 5, 5, 5], 2, 0.0, 2),  # the wait starts anew after a drop
        ([5, 6, 4, 6, 6], 2, 0.0, 1),  # a lower cost ends the wait
        ([5, 6, 4.5, 6, 4.75], 2, 0.0, 1),  # lower than the last, not than the best
        ([5, 4.5], 1, 0.5, 1),  # to sink by just the least is not enough
        ([5, 4.75, 4.25, 4.0], 1, 0.5, 2),
        ([math.nan, 1.0], 2, 0.0, 0),
        ([math.nan, math.nan, 1.0], 2, 0.0, 1),
    ],
)
def test_count_drops_by_hand(
    costs: list[float], patience: int, min_delta: float, drops: int
) -> None:
    assert count_drops(costs, patience, min_delta) == drops


def test_the_least_sinking_counts_where_nothing_is_said() -> None:
    assert count_drops([1.0, 1.0 - 1e-12], patience=1) == 0


@given(costs=st.lists(st.floats(0, 10)), patience=st.integers(1, 5))
def test_drops_never_go_back(costs: list[float], patience: int) -> None:
    counts = [count_drops(costs[:n], patience) for n in range(len(costs) + 1)]
    assert all(b - a in (0, 1) for a, b in pairwise(counts))
    assert counts[-1] <= len(costs) // patience


@pytest.mark.parametrize(
    ("costs", "patience", "cooldown", "drops"),
    [
        ([5, 5, 5, 5, 5, 5, 5], 2, 0, 3),
        ([5, 5, 5, 5, 5, 5], 2, 2, 1),  # two waited for, a drop; two cool; one waited for
        ([5, 5, 5, 5, 5, 5, 5], 2, 2, 2),
        ([5, 5, 5, 5, 5, 5, 5], 1, 1, 3),  # every other epoch
        ([5, 5, 5, 4, 4, 4, 4], 2, 3, 1),  # progress while it cools leaves it cooling
        ([5, 5, 5, 4, 4, 4, 4], 2, 1, 2),
    ],
)
def test_what_cools_down_is_not_waited_for(
    costs: list[float], patience: int, cooldown: int, drops: int
) -> None:
    assert count_drops(costs, patience, cooldown=cooldown) == drops


def _in_cycles(epoch: int, share: float, course: ScheduleSettings) -> float:
    return _rate("cosine_restarts", Clock(epoch, 0, 1, fraction=share), course)


def test_cosine_restarts_by_hand() -> None:
    course = ScheduleSettings(final=0.25, cycle=2, growth=2)  # cycles of 2, 4 and 8 epochs
    half, quarter = 0.5, 0.2 + 0.6 * 0.5 * (1 + math.sqrt(0.5))
    beginnings = [_in_cycles(epoch, 0.0, course) for epoch in (0, 2, 6, 14)]
    assert beginnings == [0.8] * 4
    middles = [_in_cycles(epoch, 0.0, course) for epoch in (1, 4, 10)]
    assert middles == pytest.approx([half] * 3, rel=1e-14)
    found = [_in_cycles(0, 0.5, course), _in_cycles(3, 0.0, course), _in_cycles(8, 0.0, course)]
    assert found == pytest.approx([quarter] * 3, rel=1e-14)


def test_cosine_restarts_that_do_not_grow_repeat() -> None:
    course = ScheduleSettings(cycle=3)
    for epoch in range(3):
        found = {_in_cycles(epoch + 3 * k, 0.25, course) for k in range(5)}
        assert max(found) - min(found) < 1e-15
    assert _in_cycles(2, 0.999, course) < 1e-3


def test_cosine_restarts_in_cycles_of_no_whole_epochs() -> None:
    course = ScheduleSettings(cycle=1, growth=1.5)  # 1, then 1.5: the third cycle begins at 2.5
    assert _in_cycles(2, 0.5, course) == 0.8
    assert _in_cycles(1, 0.75, course) == pytest.approx(0.4, rel=1e-14)


def test_rise_by_hand() -> None:
    rates = [_rate("rise", _at(s), ScheduleSettings(final=1e-4)) for s in (0, 250, 500, 1000)]
    assert rates == pytest.approx([0.8e-4, 0.8e-3, 0.8e-2, 0.8], rel=1e-12)


def test_warm_up_by_hand() -> None:
    assert [warm_up(0.8, e, 2.0) for e in (0.5, 1, 2, 2.5, 9)] == [0.2, 0.4, 0.8, 0.8, 0.8]
    assert warm_up(0.8, 0.25, 0.0) == 0.8
