"""What depends on where in a training a step stands, by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.engine.history import EpochRecord, History
from chainrule.engine.position import Position
from chainrule.engine.training_schedule import TrainingSchedule, initial_state
from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES
from chainrule.recipe import Recipe

NOTHING = Position(np.zeros(1), np.zeros((0, 1)))


def timetable(examples: int = 100, **recipe: Any) -> TrainingSchedule:
    return TrainingSchedule(Recipe.from_dict({"batch_size": 8, "seed": 0, **recipe}), examples)


def at(table: TrainingSchedule, epoch: int, batch: int = 0) -> Position:
    """The position before a batch of an epoch."""
    step = sum(table.batches(before) for before in range(epoch)) + batch
    return replace(NOTHING, epoch=epoch, batch=batch, step=step)


GROWING = {"batch_size": 3, "batch_growth": 2.5, "batch_growth_every": 2, "epochs": 9}


def test_batches_that_do_not_grow() -> None:
    table = timetable(20, epochs=3)
    assert [table.size(epoch) for epoch in range(3)] == [8, 8, 8]
    assert [table.batches(epoch) for epoch in range(3)] == [3, 3, 3]
    assert (table.largest, table.steps, table.part(0)) == (8, 9, 8)
    assert [table.bounds(0, batch) for batch in range(3)] == [(0, 8), (8, 16), (16, 20)]


def test_batches_that_grow_by_hand() -> None:
    """3, 7.5, 18.75, 46.875 and then all 50 there are."""
    table = timetable(50, **GROWING)
    assert [table.size(epoch) for epoch in range(9)] == [3, 3, 7, 7, 18, 18, 46, 46, 50]
    assert [table.batches(epoch) for epoch in range(9)] == [17, 17, 8, 8, 3, 3, 2, 2, 1]
    assert table.largest == 50
    assert table.steps == 2 * (17 + 8 + 3 + 2) + 1
    assert table.bounds(2, 7) == (49, 50)
    assert table.bounds(6, 1) == (46, 50)


def test_a_size_grows_beyond_all_numbers_without_harm() -> None:
    assert timetable(50, batch_growth=1e300, batch_growth_every=1).size(10**4) == 50


def test_a_batch_is_at_most_all_examples() -> None:
    table = timetable(5, batch_size=64, epochs=4)
    assert (table.size(0), table.batches(0), table.steps, table.largest) == (5, 1, 4, 5)


def test_a_run_without_epochs_has_a_step_to_divide_by() -> None:
    assert timetable(epochs=0).steps == 1
    assert timetable(epochs=0, batch_growth=2).steps == 1
    assert timetable(epochs=0, batch_growth=2).largest == 8


@pytest.mark.parametrize(
    ("size", "accumulation", "part", "parts"),
    [
        (8, 1, 8, [(0, 8)]),
        (8, 2, 4, [(0, 4), (4, 8)]),
        (8, 3, 3, [(0, 3), (3, 6), (6, 8)]),
        (8, 5, 2, [(0, 2), (2, 4), (4, 6), (6, 8)]),
        (8, 100, 1, [(k, k + 1) for k in range(8)]),
    ],
)
def test_parts_by_hand(
    size: int, accumulation: int, part: int, parts: list[tuple[int, int]]
) -> None:
    table = timetable(batch_size=size, accumulation=accumulation)
    assert table.part(0) == part
    assert table.parts(0, size) == parts
    assert table.parts(0, 1) == [(0, 1)]


@given(
    examples=st.integers(1, 300),
    size=st.integers(1, 400),
    growth=st.floats(1, 4),
    every=st.integers(1, 3),
    accumulation=st.integers(1, 9),
    epoch=st.integers(0, 12),
)
def test_batches_and_parts_take_each_example_once(
    examples: int, size: int, growth: float, every: int, accumulation: int, epoch: int
) -> None:
    table = timetable(
        examples,
        batch_size=size,
        batch_growth=growth,
        batch_growth_every=every,
        accumulation=accumulation,
    )
    bounds = [table.bounds(epoch, batch) for batch in range(table.batches(epoch))]
    assert (bounds[0][0], bounds[-1][1]) == (0, examples)
    assert all(after == first for (_, after), (first, _) in pairwise(bounds))
    for first, after in bounds:
        parts = table.parts(epoch, after - first)
        assert [k for part in parts for k in range(*part)] == list(range(after - first))
        assert len(parts) <= accumulation


def test_the_rate_rises_from_0_while_it_is_warmed() -> None:
    table = timetable(40, learning_rate=0.8, warmup_epochs=1.6, epochs=4)  # five batches each
    first = table.rates(at(table, 0), range(5))
    second = table.rates(at(table, 1), range(5, 10))
    assert first == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5], rel=1e-14)
    assert second == pytest.approx([0.6, 0.7, 0.8, 0.8, 0.8], rel=1e-14)
    in_mid_epoch = table.rates(at(table, 1, 2), range(7, 10))
    assert in_mid_epoch == second[2:]


def test_warming_up_multiplies_the_schedule() -> None:
    how = {"schedule": "cosine", "epochs": 3, "learning_rate": 0.4}
    plain, warm = timetable(40, **how), timetable(40, **how, warmup_epochs=2.0)
    rates = plain.rates(at(plain, 0), range(5)), warm.rates(at(warm, 0), range(5))
    assert rates[1] == pytest.approx([r * (k + 1) / 10 for k, r in enumerate(rates[0])], rel=1e-14)


def test_restarts_begin_anew_in_mid_epoch_where_cycles_end_there() -> None:
    how = {"schedule": "cosine_restarts", "cycle_epochs": 1, "cycle_growth": 1.5}
    table = timetable(32, **how, epochs=4, learning_rate=0.8)
    rates = table.rates(at(table, 2), range(8, 12))  # four batches; 2.5 is where the third begins
    assert rates[2] == pytest.approx(0.8, rel=1e-12)
    assert rates[1] == pytest.approx(0.4 * (1 + math.cos(math.pi * 5 / 6)), rel=1e-12)


def test_the_clock_of_growing_batches_counts_their_steps() -> None:
    table = timetable(50, **GROWING, schedule="cosine", learning_rate=1.0)
    begun = at(table, 8)
    assert begun.step == table.steps - 1
    half = table.rates(at(table, 1, 13), [30])[0]  # 61 steps in all
    assert half == pytest.approx(0.5, abs=0.05)
    assert table.last_rate(replace(begun, batch=1, step=61)) == table.rates(begun, [60])[0]


@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_it_is_known_where_a_rate_is_one_for_a_whole_epoch(schedule: str) -> None:
    more = {"schedule": schedule, "final_factor": 0.1, "epochs": 30, "schedule_every": 2}
    table = timetable(40, **more)
    rates = table.rates(at(table, 4), range(20, 25))
    assert (len(set(rates)) == 1) == table.is_steady
    assert not timetable(40, **more, warmup_epochs=9.0).is_steady


def record(cost: float) -> EpochRecord:
    return EpochRecord(1, 0.0, 0.0, cost, 0.0, 0.0, "", {})


def test_a_plateau_cools_down_before_it_is_waited_for_again() -> None:
    history = tuple(record(5) for _ in range(6))
    for cooldown, rate in ((0, 0.25), (2, 0.5)):
        table = timetable(
            schedule="plateau", schedule_patience=2, schedule_cooldown=cooldown, learning_rate=1.0
        )
        assert table.rates(replace(NOTHING, history=History(history)), [0]) == [rate]


def test_shares_of_the_exponential_average_by_hand() -> None:
    table = timetable(40, averaging="ema", averaging_decay=0.75, averaging_start=0.25, epochs=4)
    found = [
        table.average_weight(at(table, epoch), 5 * epoch + k)
        for epoch in range(4)
        for k in range(5)
    ]
    assert found == [0.0] * 5 + [1.0] + [0.25] * 14
    has = [table.has_average(at(table, step // 5, step % 5)) for step in range(20)]
    assert has == [False] * 6 + [True] * 14


def test_shares_of_the_plain_average_by_hand() -> None:
    table = timetable(40, averaging="swa", averaging_start=0.5, epochs=5)  # from the third epoch
    found = [
        table.average_weight(at(table, epoch), 5 * epoch + k)
        for epoch in range(5)
        for k in range(5)
    ]
    assert found[:14] == [0.0] * 14
    assert found[14::5] == [1, 1 / 2, 1 / 3]
    assert not any(found[15:19] + found[20:24])
    ends = [at(table, epoch, 5) for epoch in range(5)]
    assert [table.has_average(end) for end in ends] == [False, False, True, True, True]
    assert not table.has_average(at(table, 2, 4))
    assert table.has_average(at(table, 3))


def test_without_averaging_nothing_counts() -> None:
    table = timetable(40, epochs=4, averaging_start=0.0)
    assert [table.average_weight(at(table, 1), step) for step in range(5, 10)] == [0.0] * 5
    assert not table.has_average(at(table, 3, 5))


@pytest.mark.parametrize("averaging", ["ema", "swa"])
def test_before_the_first_step_there_is_no_average(averaging: str) -> None:
    table = timetable(40, averaging=averaging, averaging_start=0.0, epochs=0)
    assert not table.has_average(at(table, 0))


@pytest.mark.parametrize("averaging", ["ema", "swa"])
@pytest.mark.parametrize("optimiser", [*UPDATES, "lbfgs"])
def test_the_average_is_the_last_row_of_the_state(optimiser: str, averaging: str) -> None:
    theta = np.ones(3, np.float32)
    slots = len(UPDATES[optimiser].slots) if optimiser in UPDATES else 0
    plain = initial_state(Recipe(optimiser=optimiser), theta)
    assert (plain.shape, plain.dtype) == ((slots, 3), np.dtype("float32"))
    state = initial_state(Recipe(optimiser=optimiser, averaging=averaging), theta)
    assert (state.shape, state.dtype) == ((slots + 1, 3), np.dtype("float32"))
    assert not state.any()


def test_the_epochs_that_end_a_cycle() -> None:
    table = timetable(schedule="cosine_restarts", cycle_epochs=2, cycle_growth=2.0)
    assert [epochs for epochs in range(1, 32) if table.ends_cycle(epochs)] == [2, 6, 14, 30]
    uneven = timetable(schedule="cosine_restarts", cycle_epochs=1, cycle_growth=1.5)
    assert [epochs for epochs in range(1, 6) if uneven.ends_cycle(epochs)] == [1]  # then 2.5, 4.75
    assert not any(timetable(cycle_epochs=1).ends_cycle(epochs) for epochs in range(1, 6))
