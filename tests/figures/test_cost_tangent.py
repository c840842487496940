"""The cost against one number: the curve is the cost, and the tangent the gradient."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.figures.cost_tangent import cost_tangent_data, draw_cost_tangent
from chainrule.ledger import Ledger, parse_worked, read_worked

SOFTMAX = """
[network]
layers = [2, 2, 2]
activations = ["tanh", "softmax"]
weights = [[[0.5, -0.4], [0.3, 0.9]], [[1.0, -1.0], [0.2, 0.7]]]
biases = [[0.1, 0.0], [0.0, -0.2]]
[training]
cost = "categorical_cross_entropy"
learning_rate = 0.1
[[examples]]
inputs = [1.0, 0.5]
targets = [1.0, 0.0]
"""


def ledger(name: str = "edge-detector-batch") -> Ledger:
    return Ledger(parse_worked(SOFTMAX) if name == "softmax" else read_worked(name))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("edge-detector", ""),
        ("edge-detector", "a[2][1]"),
        ("edge-detector", "z[1][2]"),
        ("edge-detector", "step[3].W[2][1,2]"),
        ("edge-detector-batch", "b[1][2]"),
        ("edge-detector-batch", "example[3].a[1][1]"),
        ("edge-detector-batch", "example[4].z[2][1]"),
        ("softmax", "z[2][1]"),
        ("softmax", "a[2][0]"),
        ("softmax", "W[1][0,1]"),
    ],
)
def test_curve_and_tangent_are_cost_and_gradient(name: str, address: str) -> None:
    found = ledger(name)
    data = cost_tangent_data(found, address)
    step = address.partition(".")[0] + "." if address.startswith("step") else ""
    assert data.cost == pytest.approx(found.value(f"{step}cost"), rel=1e-12)
    near = np.argsort(np.abs(data.at - data.value))[:9]
    through = np.polynomial.Polynomial.fit(data.at[near], data.costs[near], 6)
    assert through.deriv()(data.value) == pytest.approx(data.slope, rel=1e-5)
    assert through(data.value) == pytest.approx(data.cost, rel=1e-6)


def test_a_parameter_has_a_number_after_the_step() -> None:
    found = ledger("edge-detector")
    data = cost_tangent_data(found, "W[2][1,1]")
    assert data.next_value == found.value("W_new[2][1,1]")
    assert data.next_value == pytest.approx(data.value - 2 * data.slope)
    assert cost_tangent_data(found, "z[2][1]").next_value is None


@pytest.mark.parametrize("address", ["cost", "W[1]", "a[0][1]", "dW[1][1,1]"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InputError, match="a weight, a bias, a weighted sum or an activation"):
        cost_tangent_data(ledger("edge-detector"), address)


def test_without_training_there_is_no_cost() -> None:
    with pytest.raises(InputError, match=r"got one without \[training\]"):
        cost_tangent_data(ledger("approximator-relu"))


def test_it_is_drawn(texts) -> None:
    written = texts(draw_cost_tangent(cost_tangent_data(ledger("edge-detector"), "W[2][1,1]")))
    assert {"tangent, slope -0.135", "after the step: 1.77"} <= set(written)
    plain = texts(draw_cost_tangent(cost_tangent_data(ledger("edge-detector"), "a[2][1]")))
    assert not any("after the step" in text for text in plain)
