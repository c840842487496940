from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.figures.parameter_slices import draw_parameter_slices, parameter_slices_data
from chainrule.figures.study_table import Metric, StudyTable, TrialRow


def test_places_and_medians(table: StudyTable) -> None:
    data = parameter_slices_data(table)
    kind, rate = data.slices
    assert kind.places.tolist() == [0, 0, 0, 1, 1, 2]
    assert kind.medians == pytest.approx([0.7, 0.875, 0.6])
    assert rate.places.tolist() == [0.1, 1.0, 1.0, 0.1, 1.0, 0.1]
    assert rate.medians == pytest.approx([0.8, 0.7])
    assert data.values.tolist() == [0.9, 0.5, 0.7, 0.8, 0.95, 0.6]
    assert (data.best, data.metric.title, data.metric.is_fraction) == (4, "test accuracy", True)


def test_where_every_value_occurs_once_there_are_no_medians() -> None:
    rows = tuple(TrialRow({"rate": float(k)}, float(k)) for k in range(5))
    data = parameter_slices_data(StudyTable("t", Metric("cost"), rows))
    assert np.isnan(data.slices[0].medians).all()
    assert data.best == 0


def test_a_panel_a_parameter(
    table: StudyTable, pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_parameter_slices(parameter_slices_data(table))
    assert np.unique(pixels(figure)).size > 50
    kind, rate = figure.axes
    assert kind.lines[0].get_linestyle() == "None"
    assert rate.lines[0].get_ydata() == pytest.approx([80, 70])
    dots, ring = rate.collections
    assert np.asarray(dots.get_offsets())[:, 1] == pytest.approx([90, 50, 70, 80, 95, 60])
    assert ring.get_offsets().tolist() == [[1.0, 95.0]]
    assert kind.get_ylabel() == "test accuracy, %"
    assert "6 trainings, a dot each; the best one is ringed. Lines are medians." in texts(figure)


def test_long_names_lean_and_empty_places_stay_empty() -> None:
    names = ["a rather long name", "another one, longer"]
    rows = tuple(
        TrialRow({"name": names[k % 2], "a": k, "b": k, "c": k}, float(k)) for k in range(6)
    )
    figure = draw_parameter_slices(parameter_slices_data(StudyTable("t", Metric("cost"), rows)))
    assert len(figure.axes) == 4
    assert figure.axes[0].get_xticklabels()[0].get_rotation() == 30
    assert figure.axes[3].get_ylabel() == "cost"
