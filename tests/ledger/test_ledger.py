from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from chainrule.equations.updates import UPDATES
from chainrule.errors import DivergenceError, InputError
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.formulas.expression import Product, Quotient, Sum, Term, evaluate
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.quantity import KINDS, Quantity


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def test_the_chain_by_hand(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    a1 = sigmoid(1.5)
    a2 = sigmoid(a1)
    d2 = 2 * a2 * a2 * (1 - a2)
    d1 = d2 * a1 * (1 - a1)
    by_hand = {
        "z[1][0]": 1.5,
        "a[1][0]": a1,
        "z[2][0]": a1,
        "a[2][0]": a2,
        "cost": a2 * a2,
        "da[2][0]": 2 * a2,
        "slope[2][0]": a2 * (1 - a2),
        "delta[2][0]": d2,
        "da[1][0]": d2,
        "slope[1][0]": a1 * (1 - a1),
        "delta[1][0]": d1,
        "dW[2][0,0]": d2 * a1,
        "db[2][0]": d2,
        "dW[1][0,0]": d1,
        "db[1][0]": d1,
        "learning_rate": 1.0,
        "W_new[1][0,0]": 0.5 - d1,
        "b_new[1][0]": 1 - d1,
        "W_new[2][0,0]": 1 - d2 * a1,
        "b_new[2][0]": -d2,
    }
    entries = list(ledger.entries(1))
    assert [str(entry.quantity) for entry in entries] == list(by_hand)
    for entry, number in zip(entries, by_hand.values(), strict=True):
        assert entry.value == pytest.approx(number, rel=1e-14), entry
    printed = {"step[2].z[1][0]": 1.41207, "step[2].a[2][0]": 0.57823, "step[2].cost": 0.33435}
    for address, number in printed.items():
        assert ledger.value(address) == pytest.approx(number, abs=5e-6)
    assert ledger.value("step[2].W[1][0,0]") == ledger.value("W_new[1][0,0]")


def test_ids_sections_and_names(chain) -> None:
    entries = list(Ledger(parse_worked(chain)).entries(1))
    ids = "F1 A3 F1 A3 C1 C1 A3 BP1 BP2a A3 BP2b BP4 BP3 BP4 BP3 S1 U1 U1 U1 U1"
    assert " ".join(entry.equation for entry in entries) == ids
    sections = ["forward"] * 4 + ["cost"] + ["errors"] * 6 + ["gradients"] * 4 + ["update"] * 5
    assert [entry.section for entry in entries] == sections
    assert [entry.name for entry in entries[:5]] == [
        "weighted sum of neuron 0 in layer 1",
        "activation of neuron 0 in layer 1",
        "weighted sum of neuron 0 in layer 2",
        "output of neuron 0 in layer 2",
        "cost",
    ]
    assert entries[-4].name == "weight after the step to neuron 0 of layer 1 from input 0"


def test_a_tree_links_to_its_factors(chain) -> None:
    formula = Ledger(parse_worked(chain)).entry("z[2][0]").formula
    assert isinstance(formula, Sum)
    product, bias = formula.terms
    assert isinstance(product, Product)
    assert [str(factor.quantity) for factor in product.factors] == ["W[2][0,0]", "a[1][0]"]
    assert bias == Term(Quantity.parse("b[2][0]"), 0.0)


def test_given_numbers_have_no_formula(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    for address, value in {"a[0][0]": 1.0, "y[0]": 0.0, "W[1][0,0]": 0.5, "b[1][0]": 1.0}.items():
        entry = ledger.entry(address)
        assert (entry.formula, entry.equation, entry.value) == (None, "", value)
    later = ledger.entry("step[2].W[1][0,0]")
    assert str(later.formula.quantity) == "W_new[1][0,0]"


def test_a_formula_has_only_what_came_before(make) -> None:
    from chainrule.ledger.formulas.expression import leaves

    example = make("relu", "softmax", cost="squared_error", optimiser="adam", l1=0.1, clip_norm=0.1)
    ledger, known = Ledger(example), set()
    given = ("y", "W", "b", "mean_old", "mean_square_old", "share")
    for entry in ledger.entries():
        for leaf in leaves(entry.formula):
            if isinstance(leaf, Term):
                q = leaf.quantity
                assert q in known or q.kind in given or (q.kind, q.layer) == ("a", 0), (entry, q)
                assert leaf.value == ledger.value(q)
        known.add(entry.quantity)


def test_arrays(make) -> None:
    ledger = Ledger(make(cost="squared_error", layers=(2, 3, 1), examples=2))
    step = ledger.step(1)
    assert ledger.value("dW[1]").shape == (3, 2)
    assert (ledger.value("dW[1]") == step.trace.dW[0]).all()
    assert (ledger.value("example[1].delta[1]") == step.trace.delta[0][1]).all()
    parts = [ledger.value(f"example[{r}].dW[1]") for r in (0, 1)]
    assert np.allclose(sum(parts), ledger.value("dW[1]"), rtol=1e-14)
    assert [str(q) for q in ledger.elements("db[1]")] == ["db[1][0]", "db[1][1]", "db[1][2]"]
    with pytest.raises(InputError) as caught:
        ledger.entry("dW[1]")
    assert str(caught.value) == (
        "explain: expected the address of one number, got 'dW[1]'. It names an array of shape "
        "(3, 2)."
    )


def test_examples_are_named_where_there_are_several(make) -> None:
    ledger = Ledger(make(cost="squared_error", examples=3, batch_size=2, steps=3))
    assert ledger.example.batch(1) == ledger.example.batch(3) == (0, 1)
    assert ledger.example.batch(2) == (2,)
    assert str(ledger.locate("step[2].z[1][0]")) == "step[2].example[2].z[1][0]"
    with pytest.raises(InputError) as caught:
        ledger.value("z[1][0]")
    assert str(caught.value) == (
        "explain: expected one example, got 'z[1][0]'. Step 1 has examples 0, 1. "
        "Write example[0].z[1][0]."
    )
    with pytest.raises(InputError) as caught:
        ledger.value("example[2].z[1][0]")
    assert str(caught.value) == (
        "explain: expected an example of step 1: examples 0, 1, got 'example[2].z[1][0]'."
    )


def test_an_only_example_may_be_named(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    assert str(ledger.locate("example[0].z[1][0]")) == "z[1][0]"


def test_the_batchs_cost_and_one_examples(make) -> None:
    ledger = Ledger(make(cost="squared_error", examples=2, weighted=True))
    shares = [ledger.value(f"example[{r}].share") for r in (0, 1)]
    costs = [ledger.value(f"example[{r}].cost") for r in (0, 1)]
    assert sum(shares) == pytest.approx(1)
    assert ledger.value("cost") == pytest.approx(np.dot(shares, costs), rel=1e-15)
    assert isinstance(ledger.entry("example[1].share").formula, Quotient)


def test_what_the_step_takes_off(make) -> None:
    ledger = Ledger(make(cost="squared_error", optimiser="adamw", weight_decay=0.5))
    for address in ("W[1][0,1]", "b[2][1]"):
        place = address[1:]
        before, after = ledger.value(address), ledger.value(f"{address[0]}_new{place}")
        change, decay = ledger.entry(f"change{place}"), ledger.entry(f"decay{place}")
        assert before - change.value - decay.value == pytest.approx(after, rel=1e-15)
        assert evaluate(change.formula) == pytest.approx(change.value, rel=1e-12)
        assert evaluate(decay.formula) == pytest.approx(decay.value, rel=1e-12)
        assert (decay.value == 0) == (address[0] == "b")


def test_the_state_before_and_steps_before(make) -> None:
    first = Ledger(make(cost="squared_error", optimiser="adam", steps=3))
    stepped = first.step(2).result.update
    later = replace(first.example, parameters=stepped.theta, state=stepped.state, start=2, steps=1)
    ledger = Ledger(later)
    for entry in ledger.entries():
        assert entry.value == first.value(replace(entry.quantity, step=3))
    assert ledger.value("mean_old[1][0,0]") == first.value("step[2].mean[1][0,0]")


def test_the_pass_forward_alone() -> None:
    text = """
    [network]
    layers = [1, 2, 1]
    activations = "relu"
    weights = [[[1], [-1]], [[1, 0.5]]]
    biases = [[0.5, 1], [0]]
    [[examples]]
    inputs = [1]
    """
    ledger = Ledger(parse_worked(text))
    assert [(str(e.quantity), e.value) for e in ledger.entries()] == [
        ("z[1][0]", 1.5),
        ("a[1][0]", 1.5),
        ("z[1][1]", 0.0),
        ("a[1][1]", 0.0),
        ("z[2][0]", 1.5),
        ("a[2][0]", 1.5),
    ]
    assert ledger.exact_value("a[2][0]") == Fraction(3, 2)
    with pytest.raises(InputError) as caught:
        ledger.value("cost")
    assert str(caught.value) == (
        "worked example: expected one of a, z, W, b, got 'cost'. Without a table [training] "
        "there is no cost and no step."
    )


def test_fractions(chain) -> None:
    ledger = Ledger(parse_worked(chain.replace('"sigmoid"', '"relu"').replace("= 1.0", "= 0.1")))
    exact = {
        "z[1][0]": Fraction(3, 2),
        "cost": Fraction(9, 4),
        "delta[1][0]": Fraction(3),
        "learning_rate": Fraction(1, 10),
        "W_new[2][0,0]": Fraction(1) - Fraction(1, 10) * 3 * Fraction(3, 2),
    }
    for address, fraction in exact.items():
        assert ledger.exact_value(address) == fraction
        assert float(fraction) == pytest.approx(ledger.value(address), rel=1e-15)
    assert ledger.exact_value("step[2].W[2][0,0]") == exact["W_new[2][0,0]"]
    assert Ledger(parse_worked(chain)).exact_value("a[1][0]") is None


def test_fractions_that_grow_too_long_end(chain) -> None:
    text = chain.replace('"sigmoid"', '"identity"').replace("steps = 2", "steps = 9")
    ledger = Ledger(parse_worked(text.replace("learning_rate = 1.0", "learning_rate = 0.017")))
    assert ledger.exact_value("step[2].z[1][0]") is not None
    assert ledger.exact_value("step[9].W_new[1][0,0]") is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("[[[0.5]], [[1.0]]]", "[[[1e300]], [[1e300]]]"),
            "worked example: expected finite numbers, got inf in z[2] of step 1. The step "
            "was not taken. Use smaller weights, inputs or learning_rate.",
        ),
        (
            ('"squared_error"', '"binary_cross_entropy"'),
            "worked example: expected finite numbers, got inf in cost of step 1. The step "
            "was not taken. Use outputs for which the cost is finite.",
        ),
    ],
)
def test_numbers_that_are_not_finite(chain, change, told) -> None:
    text = chain.replace('"sigmoid"', '"identity"').replace("= [0.0]", "= [1.0]")
    text = text.replace("[[1.0], [0.0]]", "[[-0.5], [0.0]]")
    with pytest.raises(DivergenceError) as caught:
        Ledger(parse_worked(text.replace(*change))).step(1)
    assert str(caught.value) == told


