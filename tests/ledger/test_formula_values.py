"""Every formula comes to the law's number, and every number is the engine's to the bit."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from chainrule.engine.contract import Until
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.updates import UPDATES
from chainrule.ledger.formulas.expression import Arithmetic, Leaf, Term, evaluate, leaves
from chainrule.ledger.ledger import Ledger

VARIATIONS = (
    {},
    {"l1": 0.01},
    {"l2": 0.1, "clip_norm": 0.01},
    {"l1": 0.02, "l2": 0.03, "clip_norm": 100.0},
    {"schedule": "one_cycle", "weighted": True},
)
PAIRS = list(itertools.product(ACTIVATIONS, COSTS))


def scale(entry) -> float:
    """The greatest number in a formula: what its rounding is measured by."""
    return max((abs(leaf.value) for leaf in leaves(entry.formula)), default=0.0)


def agrees(entry) -> bool:
    size = max(scale(entry), abs(entry.value))
    found = evaluate(entry.formula)
    return math.isclose(found, entry.value, rel_tol=1e-12, abs_tol=1e-14 * size)


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_every_tree_is_the_law(make, activation, cost) -> None:
    for at, update in enumerate(UPDATES):
        variation = VARIATIONS[(at + PAIRS.index((activation, cost))) % len(VARIATIONS)]
        example = make(activation, cost=cost, optimiser=update, seed=at, epochs=2, **variation)
        for entry in Ledger(example).entries():
            assert agrees(entry), (update, entry)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("cost", ["binary_cross_entropy", "categorical_cross_entropy"])
@pytest.mark.parametrize("spread", [1.0, 40.0, 200.0])
def test_exact_pairs_from_sure_to_unsure(make, activation, cost, spread) -> None:

    example = make("tanh", activation, cost=cost, layers=(2, 3))
    far = replace(example, parameters=example.parameters * spread)
    for entry in Ledger(far).entries():
        assert agrees(entry), entry


def test_an_exact_pair_can_be_worked_out_the_long_way(make) -> None:

    for cost, targets in itertools.product(list(COSTS)[3:5], ([0.25, 0.0], [1.0, 0.5])):
        example = make(cost=cost, examples=1)
        dataset = replace(example.dataset, targets=np.array([targets]))
        ledger = Ledger(replace(example, dataset=dataset))
        for at in (0, 1):
            da, slope = ledger.entry(f"da[2][{at}]"), ledger.entry(f"slope[2][{at}]")
            assert agrees(da), da
            assert agrees(slope), slope
            delta = ledger.value(f"delta[2][{at}]")
            assert da.value * slope.value == pytest.approx(delta, rel=1e-14)


def test_one_hot_targets_and_one_class(make) -> None:

    for activation, cost in itertools.product(("sigmoid", "softmax"), list(COSTS)[3:5]):
        example = make(activation, cost=cost, layers=(2, 3))
        one_hot = replace(example.dataset, targets=np.eye(3)[:2])
        for entry in Ledger(replace(example, dataset=one_hot)).entries():
            assert agrees(entry), entry


def in_digits(ledger: Ledger, known: dict, quantity) -> mpmath.mpf:
    """A number with 50 digits, from its formula and those of all that is in it."""
    if quantity not in known:
        form = ledger.form(quantity)
        arithmetic = Arithmetic(lambda leaf: leaf_in_digits(ledger, known, leaf), called)
        given = mpmath.mpf(ledger.value(quantity)) if form is None else None
        known[quantity] = given if form is None else evaluate(form.expression, arithmetic)
    return known[quantity]


def leaf_in_digits(ledger: Ledger, known: dict, leaf: Leaf) -> mpmath.mpf:
    is_term = isinstance(leaf, Term)
    return in_digits(ledger, known, leaf.quantity) if is_term else mpmath.mpf(leaf.value)


CALLS = {
    "abs": abs,
    "max": max,
    "min": min,
    "sqrt": mpmath.sqrt,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "ln": mpmath.log,
    "log1p": mpmath.log1p,
    "cos": mpmath.cos,
    "sign": mpmath.sign,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "normal_cdf": mpmath.ncdf,
    "normal_pdf": mpmath.npdf,
}


def called(function: str, *arguments: mpmath.mpf) -> mpmath.mpf:
    return CALLS[function](*arguments)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "step"])
def test_fifty_digits(make, activation) -> None:
    with mpmath.workdps(50):
        for at, (cost, update) in enumerate(zip(COSTS, itertools.cycle(UPDATES), strict=False)):
            example = make(activation, cost=cost, optimiser=update, seed=10 + at, steps=1)
            ledger, known = Ledger(example), {}
            for entry in ledger.entries():
                digits = in_digits(ledger, known, entry.quantity)
                size = max(abs(entry.value), 0.1 * scale(entry))
                assert abs(digits - entry.value) <= 2e-13 * size, entry


def test_500_networks_are_the_engines_to_the_bit(make) -> None:
    rng = np.random.default_rng(5)
    for seed in range(500):
        layers = tuple(int(n) for n in rng.integers(1, 4, rng.integers(2, 5)))
        last = "sigmoid" if layers[-1] == 1 else str(rng.choice(["sigmoid", "softmax"]))
        example = make(
            str(rng.choice(list(ACTIVATIONS))),
            last,
            layers=layers,
            examples=int(rng.integers(1, 4)),
            seed=seed,
            steps=3,
            epochs=3,
            cost=str(rng.choice(list(COSTS))),
            optimiser=str(rng.choice(list(UPDATES))),
            weighted=bool(rng.integers(2)),
            **VARIATIONS[seed % 4],
        )
        assert_engines(Ledger(example))


def assert_engines(ledger: Ledger) -> None:
    example = ledger.example
    engine = ReferenceEngine(TrainingContext(example.architecture, example.recipe, example.dataset))
    position = Position(example.parameters, example.state)
    for number in range(1, example.steps + 1):
        step = ledger.step(number)
        trace = engine.trace(position.parameters, np.array(step.rows))
        for name in ("z", "a", "delta", "dW", "db"):
            for ours, law in zip(getattr(step.trace, name), getattr(trace, name), strict=True):
                assert (ours == law).all()
        assert step.trace.cost == trace.cost
        assert step.result.settings.update_settings.eta == engine.learning_rate(position)
        position = engine.advance(position, Until(batches=1))
        assert (step.result.update.theta == position.parameters).all()
        assert (step.result.update.state == position.state).all()
        assert step.result.gradient_norm == position.sums.gradient_norm
        position = Position(position.parameters, position.state, epoch=number, step=number)


def test_the_entries_are_the_arrays(make) -> None:
    ledger = Ledger(make("tanh", cost="huber", optimiser="adam", l2=0.1, examples=3))
    for number in (1, 2):
        step = ledger.step(number)
        for entry in ledger.entries(number):
            q = entry.quantity
            if q.kind in ("z", "a", "delta"):
                array = getattr(step.trace, q.kind)[q.layer - 1][q.example]
                assert entry.value == array[q.index]
            elif q.kind in ("dW", "db"):
                assert entry.value == getattr(step.trace, q.kind)[q.layer - 1][q.index]


def test_float32_is_the_trainings_own(make) -> None:
    ledger = Ledger(make("relu", "softmax", cost="categorical_cross_entropy", dtype="float32"))
    assert ledger.step(1).trace.z[0].dtype == np.float32
    assert_engines(ledger)
