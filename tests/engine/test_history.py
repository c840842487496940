"""The history of a run: as a tuple of its records, and grown without copies."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from chainrule.engine import plateau_counter
from chainrule.engine.history import BLOCK_EPOCHS, EpochRecord, History, HistoryBlock
from chainrule.engine.plateau_counter import PlateauCounter
from chainrule.equations.schedules import count_drops
from chainrule.recipe import Recipe

FIRST = EpochRecord(1, 0.5, 0.0, 0.5, 0.1, 2.0, "ab", {"W[1]": "cd"})


def records(count: int) -> tuple[EpochRecord, ...]:
    return tuple(replace(FIRST, epoch=k + 1, total_cost=float(k % 7)) for k in range(count))


@pytest.mark.parametrize("count", [0, 1, BLOCK_EPOCHS - 1, BLOCK_EPOCHS, 2 * BLOCK_EPOCHS + 3])
def test_it_is_read_as_a_tuple(count: int) -> None:
    plain, made = records(count), History()
    for one in plain:
        made = made.append(one)
    assert made == plain
    assert made == History(plain)
    assert tuple(made) == plain
    assert len(made) == count
    assert bool(made) == bool(plain)
    assert made[-3:] == plain[-3:]
    assert made[::-1][::7] == plain[::-1][::7]
    assert [made[k] for k in range(-count, count)] == [plain[k] for k in range(-count, count)]
    assert repr(made) == f"History({plain!r})"
    assert pickle.loads(pickle.dumps(made)) == made
    for outside in (count, -count - 1):
        with pytest.raises(IndexError):
            made[outside]


def test_histories_that_differ() -> None:
    made = History(records(3))
    assert made != History(records(2))
    assert made != records(3)[::-1]
    assert made != list(records(3))


def test_appending_leaves_the_shorter_one_as_it_was_and_shares_blocks() -> None:
    made = History(records(2 * BLOCK_EPOCHS - 1))
    one, other = made.append(FIRST), made.append(replace(FIRST, epoch=9))
    assert len(made) == 2 * BLOCK_EPOCHS - 1
    assert (one[-1].epoch, other[-1].epoch) == (1, 9)
    assert made.whole_blocks[0] is one.whole_blocks[0] is other.whole_blocks[0]
    assert len(one.whole_blocks) == 2
    assert one.last_block.records == ()


def test_whether_one_continues_another() -> None:
    made = History(records(BLOCK_EPOCHS + 1))
    longer = made.append(FIRST).append(FIRST)
    assert longer.continues(made)
    assert made.continues(made)
    assert made.continues(History())
    assert not made.continues(longer)
    assert not longer.continues(History(records(BLOCK_EPOCHS + 1)))  # equal, but made anew


def test_blocks_come_back_from_json() -> None:
    made = History(records(BLOCK_EPOCHS + 4))
    again = History.from_blocks(
        (HistoryBlock.from_json(one.to_json()) for one in made.whole_blocks),
        HistoryBlock.from_json(made.last_block.to_json()),
    )
    assert again == made
    assert again.whole_blocks[0].sha256 == made.whole_blocks[0].sha256


@pytest.mark.parametrize(("whole", "last"), [(BLOCK_EPOCHS - 1, 1), (BLOCK_EPOCHS, BLOCK_EPOCHS)])
def test_blocks_of_another_length_are_refused(whole: int, last: int) -> None:
    with pytest.raises(ValueError, match="other than 500 records"):
        History.from_blocks([HistoryBlock(records(whole))], HistoryBlock(records(last)))


def test_drops_are_counted_on_and_depend_on_the_history_alone() -> None:
    recipe = Recipe(schedule="plateau", schedule_patience=2, min_delta=0.5, schedule_cooldown=1)
    plain, counter, made = records(60), PlateauCounter(recipe), History()
    costs = [one.total_cost for one in plain]
    due = [count_drops(costs[:n], 2, 0.5, 1) for n in range(61)]
    found = [counter.count(made)]
    for one in plain:
        made = made.append(one)
        found.append(counter.count(made))
    assert found == due
    assert due[-1] > 5
    assert [counter.count(History(plain[:n])) for n in (60, 3, 41)] == [due[n] for n in (60, 3, 41)]


def test_each_record_is_read_once_for_a_plateau(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    plain = plateau_counter.plateau_after
    monkeypatch.setattr(
        plateau_counter, "plateau_after", lambda *given: calls.append(given) or plain(*given)
    )
    counter, made = PlateauCounter(Recipe(schedule="plateau")), History()
    for one in records(50):
        made = made.append(one)
        counter.count(made)
        counter.count(made)
    assert len(calls) == 50
