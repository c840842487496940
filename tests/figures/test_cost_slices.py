from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.evaluation import evaluate
from chainrule.figures.cost_slices import CostSlices, cost_slices_data, draw_cost_slices
from chainrule.figures.directions import random_direction
from chainrule.training.run_folder import RunFolder


@pytest.fixture(scope="module")
def slices(replay: RunReplay) -> CostSlices:
    return cost_slices_data(replay, points=8, seed=5)


def test_the_way_goes_from_the_start_through_the_end(replay: RunReplay, slices: CostSlices) -> None:
    start, end = RunFolder(replay.path).first().parameters, replay.newest.parameters
    assert slices.way.at == pytest.approx(np.arange(-1, 7) / 4)
    for place, theta in ((1, start), (5, end), (3, (start + end) / 2)):
        report = evaluate(replay.network(theta), replay.dataset)
        assert slices.way.cost[place] == pytest.approx(report.cost, rel=1e-5)
        assert slices.way.accuracy[place] == report.accuracy


def test_random_lines_go_through_the_end(replay: RunReplay, slices: CostSlices) -> None:
    end = replay.newest.parameters.astype(np.float64)
    architecture = replay.setup.network.architecture
    assert len(slices.around) == 3
    for number, one in enumerate(slices.around):
        assert one.at[[0, -1]].tolist() == [-1, 1]
        there = (end - random_direction(architecture, end, 5, number)).astype(np.float32)
        report = evaluate(replay.network(there), replay.dataset)
        assert one.cost[0] == pytest.approx(report.cost, rel=1e-5)


def test_lines_are_drawn(
    slices: CostSlices, pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_cost_slices(slices)
    assert np.unique(pixels(figure)).size > 50
    left, right = figure.axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), slices.way.cost)
    assert [t.get_text() for t in right.get_legend().get_texts()] == [
        f"random direction {k}" for k in (1, 2, 3)
    ]
    assert {"start", "end"} <= set(texts(left))


def test_a_wide_range_of_costs_is_logarithmic(slices: CostSlices) -> None:
    wide = replace(slices.way, cost=np.geomspace(0.001, 1, 8))
    assert draw_cost_slices(replace(slices, way=wide)).axes[0].get_yscale() == "log"
    even = replace(slices.way, cost=np.ones(8))
    even = CostSlices(even, tuple(replace(one, cost=even.cost) for one in slices.around), "")
    assert draw_cost_slices(even).axes[0].get_yscale() == "linear"
