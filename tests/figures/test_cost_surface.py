from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.errors import InputError, UnknownNameError
from chainrule.evaluation import evaluate
from chainrule.figures.cost_surface import CostSurface, cost_surface_data, draw_cost_surface
from chainrule.figures.directions import principal_directions
from chainrule.figures.run_path import run_points
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import train


@pytest.fixture(scope="module")
def surface(replay: RunReplay) -> CostSurface:
    return cost_surface_data(replay, side=5)


def cost(replay: RunReplay, theta: np.ndarray) -> float:
    """The law's cost on the whole training set, by the report."""
    return evaluate(replay.network(theta.astype(np.float32)), replay.dataset).cost


def test_the_cost_at_each_point_is_the_report_s(replay: RunReplay, surface: CostSurface) -> None:
    points = [point.parameters for point in run_points(replay)]
    axes, _ = principal_directions(points)
    for row, column in ((0, 0), (4, 0), (2, 3)):
        there = points[-1] + surface.across[column] * axes[0] + surface.upward[row] * axes[1]
        assert surface.cost[row, column] == pytest.approx(cost(replay, there), rel=1e-5)
    ends = [cost(replay, points[0]), cost(replay, points[-1])]
    assert [surface.path_cost[0], surface.path_cost[-1]] == pytest.approx(ends, rel=1e-5)


def test_the_path_lies_in_the_plane_and_ends_at_0(replay: RunReplay, surface: CostSurface) -> None:
    assert surface.path[-1] == pytest.approx([0, 0], abs=1e-9)
    points = [point.parameters for point in run_points(replay)]
    _, shares = principal_directions(points)
    assert surface.explained == pytest.approx(shares.sum())
    assert surface.across[0] < surface.path[:, 0].min()
    assert surface.across[-1] > surface.path[:, 0].max()
    assert surface.epochs[[0, -1]].tolist() == [0, 6]
    assert surface.sample == "all 23 training examples"


def test_random_directions_reach_the_same_everywhere(replay: RunReplay) -> None:
    data = cost_surface_data(replay, "random", side=3, seed=1)
    assert data.across.tolist() == data.upward.tolist() == [-1.5, 0, 1.5]
    assert data.cost[1, 1] == pytest.approx(cost(replay, replay.newest.parameters), rel=1e-5)
    assert 0 <= data.explained < 1
    assert draw_cost_surface(data).axes[0].get_xlabel() == "first random direction"


def test_other_directions_are_refused(replay: RunReplay) -> None:
    with pytest.raises(UnknownNameError) as caught:
        cost_surface_data(replay, "randon")
    assert str(caught.value) == (
        "figure: expected directions, got 'randon' (str). Did you mean 'random'? Valid names: "
        "principal, random."
    )


def test_one_step_has_no_plane(replay: RunReplay, tmp_path: Path) -> None:
    recipe = Recipe(epochs=1, batch_size=23, seed=1, engine="reference")
    network = Network.create([4, 3], "softmax", seed=1)
    train(network, replay.dataset, recipe, folder=tmp_path / "run")
    path = str(tmp_path / "run")
    with pytest.raises(InputError) as caught:
        cost_surface_data(RunReplay(path, replay.dataset))
    assert str(caught.value) == (
        f"{path}: expected a run with two epochs or more, got one with 2 positions. Two principal "
        "directions need three positions. Use random directions."
    )


def test_levels_and_path_are_drawn(
    surface: CostSurface, pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_cost_surface(surface)
    assert np.unique(pixels(figure)).size > 50
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), surface.path[:, 0])
    assert {"start", "epoch 6"} <= set(texts(axes))
    assert any(
        text.startswith("Mean cost of all 23 training examples; from") for text in texts(figure)
    )


def test_a_flat_surface_and_one_that_is_wide(surface: CostSurface) -> None:
    flat = replace(surface, cost=np.ones_like(surface.cost))
    assert draw_cost_surface(flat).axes[1].get_ylabel() == "mean cost"
    wide = replace(surface, cost=np.geomspace(0.01, 10, 25).reshape(5, 5))
    assert draw_cost_surface(wide).axes[1].get_ylabel() == "mean cost, logarithmic"
    wide.cost[0, 0] = np.inf
    assert draw_cost_surface(wide).axes[1].get_ylabel() == "mean cost, logarithmic"