def test_a_step_that_is_not_there(chain) -> None:
    with pytest.raises(InputError) as caught:
        Ledger(parse_worked(chain)).step(3)
    assert str(caught.value) == "worked example: expected a step from 1 to 2, got 3."


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("a[3][0]", "expected a layer from 0 to 2, got 'a[3][0]'. The network is 1-1-1."),
        ("z[3]", "expected a layer from 1 to 2, got 'z[3]'. The network is 1-1-1."),
        ("z[1][1]", "expected neuron 0 alone, got 'z[1][1]'. The network is 1-1-1."),
        ("W[1][0,1]", "expected input 0 alone, got 'W[1][0,1]'. The network is 1-1-1."),
        ("y[1]", "expected output 0 alone, got 'y[1]'. The network is 1-1-1."),
        (
            "step[3].cost",
            "expected a step from 1 to 2, got 'step[3].cost'. The example has 2 steps. Set steps "
            "in [training] to see more.",
        ),
        (
            "velocity[1][0,0]",
            "expected what the update has, got 'velocity[1][0,0]'. The optimiser sgd keeps no "
            "velocity; momentum, nesterov would.",
        ),
        (
            "decay[1][0,0]",
            "expected what the update has, got 'decay[1][0,0]'. The optimiser sgd has no decay; "
            "adamw, lion would.",
        ),
    ],
)
def test_addresses_out_of_range(chain, address, told) -> None:
    with pytest.raises(InputError) as caught:
        Ledger(parse_worked(chain)).value(address)
    assert str(caught.value) == f"worked example: {told}"


