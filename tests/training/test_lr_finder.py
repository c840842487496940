"""The search for a learning rate: rates rise as asked, the network stays, a runaway ends it."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.training.lr_finder import RateCurve, find_learning_rate, smoothed


def test_rates_rise_evenly_by_factors_over_several_epochs(network, three) -> None:
    digest = network.digest
    found = find_learning_rate(
        network, three, cr.Recipe(seed=0, batch_size=8), highest=0.1, steps=25
    )
    assert len(found.rates) == len(found.costs) == len(found.smoothed) == 25
    expected = 1e-6 * (0.1 / 1e-6) ** (np.arange(25) / 24)
    assert found.rates == pytest.approx(expected, rel=1e-9)
    assert not found.diverged
    assert network.digest == digest


def test_the_costs_are_those_of_the_batches_before_their_steps(network, three) -> None:
    """The first epoch's mean cost is the history's, of a training with the same rates."""
    recipe = cr.Recipe(seed=4, batch_size=8, optimiser="sgd")
    found = find_learning_rate(network, three, recipe, lowest=1e-9, highest=2e-9, steps=10)
    still = cr.evaluate(cr.train(network, three, recipe.replaced(epochs=0)).network, three)
    sizes = [8, 8, 8, 8, 8, 1]
    mean = np.average(found.costs[:6], weights=sizes)
    assert mean == pytest.approx(still.cost, rel=1e-5)


def test_the_suggestion_is_a_third_of_the_rate_with_the_least_mean_cost(line) -> None:
    """y = 2 x + 0.5 by gradient descent: the greatest curvature, 1, limits the rate to 2."""
    network = cr.Network.create([1, 1], "identity", dtype="float64", seed=0)
    recipe = cr.Recipe(cost="half_squared_error", optimiser="sgd", batch_size=8, seed=0)
    found = find_learning_rate(network, line, recipe, lowest=1e-3, highest=1e3, steps=60)
    assert found.lowest is not None
    assert found.suggestion == found.lowest / 3
    # Beyond its limit of 2 a rate needs some steps until the running mean has noticed.
    assert 1.0 < found.lowest < 20.0
    assert found.lowest == found.rates[int(np.argmin(found.smoothed))]
    assert found.diverged
    assert len(found.rates) < 60


def test_nothing_is_suggested_where_the_cost_only_rises(line) -> None:
    network = cr.Network.create([1, 1], "identity", dtype="float64", seed=0)
    recipe = cr.Recipe(cost="half_squared_error", optimiser="sgd", batch_size=8, seed=0)
    found = find_learning_rate(network, line, recipe, lowest=1e3, highest=1e6, steps=20)
    assert (found.lowest, found.suggestion, found.diverged) == (None, None, True)


def test_numbers_that_are_not_finite_end_the_search(network, three) -> None:
    recipe = cr.Recipe(cost="half_squared_error", optimiser="sgd", batch_size=41, seed=0)
    bent = cr.Network.create([4, 5, 3], "identity", seed=1)
    found = find_learning_rate(bent, three, recipe, lowest=1e30, highest=1e38, steps=20)
    assert found.diverged
    assert len(found.costs) < 20


def test_a_recipe_with_everything_can_be_searched(network, three) -> None:
    recipe = cr.Recipe(
        seed=1,
        batch_size=8,
        normalisation="batch",
        dropout=(0.2,),
        averaging="ema",
        validation_fraction=0.2,
        monitor="validation_cost",
        patience=2,
        warmup_epochs=3,
        batch_growth=2.0,
        batch_growth_every=1,
    )
    assert len(find_learning_rate(network, three, recipe, highest=0.01, steps=15).rates) == 15


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            {"steps": 9},
            "find_learning_rate: expected steps to be a whole number at least 10 and at most "
            "100000, got 9 (int). steps: steps of the search.",
        ),
        (
            {"lowest": 0},
            "find_learning_rate: expected lowest to be a number above 0, got 0 (int). "
            "lowest: a learning rate.",
        ),
        (
            {"lowest": 0.1, "highest": 0.1},
            "find_learning_rate: expected a highest rate above the lowest, 0.1, got 0.1.",
        ),
    ],
)
def test_what_cannot_be_searched(network, three, given, text) -> None:
    with pytest.raises(cr.InputError) as caught:
        find_learning_rate(network, three, cr.Recipe(seed=0), **given)
    assert str(caught.value) == text


def test_running_means_by_hand() -> None:
    # 0.1 · 4 / 0.1 = 4;  (0.9 · 0.4 + 0.1 · 2) / 0.19
    assert smoothed([4.0, 2.0]) == pytest.approx([4.0, 0.56 / 0.19])
    assert smoothed([]) == []


def test_a_curve_of_nothing_has_no_rate() -> None:
    assert RateCurve((), (), (), None, True).suggestion is None
