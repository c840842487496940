from __future__ import annotations

import numpy as np
import pytest

from chainrule.evaluation.predictions import (
    ClassPredictions,
    Mistake,
    OutputBlock,
    gather_predictions,
    surest_mistakes,
)


def _answers(outputs: list[list[float]], truth: list[int]) -> ClassPredictions:
    block = OutputBlock(slice(0, len(outputs)), np.array(outputs), np.zeros(len(outputs)))
    return gather_predictions([block], np.array(truth))


GIVEN = _answers(
    [
        [0.9, 0.1, 0.0],  # 0: right
        [0.6, 0.4, 0.0],  # 1: wrong, 0.6, ahead by 0.2
        [0.1, 0.1, 0.8],  # 2: wrong, 0.8, ahead by 0.7
        [0.6, 0.1, 0.3],  # 3: wrong, 0.6, ahead by 0.3
        [0.6, 0.3, 0.1],  # 4: wrong, as far ahead as row 3 but for rounding
    ],
    [0, 1, 0, 2, 2],
)


def test_the_surest_come_first_and_ties_go_by_the_margin() -> None:
    found = surest_mistakes(GIVEN, 10)
    assert [m.row for m in found] == [2, 3, 4, 1]
    assert found[0] == Mistake(
        row=2,
        truth=0,
        predicted=2,
        runner_up=0,
        confidence=0.8,
        runner_up_output=0.1,
        truth_output=0.1,
    )
    assert found[0].margin == pytest.approx(0.7)


def test_full_ties_go_by_the_row() -> None:
    found = surest_mistakes(_answers([[0.6, 0.4]] * 3, [1, 1, 1]), 2)
    assert [m.row for m in found] == [0, 1]


def test_by_margin_a_clear_answer_beats_a_great_output() -> None:
    given = _answers([[9.0, 8.9], [3.0, 0.0]], [1, 1])
    assert [m.row for m in surest_mistakes(given, 2, by_margin=True)] == [1, 0]
    assert [m.row for m in surest_mistakes(given, 2)] == [0, 1]


def test_no_more_than_asked_for_and_none_where_all_is_right() -> None:
    assert len(surest_mistakes(GIVEN, 2)) == 2
    assert surest_mistakes(GIVEN, 0) == ()
    assert surest_mistakes(_answers([[0.9, 0.1]], [0]), 5) == ()
