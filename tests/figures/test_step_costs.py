"""The cost step by step, for several learning rates."""

from __future__ import annotations

import pytest

from chainrule.errors import InputError
from chainrule.figures.step_costs import draw_step_costs, step_costs_data
from chainrule.ledger import Ledger, parse_worked, read_worked

STEEP = """
[network]
layers = [1, 1]
activations = "identity"
weights = [[[3.0]]]
[training]
cost = "squared_error"
learning_rate = 0.1
steps = 400
[[examples]]
inputs = [2.0]
targets = [5.0]
"""


def test_costs_are_those_of_the_ledger() -> None:
    found = Ledger(read_worked("edge-detector"))
    (own,) = step_costs_data(found, steps=5)
    assert own.rate == 2
    assert own.costs.tolist() == [found.value(f"step[{n}].cost") for n in range(1, 6)]
    slow, fast = step_costs_data(found, (0.5, 2.0), steps=5)
    assert fast.costs.tolist() == own.costs.tolist()
    assert slow.costs[0] == fast.costs[0]
    assert slow.costs[-1] > fast.costs[-1]


def test_the_steps_are_those_of_the_file() -> None:
    (own,) = step_costs_data(Ledger(read_worked("two-layers")))
    assert len(own.costs) == 2


def test_a_curve_ends_where_numbers_are_not_finite(texts) -> None:
    with_rates = step_costs_data(Ledger(parse_worked(STEEP)), (0.1, 1e10))
    assert [one.diverged for one in with_rates] == [False, True]
    assert 0 < len(with_rates[1].costs) < 400
    written = texts(draw_step_costs(with_rates))
    assert "learning rate 1e+10, then not finite" in written


def test_costs_of_one_size_have_a_linear_axis() -> None:
    found = Ledger(read_worked("edge-detector"))
    (axes,) = draw_step_costs(step_costs_data(found, steps=3)).axes
    assert axes.get_yscale() == "linear"
    (axes,) = draw_step_costs(step_costs_data(found, steps=100)).axes
    assert axes.get_yscale() == "log"


def test_without_training_there_is_no_step() -> None:
    with pytest.raises(InputError, match=r"a worked example with \[training\]"):
        step_costs_data(Ledger(read_worked("approximator-relu")))
