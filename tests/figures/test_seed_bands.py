from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.engine.history import EpochRecord
from chainrule.errors import InputError
from chainrule.figures.seed_bands import (
    band,
    draw_seed_bands,
    group_by_recipe,
    seed_bands_data,
    trial_bands,
)
from chainrule.figures.study_table import TrialRow

RECORD = EpochRecord(1, 0.5, 0.0, 0.5, 0.1, 1.0, weights_sha256="", tensor_sha256={})


def run(*costs: float, **more: float) -> list[EpochRecord]:
    return [replace(RECORD, epoch=k, cost=cost, **more) for k, cost in enumerate(costs, 1)]


def test_median_and_quartiles_of_those_that_reached_the_epoch() -> None:
    one = band("all", [[1.0, 5.0], [2.0, None], [3.0], [4.0], [5.0]])
    assert (one.name, one.runs) == ("all", 5)
    assert one.epochs.tolist() == [1, 2]
    assert one.median.tolist() == [3, 5]
    assert one.low.tolist() == [2, 5]
    assert one.high.tolist() == [4, 5]
    assert np.isnan(band("none", [[None]]).median).all()


def test_runs_are_drawn_with_their_group() -> None:
    histories = {"a1": run(3.0, 1.0), "a2": run(5.0, 2.0), "b": run(9.0, 9.0)}
    (costs,) = seed_bands_data(histories, {"a1": "a", "a2": "a", "b": "b"})
    assert (costs.title, costs.is_fraction) == ("Cost, training set", False)
    a, b = costs.bands
    assert (a.name, a.runs, a.median.tolist()) == ("a", 2, [4.0, 1.5])
    assert (b.name, b.runs, b.median.tolist()) == ("b", 1, [9.0, 9.0])


def test_the_validation_set_is_preferred() -> None:
    more = {"accuracy": 0.5, "validation_cost": 7.0, "validation_accuracy": 0.25}
    costs, accuracy = seed_bands_data({"a": run(3.0, **more)}, {"a": "all"})
    assert (costs.title, costs.bands[0].median.tolist()) == ("Cost, validation set", [7.0])
    assert (accuracy.title, accuracy.bands[0].median.tolist()) == (
        "Accuracy, validation set",
        [0.25],
    )


@pytest.mark.parametrize(("histories", "got"), [({}, "no run"), ({"a": []}, "a, which has none")])
def test_nothing_to_draw_is_refused(histories: dict[str, Any], got: str) -> None:
    with pytest.raises(InputError) as caught:
        seed_bands_data(histories, {"a": "a"})
    assert str(caught.value) == (
        f"figure: expected runs with at least one epoch each, got {got}. Train for an epoch first."
    )


def test_groups_differ_in_what_is_no_seed() -> None:
    one = {"learning_rate": 0.1, "layers": [4, 2], "seed": 1}
    other = {**one, "layers": [4, 3, 2]}
    again = {**one, "seed": 2}
    assert group_by_recipe({"a": one, "b": other, "c": again}) == {
        "a": "layers 4-2",
        "b": "layers 4-3-2",
        "c": "layers 4-2",
    }
    assert group_by_recipe({"a": one, "c": again}) == {"a": "all runs", "c": "all runs"}


def test_the_curves_of_a_study() -> None:
    rows = [
        TrialRow({"rate": 1.0}, 0.5, 1, (0.1, 0.5)),
        TrialRow({"rate": 1.0}, 0.7, 2, (0.3, 0.7)),
        TrialRow({"rate": 2.0}, 0.7, 2),
    ]
    (panel,) = trial_bands(rows, "validation_accuracy")
    assert (panel.title, panel.is_fraction) == ("Validation accuracy", True)
    (only,) = panel.bands
    assert (only.name, only.runs, only.median.tolist()) == (
        "rate 1.0",
        2,
        pytest.approx([0.2, 0.6]),
    )
    with pytest.raises(InputError) as caught:
        trial_bands(rows[2:], "validation_accuracy")
    assert str(caught.value) == "figure: expected trainings with a curve, got none."


def test_a_line_and_a_band_a_group(
    pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    histories = {"a1": run(3.0, 1.0, accuracy=0.5), "a2": run(300.0, 2.0, accuracy=0.9)}
    figure = draw_seed_bands(seed_bands_data(histories, {"a1": "a", "a2": "a"}))
    assert np.unique(pixels(figure)).size > 50
    costs, accuracy = figure.axes
    assert (costs.get_yscale(), accuracy.get_yscale()) == ("log", "linear")
    assert costs.lines[0].get_ydata().tolist() == [151.5, 1.5]
    assert accuracy.lines[0].get_ydata().tolist() == pytest.approx([70, 70])
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["a (2 runs)"]
    assert "Cost, training set, logarithmic" in texts(figure)
