"""The book against PyTorch: gradients, updates and schedules, as make_gradients.py drew them."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.arrays import Array
from chainrule.equations.backpropagation import Layer, trace
from chainrule.equations.costs import COSTS, get_cost
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.schedules import SCHEDULES, Clock, ScheduleSettings, count_drops
from chainrule.equations.updates import UPDATES, UpdateSettings

FILE = Path(__file__).with_name("gradients.json")
GOLDEN: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
CASES = [
    pytest.param(case, id=f"{case['activation']}-{case['cost']}-{len(case['W'])}")
    for case in GOLDEN["gradients"]
]


# Not in the file: tests/equations does them by hand.
NEWER: dict[str, set[str]] = {
    "activations": set(),
    "costs": set(),
    "updates": {"lion"},
    "schedules": {"cosine_restarts", "rise"},
}


def _near(ours: Any, theirs: Any) -> None:
    assert_allclose(ours, theirs, rtol=1e-10, atol=1e-15)


def _flat(weights: list[Any], biases: list[Any]) -> tuple[Array, Array]:
    """All numbers in one vector, and which of them are weights."""
    parts = [np.ravel(part) for pair in zip(weights, biases, strict=True) for part in pair]
    kinds = [np.full(len(part), 1.0 - i % 2) for i, part in enumerate(parts)]
    return np.concatenate(parts), np.concatenate(kinds)


def test_the_file_says_how_it_was_made_and_leaves_no_pair_out() -> None:
    assert GOLDEN["made with"] == "torch 2.13.0"
    assert GOLDEN["made by"] == "python tests/golden/make_gradients.py"
    pairs = {(case["activation"], case["cost"], len(case["W"])) for case in GOLDEN["gradients"]}
    activations, costs = set(ACTIVATIONS) - NEWER["activations"], set(COSTS) - NEWER["costs"]
    assert pairs == set(product(activations, costs, (2, 3)))
    assert set(GOLDEN["updates"]) == set(UPDATES) - NEWER["updates"]
    assert set(GOLDEN["schedules"]) | {"constant"} == set(SCHEDULES) - NEWER["schedules"]
    assert FILE.stat().st_size < 500_000


@pytest.mark.parametrize("case", CASES)
def test_gradients_are_those_of_autodiff(case: dict[str, Any]) -> None:
    objective, phi = GOLDEN["objective"], ACTIVATIONS[case["activation"]]
    layers = [
        Layer(np.array(W), np.array(b), phi) for W, b in zip(case["W"], case["b"], strict=True)
    ]
    cost = get_cost(case["cost"], objective["huber_threshold"])
    shares = np.array(objective["shares"])[:, None]
    t = trace(np.array(case["x"]), np.array(case["y"]), layers, cost, shares)
    theta, is_weight = _flat(case["W"], case["b"])
    l1, l2 = objective["l1"], objective["l2"]
    _near(t.cost, case["C"])
    _near(t.cost + penalty(theta, is_weight, l1, l2), case["J"])
    ours = _flat(list(t.dW), list(t.db))[0] + penalty_gradient(theta, is_weight, l1, l2)
    _near(ours, _flat(case["dW"], case["db"])[0])


@pytest.mark.parametrize("name", GOLDEN["updates"])
def test_updates_step_alike(name: str) -> None:
    golden, update = GOLDEN["updates"][name], UPDATES[name]
    theta = np.array(golden["theta0"])
    state, is_weight = update.initial_state(theta), np.array([1.0, 1, 1, 0, 0])
    for t, (g, theirs) in enumerate(zip(golden["gradients"], golden["thetas"], strict=True), 1):
        settings = UpdateSettings(t=t, is_weight=is_weight, **golden["settings"])
        stepped = update.advance(theta, np.array(g), state, settings)
        theta, state = stepped.theta, stepped.state
        _near(theta, theirs)


@pytest.mark.parametrize("name", [name for name in GOLDEN["schedules"] if name != "plateau"])
def test_schedules_run_alike(name: str) -> None:
    golden = GOLDEN["schedules"][name]
    course, steps = ScheduleSettings(**golden["course"]), golden["steps"]
    clocks = [Clock(epoch=step, step=step, steps=steps) for step in range(steps + 1)]
    _near(
        [SCHEDULES[name].rate(golden["eta0"], clock, course) for clock in clocks], golden["rates"]
    )


def test_plateaus_drop_alike() -> None:
    golden = GOLDEN["schedules"]["plateau"]
    costs, course, rates = golden["costs"], ScheduleSettings(factor=golden["factor"]), []
    for n in range(1, len(costs) + 1):
        drops = count_drops(costs[:n], golden["patience"], golden["min_delta"])
        clock = Clock(epoch=n, step=n, steps=len(costs), drops=drops)
        rates.append(SCHEDULES["plateau"].rate(golden["eta0"], clock, course))
    _near(rates, golden["rates"])
    assert rates[-1] < 0.2 * golden["eta0"], "the file's costs must make the rate drop"
