from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import InputError
from chainrule.figures.rate_curves import (
    GridPoint,
    draw_rate_curves,
    grid_points,
    rank_correlation,
    rate_curves_data,
)
from chainrule.figures.study_table import Metric, StudyTable, TrialRow

OURS = [
    GridPoint(10, 1.0, 0.6),
    GridPoint(10, 0.1, 0.3),
    GridPoint(10, 1.0, 0.8),
    GridPoint(5, 0.1, 0.5),
]
PRINTED = [
    GridPoint(5, 0.1, 0.4),
    GridPoint(10, 1.0, 0.9),
    GridPoint(10, 0.1, 0.1),
    GridPoint(20, 9.0, 0.99),
]


def test_lines_are_means_over_seeds_by_batch_size() -> None:
    data = rate_curves_data(OURS, PRINTED)
    assert [curve.batch_size for curve in data.curves] == [5, 10]
    ten = data.curves[1]
    assert ten.rates.tolist() == [0.1, 1.0]
    assert ten.accuracy == pytest.approx([0.3, 0.7])
    assert ten.within(0.5, 2).rates.tolist() == [1.0]
    assert data.best == GridPoint(10, 1.0, pytest.approx(0.7))
    assert data.best_printed == PRINTED[3]
    # 0.5, 0.7, 0.3 against 0.4, 0.9, 0.1: the same order
    assert (data.pairs, data.correlation) == (3, pytest.approx(1))


def test_without_print_there_is_no_correlation() -> None:
    data = rate_curves_data(OURS)
    assert (data.printed, data.best_printed, data.pairs, data.correlation) == ((), None, 0, None)


def test_no_points_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        rate_curves_data([])
    assert str(caught.value) == "figure: expected points of a grid, got none."


@given(st.permutations(range(12)))
def test_without_ties_the_correlation_is_that_of_squared_differences(other: list[int]) -> None:
    n = len(other)
    differences = sum((i - value) ** 2 for i, value in enumerate(other))
    expected = 1 - 6 * differences / (n * (n * n - 1))
    assert rank_correlation([10.0**i for i in range(n)], other) == pytest.approx(expected)


def test_ties_share_their_ranks() -> None:
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4
    expected = np.corrcoef([1, 2.5, 2.5, 4], [1, 2, 3, 4])[0, 1]
    assert rank_correlation([1, 7, 7, 9], [0, 1, 2, 3]) == pytest.approx(expected)
    assert rank_correlation([1, 1], [1, 2]) is None


def test_points_of_a_table() -> None:
    row = TrialRow({"batch_size": 5.0, "learning_rate": 0.1, "l2": 0.0}, 0.5)
    assert grid_points(StudyTable("t", Metric("accuracy"), (row,))) == (GridPoint(5, 0.1, 0.5),)
    text = TrialRow({"batch_size": "all", "learning_rate": 0.1}, 0.5)
    with pytest.raises(InputError) as caught:
        grid_points(StudyTable("t", Metric("accuracy"), (text,)))
    assert str(caught.value) == ("t: expected numbers for batch_size and learning_rate, got 'all'.")


def test_a_line_a_batch_size_with_dots_beside(
    pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_rate_curves(rate_curves_data(OURS, PRINTED))
    assert np.unique(pixels(figure)).size > 50
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.lines] == ["5", "10"]
    assert axes.lines[1].get_ydata() == pytest.approx([30, 70])
    assert len(axes.collections) == 3
    assert axes.get_legend().get_title().get_text() == "batch size"
    assert (
        "Best: 70.00 % at batch size 10, rate 1. Printed, as dots: best 99.00 % at batch size 20, "
        "rate 9.\nRank correlation of ours with 3 printed numbers (Spearman): 1.000."
    ) in texts(figure)


def test_nothing_in_common_is_said(texts: Callable[[Any], list[str]]) -> None:
    written = texts(draw_rate_curves(rate_curves_data(OURS, PRINTED[3:])))
    assert any("No rank correlation with what is printed: too few places" in t for t in written)


def test_many_rates_are_parted_at_1_and_many_sizes_have_a_scale() -> None:
    rates = [0.2, 0.4, 0.6, 0.8, 1.0, 2.0, 4.0, 6.0, 8.0]
    points = [GridPoint(size, rate, 0.5) for size in range(1, 11) for rate in rates]
    figure = draw_rate_curves(rate_curves_data(points))
    left, right, bar = figure.axes
    assert left.lines[0].get_xdata().tolist() == rates[:5]
    assert right.lines[0].get_xdata().tolist() == rates[4:]
    assert bar.get_ylabel() == "batch size"
    assert len({line.get_color() for line in left.lines}) == 10
