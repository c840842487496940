from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from chainrule.errors import InputError
from chainrule.study.space import Parameter, make_grid


def test_values_of_ranges() -> None:
    rates = Parameter(name="learning_rate", low=0.1, high=4.0, points=40)
    assert rates.values()[:3] == (0.1, 0.2, 0.3)
    assert (len(rates.values()), rates.values()[-1]) == (40, 4.0)
    sizes = Parameter(name="batch_size", low=10, high=200, step=10, whole=True)
    assert sizes.values() == tuple(range(10, 201, 10))
    assert Parameter(name="epochs", low=1, high=3, whole=True).values() == (1, 2, 3)
    powers = Parameter(name="batch_size", low=1, high=100, log=True, points=3, whole=True)
    assert powers.values() == (1, 10, 100)
    close = Parameter(name="epochs", low=1, high=2, points=5, whole=True)
    assert close.values() == (1, 2)


@given(st.floats(1e-6, 1e3), st.floats(1.001, 1e4), st.integers(2, 50), st.booleans())
def test_a_grid_stays_in_its_range_and_reaches_its_ends(low, factor, points, log) -> None:
    range_ = Parameter(name="l2", low=low, high=low * factor, log=log, points=points)
    values = range_.values()
    assert values == tuple(sorted(values))
    assert min(values) >= range_.low
    assert max(values) <= range_.high
    assert values[0] == pytest.approx(range_.low, rel=1e-9)
    assert values[-1] == pytest.approx(range_.high, rel=1e-9)


def test_a_parameter_exists_beside_some_values_only() -> None:
    rule = Parameter(name="optimiser", choices=("sgd", "momentum"))
    when = (("optimiser", ("momentum",)),)
    share = Parameter(name="momentum", choices=(0.5, 0.9), when=when)
    assert share.applies({"optimiser": "momentum"})
    assert not share.applies({"optimiser": "sgd"})
    assert not share.applies({})
    assert make_grid([rule, share], "study") == [
        {"optimiser": "sgd"},
        {"optimiser": "momentum", "momentum": 0.5},
        {"optimiser": "momentum", "momentum": 0.9},
    ]


def test_too_large_a_grid() -> None:
    space = [
        Parameter(name=name, low=1, high=1000, whole=True) for name in ("batch_size", "epochs")
    ]
    with pytest.raises(InputError) as error:
        make_grid(space, "a.toml")
    assert str(error.value) == (
        "a.toml: expected a grid of at most 100,000 configurations, got more. "
        "Use fewer values, or search = 'random'."
    )


def test_distributions() -> None:
    layers = Parameter(name="layers", choices=([2, 3], [2, 4, 3]))
    assert layers.distribution() == CategoricalDistribution(("[2, 3]", "[2, 4, 3]"))
    assert layers.read("[2, 4, 3]") == [2, 4, 3]
    whole = Parameter(name="epochs", low=1, high=9, step=2, whole=True)
    assert whole.distribution() == IntDistribution(1, 9, step=2)
    rate = Parameter(name="learning_rate", low=0.1, high=1.0, log=True)
    assert rate.distribution() == FloatDistribution(0.1, 1.0, log=True)
    assert rate.read(0.25) == 0.25
