from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.figures.parallel_coordinates import (
    draw_parallel_coordinates,
    parallel_coordinates_data,
)
from chainrule.figures.study_table import Metric, StudyTable, TrialRow


def test_where_each_line_crosses_each_axis(table: StudyTable) -> None:
    data = parallel_coordinates_data(table)
    kind, rate, metric = data.axes
    assert kind.fractions.tolist() == [0, 0, 0, 0.5, 0.5, 1]
    assert kind.ticks == ((0, "relu"), (0.5, "sigmoid"), (1, "tanh"))
    assert rate.fractions.tolist() == [0, 1, 1, 0, 1, 0]
    assert metric.title == "test accuracy"
    assert metric.fractions == pytest.approx(
        (np.array([0.9, 0.5, 0.7, 0.8, 0.95, 0.6]) - 0.5) / 0.45
    )
    assert metric.ticks[0] == (0, "50.00 %")
    assert metric.ticks[-1] == (1, "95.00 %")
    assert data.order.tolist() == [1, 5, 2, 3, 0, 4]
    assert data.summary == (
        "6 trainings, the better the darker. Best, 95.00 %: activation sigmoid, learning rate 1"
    )


def test_the_least_cost_is_drawn_last() -> None:
    rows = tuple(TrialRow({"rate": 10.0**k}, float(k)) for k in range(3))
    data = parallel_coordinates_data(StudyTable("t", Metric("cost"), rows))
    assert data.order.tolist() == [2, 1, 0]
    assert data.axes[0].title == "rate,\nlogarithmic"
    assert data.axes[0].fractions == pytest.approx([0, 0.5, 1])


def test_of_equals_the_first_row_is_the_best_one() -> None:
    rows = tuple(TrialRow({"a": float(k)}, value) for k, value in enumerate((1.0, 3.0, 2.0, 3.0)))
    table = StudyTable("t", Metric("accuracy"), rows)
    assert parallel_coordinates_data(table).order.tolist() == [0, 2, 3, 1]
    assert table.best == rows[1]


def test_only_what_is_named(table: StudyTable) -> None:
    assert [a.title for a in parallel_coordinates_data(table, ["layers"]).axes] == [
        "layers",
        "test accuracy",
    ]


def test_one_training_alone() -> None:
    alone = StudyTable("t", Metric("cost"), (TrialRow({"a": 1.0}, 2.0),))
    data = parallel_coordinates_data(alone, ["a"])
    assert [axis.fractions.tolist() for axis in data.axes] == [[0.5], [0.5]]
    assert data.axes[1].ticks == ((0.5, "2"),)
    assert data.summary == "1 training, the better the darker. Best, 2: a 1"
    assert draw_parallel_coordinates(data).axes


def test_a_line_a_training_the_best_one_thick(
    table: StudyTable, pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_parallel_coordinates(parallel_coordinates_data(table))
    assert np.unique(pixels(figure)).size > 50
    (axes,) = figure.axes
    lines = [line for line in axes.lines if len(line.get_xdata()) == 3]
    assert [line.get_linewidth() for line in lines] == [1.1] * 5 + [3]
    assert lines[-1].get_ydata().tolist() == [0.5, 1, 1]
    assert {"relu", "sigmoid", "tanh", "0.1", "1"} <= set(texts(axes))
