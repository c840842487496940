from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.evaluation.class_metrics import (
    ConfusedPair,
    class_metrics,
    confusion_matrix,
    frequent_confusions,
    macro_averages,
)

#            taken for a, b, c, d
MATRIX = np.array(
    [
        [3, 1, 0, 0],  # a
        [2, 4, 0, 0],  # b
        [1, 1, 0, 0],  # c: occurs, is never answered
        [0, 0, 0, 0],  # d: neither occurs nor is answered
    ]
)
NAMES = ("a", "b", "c", "d")


def test_a_row_is_a_true_class_and_a_column_an_answer() -> None:
    truth, predicted = np.array([0, 0, 1, 2, 2]), np.array([0, 2, 1, 0, 0])
    assert confusion_matrix(truth, predicted, 3).tolist() == [[1, 0, 1], [0, 1, 0], [2, 0, 0]]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=60))
def test_every_example_is_counted_once(pairs: list[tuple[int, int]]) -> None:
    truth = np.array([t for t, _ in pairs], dtype=np.int64)
    predicted = np.array([p for _, p in pairs], dtype=np.int64)
    matrix = confusion_matrix(truth, predicted, 5)
    for i in range(5):
        for j in range(5):
            assert matrix[i, j] == pairs.count((i, j))


def test_the_figures_of_each_class_by_hand() -> None:
    a, b, c, d = class_metrics(MATRIX, NAMES)
    assert (a.name, a.support, a.predicted, a.correct) == ("a", 4, 6, 3)
    assert (a.precision, a.recall, a.f1) == (3 / 6, 3 / 4, 6 / 10)
    assert (b.precision, b.recall, b.f1) == (4 / 6, 4 / 6, 8 / 12)
    assert (c.precision, c.recall, c.f1) == (None, 0.0, 0.0)
    assert (d.precision, d.recall, d.f1) == (None, None, None)


def test_f1_is_the_harmonic_mean() -> None:
    a = class_metrics(MATRIX, NAMES)[0]
    assert a.precision is not None
    assert a.recall is not None
    assert a.f1 == pytest.approx(2 / (1 / a.precision + 1 / a.recall))


def test_macro_averages_count_every_class_that_occurs_and_no_other() -> None:
    averages = macro_averages(class_metrics(MATRIX, NAMES))
    assert averages.precision == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)
    assert averages.recall == pytest.approx((3 / 4 + 2 / 3 + 0) / 3)
    assert averages.f1 == pytest.approx((3 / 5 + 2 / 3 + 0) / 3)


def test_frequent_confusions_leave_out_right_answers_and_what_never_happens() -> None:
    assert frequent_confusions(MATRIX, 10) == (
        ConfusedPair(1, 0, 2),
        ConfusedPair(0, 1, 1),
        ConfusedPair(2, 0, 1),
        ConfusedPair(2, 1, 1),
    )
    assert frequent_confusions(MATRIX, 1) == (ConfusedPair(1, 0, 2),)
    assert frequent_confusions(np.diag([5, 5]), 10) == ()
