"""What textbooks print besides: costs of single outputs, gradients by inputs, biases held fixed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.affine import input_gradient
from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import output_cost
from chainrule.equations.updates import UPDATES
from chainrule.errors import ChainruleError, InputError
from chainrule.ledger import Ledger, describe_example, parse_worked
from chainrule.ledger.files import format_worked
from chainrule.ledger.formulas import evaluate

MAZUR = """
[network]
layers = [2, 2, 2]
activations = "sigmoid"
weights = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]
biases = [[0.35, 0.35], [0.60, 0.60]]
[training]
cost = "half_squared_error"
learning_rate = 0.5
steps = 2
biases = "fixed"
[[examples]]
inputs = [0.05, 0.10]
targets = [0.01, 0.99]
"""


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_the_costs_of_the_outputs_add_up(make, cost, activation) -> None:
    example = make("tanh", activation, cost=cost, layers=(2, 2, 3))
    ledger = Ledger(example)
    step = ledger.step(1)
    for place, row in enumerate(step.rows):
        parts = [ledger.entry(f"example[{row}].c[{i}]") for i in range(3)]
        whole = ledger.value(f"example[{row}].cost")
        assert math.fsum(one.value for one in parts) == pytest.approx(whole, rel=1e-12)
        for one in parts:
            assert evaluate(one.formula) == pytest.approx(one.value, rel=1e-12, abs=1e-300)
            assert one.section == "cost"
        if (cost, activation) == ("half_squared_error", "sigmoid"):
            a, y = step.a[-1][place], step.trace.y[place]
            assert [one.value for one in parts] == (0.5 * np.square(a - y)).tolist()


def test_the_cost_of_one_output_is_the_cost(make) -> None:
    example = make("tanh", "sigmoid", cost="binary_cross_entropy", layers=(2, 2, 1), examples=1)
    ledger = Ledger(example)
    step = ledger.step(1)
    z, a, y = step.z[-1], step.a[-1], step.trace.y
    alone = output_cost(step.cost, step.layers[-1].activation, z, a, y)
    assert ledger.value("c[0]") == alone[0] == ledger.value("cost")
    assert ledger.value("c").tolist() == alone.tolist()
    assert ledger.entry("c[0]").name == "cost of output 0"


def test_gradients_by_the_inputs_to_the_bit(make) -> None:
    ledger = Ledger(make("tanh", layers=(3, 2, 1), cost="squared_error"))
    step = ledger.step(1)
    expected = input_gradient(step.layers[0].W, step.trace.delta[0])
    for place, row in enumerate(step.rows):
        assert ledger.value(f"example[{row}].da[0]").tolist() == expected[place].tolist()
        assert ledger.value(f"example[{row}].dx[1]").tolist() == expected[place].tolist()
    entry = ledger.entry("example[0].dx[1][2]")
    assert (entry.equation, str(entry.quantity)) == ("BP2a", "example[0].da[0][2]")
    assert entry.name == "gradient of the cost by input 2, example 0"
    assert evaluate(entry.formula) == pytest.approx(entry.value, rel=1e-12)
    inner = ledger.value("example[0].dx[2]").tolist()
    assert inner == ledger.value("example[0].da[1]").tolist()


def test_gradients_by_the_inputs_are_differences() -> None:
    ledger, step = Ledger(parse_worked(MAZUR)), 1e-6
    for place, old in enumerate(("0.05, 0.10", "0.05, 0.10")):
        moved = []
        for sign in (1, -1):
            x = [0.05, 0.10]
            x[place] += sign * step
            text = MAZUR.replace(old, f"{x[0]!r}, {x[1]!r}")
            moved.append(Ledger(parse_worked(text)).value("cost"))
        difference = (moved[0] - moved[1]) / (2 * step)
        assert ledger.value(f"da[0][{place}]") == pytest.approx(difference, rel=1e-6)


def test_biases_that_are_held_fixed_change_no_gradient_and_stay() -> None:
    fixed = Ledger(parse_worked(MAZUR))
    moving = Ledger(parse_worked(MAZUR.replace('biases = "fixed"', 'biases = "trained"')))
    for address in ("dW[1]", "db[1]", "db[2]", "W_new[1]", "W_new[2]", "cost"):
        assert np.array_equal(fixed.value(address), moving.value(address))
    assert fixed.value("b_new[1]").tolist() == fixed.value("step[2].b[1]").tolist() == [0.35, 0.35]
    assert fixed.value("step[2].cost") == 0.29102777369359933
    assert moving.value("step[2].cost") == pytest.approx(0.28047144679143016, rel=1e-14)
    assert describe_example(fixed.example).endswith("learning rate 0.5, biases fixed")
    addresses = [str(one) for one in fixed.quantities(1)]
    assert "b_new[1][0]" not in addresses
    assert "db[1][0]" in addresses
    entry = fixed.entry("b_new[1][0]")
    assert (entry.equation, str(entry.formula.quantity)) == ("T1", "b[1][0]")


@pytest.mark.parametrize("update", UPDATES)
def test_they_stay_under_every_update(make, update) -> None:
    example = make("tanh", cost="squared_error", optimiser=update, l2=0.1, clip_norm=0.05)
    ledger = Ledger(replace(example, fixes_biases=True, steps=2))
    old = ledger.value("b[1]").tolist()
    assert ledger.value("step[2].b_new[1]").tolist() == old
    weights = np.concatenate([ledger.value(f"W_new[{layer}]").ravel() for layer in (1, 2)])
    assert np.isfinite(weights).all()
    norm = np.sqrt(sum(np.square(ledger.step(1).result.gradient)))
    assert ledger.value("gradient_norm") == pytest.approx(norm, rel=1e-14)
    for entry in ledger.entries():
        assert evaluate(entry.formula) == pytest.approx(entry.value, rel=1e-9, abs=1e-300)
    with pytest.raises(InputError, match="The biases are held fixed"):
        ledger.locate("g[1][0]")


def test_nothing_may_be_remembered_of_them(make) -> None:
    example = make("tanh", cost="squared_error", optimiser="momentum")
    state = np.zeros_like(example.state)
    state[0, -1] = 1
    with pytest.raises(InputError, match="nothing remembered of biases that are held fixed"):
        replace(example, fixes_biases=True, state=state)


def test_the_key_is_read_written_and_refused() -> None:
    example = parse_worked(MAZUR)
    assert parse_worked(format_worked(example)).fixes_biases
    assert 'biases = "fixed"' in format_worked(example)
    with pytest.raises(ChainruleError, match="line 11: expected a name for biases, got 'frozen'"):
        parse_worked(MAZUR.replace('"fixed"', '"frozen"'), "f.toml")
    without = MAZUR.replace("biases = [[0.35, 0.35], [0.60, 0.60]]\n", "")
    with pytest.raises(ChainruleError) as caught:
        parse_worked(without, "f.toml")
    assert str(caught.value) == (
        "f.toml, line 10: expected biases to be held fixed, got a network without any."
    )


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
def test_costs_of_outputs_of_every_activation(make, activation) -> None:
    ledger = Ledger(make("tanh", activation, cost="huber", huber_threshold=0.1, layers=(2, 2, 2)))
    for entry in (ledger.entry(f"example[0].c[{i}]") for i in range(2)):
        assert evaluate(entry.formula) == pytest.approx(entry.value, rel=1e-12)
