"""Initialisers: shape, moments, ranges, and nothing but the generator decides."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.arrays import Array
from chainrule.equations.initialisers import (
    INITIALISERS,
    RECOMMENDED,
    Initialiser,
    InitialiserSettings,
)

ALL = [pytest.param(initialiser, id=name) for name, initialiser in INITIALISERS.items()]
FAN_IN, FAN_OUT = 50, 4000
COUNT = FAN_IN * FAN_OUT


def _draw(name: str, spread: InitialiserSettings | None = None, seed: int = 0) -> Array:
    generator = np.random.default_rng(seed)
    return INITIALISERS[name].draw(generator, FAN_IN, FAN_OUT, spread or InitialiserSettings())


def test_table_names_six_initialisers_in_the_order_of_their_ids() -> None:
    assert list(INITIALISERS) == ["zeros", "uniform", "normal", "lecun", "glorot", "he"]
    assert [i.equation for i in INITIALISERS.values()] == [f"I{i}" for i in range(1, 7)]
    assert all(i.name == name and i.formula for name, i in INITIALISERS.items())


def test_records_cannot_be_changed() -> None:
    for record in (InitialiserSettings(), INITIALISERS["he"]):
        with pytest.raises(FrozenInstanceError):
            record.name = "other"  # type: ignore[union-attr, misc]


@pytest.mark.parametrize("initialiser", ALL)
def test_shape_is_fan_out_by_fan_in_of_float64(initialiser: Initialiser) -> None:
    W = initialiser.draw(np.random.default_rng(0), 3, 2, InitialiserSettings())
    assert W.shape == (2, 3)
    assert W.dtype == np.float64


@pytest.mark.parametrize("initialiser", ALL)
def test_only_the_generator_decides(initialiser: Initialiser) -> None:
    one, same, other = (_draw(initialiser.name, seed=seed) for seed in (5, 5, 6))
    assert (one == same).all()
    assert (one == other).all() == (initialiser.name == "zeros")


def test_zeros_are_0() -> None:
    assert not _draw("zeros").any()


@pytest.mark.parametrize(
    ("name", "spread", "variance"),
    [
        ("uniform", InitialiserSettings(), 4 / 12),
        ("uniform", InitialiserSettings(low=0.0, high=0.01), 1e-4 / 12),
        ("normal", InitialiserSettings(), 1.0),
        ("normal", InitialiserSettings(deviation=0.1), 0.01),
        ("lecun", InitialiserSettings(deviation=9.0), 1 / FAN_IN),
        ("glorot", InitialiserSettings(high=9.0), 2 / (FAN_IN + FAN_OUT)),
        ("he", InitialiserSettings(deviation=9.0), 2 / FAN_IN),
    ],
)
def test_moments_are_those_of_the_formula(
    name: str, spread: InitialiserSettings, variance: float
) -> None:
    W = _draw(name, spread)
    middle = (spread.low + spread.high) / 2 if name == "uniform" else 0
    # Six standard errors: of the mean, and of the variance, whose error is at most √(2/n) of it.
    assert abs(W.mean() - middle) < 6 * math.sqrt(variance / COUNT)
    assert abs(W.var() / variance - 1) < 6 * math.sqrt(2 / COUNT)


@pytest.mark.parametrize(
    ("name", "spread", "low", "high"),
    [
        ("uniform", InitialiserSettings(), -1.0, 1.0),
        ("uniform", InitialiserSettings(low=0.0, high=0.01), 0.0, 0.01),
        ("glorot", InitialiserSettings(), -math.sqrt(6 / 4050), math.sqrt(6 / 4050)),
    ],
)
def test_uniform_draws_fill_their_range_and_keep_to_it(
    name: str, spread: InitialiserSettings, low: float, high: float
) -> None:
    W = _draw(name, spread)
    assert low <= W.min() < low + (high - low) / 1000
    assert high - (high - low) / 1000 < W.max() < high


@pytest.mark.parametrize("name", ["normal", "lecun", "he"])
def test_normal_draws_have_normal_tails(name: str) -> None:
    W = _draw(name)
    for sigmas, share in ((1, 0.682689), (2, 0.954500), (3, 0.997300)):
        inside = (np.abs(W) < sigmas * W.std()).mean()
        assert inside == pytest.approx(share, abs=6 * math.sqrt(share * (1 - share) / COUNT))


@pytest.mark.parametrize(("name", "keeps"), [("lecun", "identity"), ("he", "relu")])
def test_a_layer_keeps_the_mean_square_of_its_inputs(name: str, keeps: str) -> None:
    generator = np.random.default_rng(1)
    x = generator.standard_normal((200, 256))
    for _ in range(5):
        x = ACTIVATIONS[keeps].value(
            x @ INITIALISERS[name].draw(generator, 256, 256, InitialiserSettings()).T
        )
    assert 0.6 < np.square(x).mean() < 1.6


def test_recommendations_name_what_exists() -> None:
    assert set(RECOMMENDED) <= set(ACTIVATIONS)
    assert set(RECOMMENDED.values()) <= set(INITIALISERS)
    assert RECOMMENDED["relu"] == "he"
    assert RECOMMENDED["selu"] == "lecun"
    assert RECOMMENDED.get("sigmoid", "glorot") == "glorot"
