"""Observers look on: they may ask to stop, and one that raises is dropped."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from chainrule.engine.position import Position
from chainrule.training.observers import Observers, TrainingProgress

MOMENT = TrainingProgress(Position(np.zeros(1), np.zeros((0, 1)), epoch=3, batch=5), 8, 10, False)


def test_the_fraction_done() -> None:
    assert MOMENT.fraction_done == 3.5 / 8
    assert TrainingProgress(MOMENT.position, 0, 10, False).fraction_done == 1.0
    assert (
        TrainingProgress(
            Position(np.zeros(1), np.zeros((0, 1)), epoch=8), 8, 10, True
        ).fraction_done
        == 1.0
    )


def test_all_are_called_even_where_the_first_asks_to_stop() -> None:
    seen: list[tuple[str, TrainingProgress]] = []

    def first(moment: TrainingProgress) -> bool:
        seen.append(("first", moment))
        return True

    def second(moment: TrainingProgress) -> None:
        seen.append(("second", moment))

    assert Observers([first, second]).notify(MOMENT)
    assert seen == [("first", MOMENT), ("second", MOMENT)]


@pytest.mark.parametrize("answer", [None, False, 1, "yes", [1]])
def test_only_true_itself_asks_to_stop(answer: object) -> None:
    assert not Observers([lambda moment: answer]).notify(MOMENT)


def test_nobody_looking_on() -> None:
    assert not Observers([]).notify(MOMENT)


def test_one_that_raises_is_dropped_with_a_warning_and_the_others_stay() -> None:
    calls = []

    def raises(moment: TrainingProgress) -> None:
        calls.append("raises")
        raise KeyError("lost")

    def stays(moment: TrainingProgress) -> bool:
        calls.append("stays")
        return True

    watching = Observers(iter([raises, stays]))
    with pytest.warns(RuntimeWarning) as told:
        assert watching.notify(MOMENT)
    assert [str(w.message) for w in told] == [
        "train: an observer is no longer called, because it raised KeyError: 'lost'"
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert watching.notify(MOMENT)
    assert calls == ["raises", "stays", "stays"]


def test_an_interruption_is_not_caught() -> None:
    def interrupts(moment: TrainingProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Observers([interrupts]).notify(MOMENT)