def test_what_the_network_does_not_have(make) -> None:
    example = make("softmax", cost="squared_error", biases=False)
    for address in ("b[1][0]", "g[1][0]"):
        with pytest.raises(InputError) as caught:
            Ledger(example).value(address)
        assert str(caught.value) == (
            f"explain: expected a quantity that the network has, got {address!r}. Its layers have "
            "no biases."
        )
    with pytest.raises(InputError) as caught:
        Ledger(example).value("example[0].slope[1][0]")
    assert str(caught.value) == (
        "explain: expected a layer that has slopes, got 'example[0].slope[1][0]'. The "
        "outputs of softmax depend on each other, so a neuron has no slope of its own."
    )


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("update", ["sgd", "nesterov", "rmsprop", "adamw", "lion"])
@pytest.mark.parametrize("clip", [None, 0.01, 100.0])
def test_every_kind_can_be_asked_for(make, update, many, clip) -> None:
    example = make(
        cost="squared_error",
        optimiser=update,
        clip_norm=clip,
        l1=0.1 * many,
        examples=1 + many,
        weighted=many,
    )
    ledger, asked = Ledger(example), 0
    lacking = {"velocity", "mean", "mean_square"}
    lacking |= set() if update in ("adamw", "lion") else {"decay"}
    for kind in (kind for name, kind in KINDS.items() if name != "t"):
        for address in addresses(kind.name, kind.form):
            for prefix in prefixes(kind.scope, many):
                base = kind.name.removesuffix("_old")
                if base in lacking - set(UPDATES[update].slots):
                    with pytest.raises(InputError, match=f"The optimiser {update} "):
                        ledger.entry(f"step[2].{prefix}{address}")
                    continue
                entry = ledger.entry(f"step[2].{prefix}{address}")
                asked += 1
                if entry.formula is not None:
                    assert evaluate(entry.formula) == pytest.approx(entry.value, rel=1e-12)
                assert ledger.exact_value(entry.quantity) is None or kind.name != "delta"
    assert asked > 25


