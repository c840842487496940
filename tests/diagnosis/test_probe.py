from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.probe import probe_training
from chainrule.errors import InputError

RANDOM = np.random.default_rng(4)
DATA = cr.Dataset(RANDOM.normal(size=(100, 3)), np.arange(100) % 2)
NETWORK = cr.Network.create([3, 4, 2], "tanh")
RECIPE = cr.Recipe(epochs=6, batch_size=10, seed=1)


def test_a_trial_stops_after_its_steps() -> None:
    found = probe_training(NETWORK, DATA, RECIPE, steps=11)
    assert (found.start.step, found.end.step, found.steps) == (0, 11, 48)
    assert (len(found.history), found.complete) == (1, False)


def test_a_short_recipe_is_tried_to_its_end() -> None:
    found = probe_training(NETWORK, DATA, RECIPE)
    assert (found.end.step, found.complete) == (48, True)


def test_a_fifth_is_held_out_to_validate() -> None:
    found = probe_training(NETWORK, DATA, RECIPE)
    assert (len(found.training), found.validation) == (80, None)
    assert found.history[0].validation_cost is not None


@pytest.mark.parametrize("way", ["fraction", "own"])
def test_nothing_is_held_out_where_the_recipe_validates(way) -> None:
    own = DATA.subset(slice(0, 10)) if way == "own" else None
    recipe = RECIPE.replaced(validation_fraction=0.0 if own else 0.1)
    found = probe_training(NETWORK, DATA, recipe, validation=own)
    assert (len(found.training), found.validation) == (100 if own else 90, own)


@pytest.mark.parametrize("rows", [slice(0, 10), slice(0, 100)])
def test_too_little_to_hold_out(rows) -> None:
    lonely = cr.Dataset(DATA.inputs[rows], np.arange(len(DATA.inputs[rows])))
    outputs = lonely.outputs
    found = probe_training(cr.Network.create([3, outputs]), lonely, RECIPE)
    assert len(found.training) == outputs
    assert found.history[0].validation_cost is None


def test_the_same_steps_as_the_training_itself() -> None:
    recipe = RECIPE.replaced(engine="reference", validation_fraction=0.2)
    run = cr.train(NETWORK, DATA, recipe)
    found = probe_training(NETWORK, DATA, recipe)
    assert [r.weights_sha256 for r in found.history] == [r.weights_sha256 for r in run.history]


def test_a_divergence_is_evidence() -> None:
    steep = cr.Recipe(cost="half_squared_error", optimiser="sgd", learning_rate=1e30, seed=0)
    numbers = cr.Dataset(DATA.inputs, DATA.inputs[:, :1])
    found = probe_training(cr.Network.create([3, 4, 1], "identity"), numbers, steep)
    assert found.diverged.startswith("train: expected finite numbers, got ")
    assert found.learns_badly
    assert np.isfinite(found.start.cost)


def test_an_update_with_a_state_diverges_at_a_position_of_its_own() -> None:
    steep = cr.Recipe(cost="half_squared_error", optimiser="momentum", learning_rate=1e30, seed=0)
    numbers = cr.Dataset(DATA.inputs, DATA.inputs[:, :1])
    found = probe_training(cr.Network.create([3, 4, 1], "identity"), numbers, steep)
    assert found.end.step < found.steps


def test_no_steps_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        probe_training(NETWORK, DATA, RECIPE, steps=0)
    assert str(caught.value) == (
        "diagnose: expected steps to be a whole number at least 1 or none, got 0 (int). "
        "steps: greatest number of steps of the trial."
    )
