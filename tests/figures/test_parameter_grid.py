from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.figures.parameter_grid import draw_parameter_grid, parameter_grid_data
from chainrule.figures.study_table import Metric, StudyTable, TrialRow


def test_cells_are_means_and_those_without_rows_are_empty(table: StudyTable) -> None:
    data = parameter_grid_data(table, ("learning_rate", "activation"))
    assert data.across.values == (0.1, 1.0)
    assert data.upward.values == ("relu", "sigmoid", "tanh")
    np.testing.assert_allclose(data.values, [[0.9, 0.6], [0.8, 0.95], [0.6, np.nan]])
    assert data.counts.tolist() == [[1, 2], [1, 1], [1, 0]]
    assert data.best == (1, 1)
    assert data.summary == (
        "Best, framed: 95.00 % at learning rate 1, activation sigmoid.\nA cell is the mean of up "
        "to 2 trainings."
    )


def test_the_two_with_the_most_values_are_taken(table: StudyTable) -> None:
    data = parameter_grid_data(table)
    assert (data.across.name, data.upward.name) == ("activation", "learning_rate")


def test_the_least_cost_is_the_best() -> None:
    rows = tuple(
        TrialRow({"a": float(a), "b": float(b)}, (a - 1) ** 2 + b) for a in range(3) for b in (1, 2)
    )
    data = parameter_grid_data(StudyTable("t", Metric("cost"), rows), ("a", "b"))
    assert data.best == (0, 1)
    assert data.summary == "Best, framed: 1 at a 1, b 1."
    assert np.isfinite(draw_parameter_grid(data).axes[0].images[0].get_array()).all()


@pytest.mark.parametrize(
    ("names", "got"), [(("activation",), "activation"), (("activation",) * 2, "activation, " * 2)]
)
def test_one_parameter_is_not_enough(table: StudyTable, names: tuple[str], got: str) -> None:
    with pytest.raises(InputError) as caught:
        parameter_grid_data(table, names)
    assert str(caught.value) == (
        "made: expected two parameters with more than one value, got " + got.rstrip(", ") + "."
    )


def test_a_small_grid_has_its_numbers(
    table: StudyTable, pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_parameter_grid(parameter_grid_data(table, ("learning_rate", "activation")))
    assert np.unique(pixels(figure)).size > 50
    axes = figure.axes[0]
    assert {"90.0", "60.0", "95.0", "·"} <= set(texts(axes))
    frame = axes.patches[0]
    assert (frame.get_x(), frame.get_y()) == (0.5, 0.5)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["relu", "sigmoid", "tanh"]


def test_a_large_grid_has_none(texts: Callable[[Any], list[str]]) -> None:
    rows = tuple(
        TrialRow({"a": float(a), "b": float(b)}, float(a * b)) for a in range(30) for b in range(30)
    )
    figure = draw_parameter_grid(parameter_grid_data(StudyTable("t", Metric("value"), rows)))
    assert not figure.axes[0].texts
    assert len(figure.axes[0].get_xticklabels()) == 15


def test_values_all_alike() -> None:
    rows = tuple(TrialRow({"a": a, "b": b}, 1.0) for a in (1.0, 2.0) for b in (1.0, 2.0))
    assert draw_parameter_grid(parameter_grid_data(StudyTable("t", Metric("value"), rows))).axes
