"""The cost of a run in space: its plane, its step, and where it may stand."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.errors import InputError
from chainrule.figures.cost_relief import (
    _gradient,
    _perpendicular,
    cost_relief_data,
    draw_cost_relief,
)
from chainrule.figures.run_path import choose_sample


def parameters(replay: RunReplay, epoch: int) -> np.ndarray:
    position = replay.position_at(replay.steps_by(epoch))
    return replay.setup.engine.inference_parameters(position).astype(np.float64)


def test_the_gradient_is_that_of_the_cost(replay: RunReplay) -> None:
    sample, at = choose_sample(replay), parameters(replay, 2)
    gradient = _gradient(replay, sample, at)
    ahead = gradient / np.linalg.norm(gradient)
    rise = sample.score(at + 1e-2 * ahead).cost - sample.score(at - 1e-2 * ahead).cost
    assert rise / 2e-2 == pytest.approx(np.linalg.norm(gradient), rel=1e-2)


@pytest.mark.parametrize("epoch", [0, 3])
def test_the_step_is_that_of_gradient_descent(replay: RunReplay, epoch: int) -> None:
    data = cost_relief_data(replay, epoch, side=5)
    sample, at = choose_sample(replay), parameters(replay, epoch)
    gradient = _gradient(replay, sample, at)
    rate = replay.setup.recipe.learning_rate
    assert data.step == pytest.approx(rate * np.linalg.norm(gradient))
    assert data.before == sample.score(at).cost
    assert data.after == pytest.approx(sample.score(at - rate * gradient).cost, rel=1e-6)
    assert data.after < data.before
    assert data.cost.shape == (5, 5)
    assert (data.downhill[0], data.downhill[-1]) == pytest.approx((-2 * data.step, 3 * data.step))


def test_the_second_direction_is_perpendicular() -> None:
    down, way = np.array([0.6, 0.8, 0.0]), np.array([1.0, 2.0, 3.0])
    aside = _perpendicular(way, down)
    assert aside @ down == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(aside) == pytest.approx(1)
    assert aside @ way > 0
    straight = _perpendicular(2 * down, down)  # on the way to the end, or at it
    assert straight @ down == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(straight) == pytest.approx(1)


def test_at_the_end_of_the_run(replay: RunReplay) -> None:
    data = cost_relief_data(replay, 6, side=3)
    assert data.sideways[-1] == pytest.approx(1.3 * data.step)


def test_an_epoch_that_the_run_has_not_reached(replay: RunReplay) -> None:
    with pytest.raises(InputError, match="at most 6"):
        cost_relief_data(replay, 7)


def test_surface_and_step_are_drawn(replay: RunReplay, texts) -> None:
    figure = draw_cost_relief(cost_relief_data(replay, side=5))
    written = " ".join(texts(figure))
    assert "-η∇C" in written
    assert "at the start" in written
    assert "by it the cost falls from" in written
    assert "after epoch 2" in " ".join(texts(draw_cost_relief(cost_relief_data(replay, 2, side=3))))
