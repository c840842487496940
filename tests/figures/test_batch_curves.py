"""Learning curves by batch: the run's own positions, in an epoch of its own."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.figures.batch_curves import batch_curves_data, draw_batch_curves
from chainrule.figures.run_path import choose_sample
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import train


def test_each_place_is_a_position_of_the_run(replay: RunReplay) -> None:
    data = batch_curves_data(replay, 2)
    assert data.batches.tolist() == [0, 1, 2, 3, 4, 5]
    sample = choose_sample(replay)
    for place, cost, right in zip(data.batches, data.cost, data.accuracy, strict=True):
        position = replay.position_at(replay.steps_by(1) + int(place))
        score = sample.score(replay.setup.engine.inference_parameters(position).astype(np.float64))
        assert (cost, right) == (score.cost, score.accuracy)


def test_no_more_places_than_are_asked_for(replay: RunReplay) -> None:
    assert len(batch_curves_data(replay, points=3).batches) == 3


def test_an_epoch_that_was_not_begun(replay: RunReplay) -> None:
    with pytest.raises(InputError, match="epoch of the run"):
        batch_curves_data(replay, 7)


def test_both_curves_are_drawn(replay: RunReplay, texts) -> None:
    figure = draw_batch_curves(batch_curves_data(replay))
    assert len(figure.axes) == 2
    assert "Epoch 1 in batches of 5; measured on all 23 training examples." in texts(figure)


def test_numbers_have_a_cost_alone(tmp_path) -> None:
    x = np.linspace(0, 1, 12)[:, None]
    data = Dataset(x, 2 * x)
    recipe = Recipe(cost="squared_error", epochs=1, batch_size=4, engine="reference", seed=0)
    train(Network.create([1, 1], "identity", seed=0), data, recipe, folder=tmp_path / "run")
    found = batch_curves_data(RunReplay(str(tmp_path / "run"), data))
    assert found.accuracy is None
    assert len(draw_batch_curves(found).axes) == 1