def addresses(kind: str, form: str) -> list[str]:
    indices = {"number": [""], "target": ["[1]"], "vector": ["[1][0]", "[2][1]"]}
    indices |= {"matrix": ["[1][0,1]", "[2][1,0]"], "parameter": ["[1][0,1]", "[2][1]"]}
    return [kind + index for index in indices[form]]


def prefixes(scope: str, many: bool) -> list[str]:
    if not many:
        return [""]
    return {"example": ["example[1]."], "batch": [""], "both": ["", "example[0]."]}[scope]


def test_exact_functions() -> None:
    text = """
    [network]
    layers = [1, 2]
    activations = "%s"
    weights = [[[0], [0]]]
    [training]
    cost = "mean_squared_error"
    learning_rate = 0.5
    clip_norm = 0.75
    [[examples]]
    inputs = [2]
    targets = [%s]
    """
    half = Ledger(parse_worked(text % ("sigmoid", "0, 1")))
    assert half.exact_value("a[1][0]") == Fraction(1, 2)
    assert half.exact_value("cost") == Fraction(1, 4)
    assert half.exact_value("gradient_norm") is None  # the root of 1/8
    straight = Ledger(parse_worked(text % ("identity", "0.3, 0.4")))
    assert straight.exact_value("gradient_norm") == 1
    assert straight.exact_value("g_clipped[1][0,0]") == Fraction(-9, 20)
    assert straight.exact_value("W_new[1][1,0]") == Fraction(3, 10)
    assert Ledger(parse_worked(text % ("tanh", "0, 0"))).exact_value("a[1][0]") == 0
    assert Ledger(parse_worked(text % ("silu", "0, 0"))).exact_value("slope[1][0]") == Fraction(
        1, 2
    )
    assert Ledger(parse_worked(text % ("selu", "0, 0"))).exact_value("a[1][0]") is None
    assert Ledger(parse_worked(text % ("gelu", "0, 0"))).exact_value("a[1][0]") is None


def test_names_of_all_kinds(make) -> None:
    ledger = Ledger(make(cost="squared_error", optimiser="momentum"))
    names = {
        "example[1].a[0][1]": "input 1, example 1",
        "example[1].y[0]": "target of output 0, example 1",
        "example[0].dW[2][0,1]": "gradient of the cost by the weight to neuron 0 of layer 2 from "
        "neuron 1, part of example 0",
        "velocity[1][0]": "velocity of b[1][0]",
        "g[1][0,1]": "gradient of cost and penalty of W[1][0,1]",
    }
    for address, name in names.items():
        assert ledger.entry(address).name == name


def test_a_file_that_is_too_deep_for_recursion(chain) -> None:
    layers = 60
    text = f"""
    [network]
    layers = {[1] * (layers + 1)}
    activations = "relu"
    weights = {[[[1]]] * layers}
    [training]
    cost = "squared_error"
    learning_rate = 0.5
    [[examples]]
    inputs = [1]
    targets = [0.5]
    """
    ledger = Ledger(parse_worked(text))
    assert ledger.exact_value("W_new[1][0,0]") == Fraction(1, 2)
