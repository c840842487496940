from __future__ import annotations

import itertools
import json
import sys
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.errors import InputError, MissingLibraryError
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.formulas.expression import Term, evaluate, leaves
from chainrule.ledger.ledger import LEDGER_FORMATS, Ledger
from chainrule.ledger.rendering.symbolic import agreement_text, derive, symbolic_gradients

PAIRS = list(itertools.product(ACTIVATIONS, COSTS))


def assert_agrees(found) -> None:
    law = found.entry.value
    assert found.agrees
    assert found.value == pytest.approx(law, rel=1e-12, abs=1e-15)
    assert evaluate(found.entry.formula) == pytest.approx(law, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_every_pair(make, activation, cost) -> None:
    at = PAIRS.index((activation, cost))
    ledger = Ledger(make(activation, cost=cost, seed=at, l1=0.01, l2=0.02, weighted=True))
    for address in ("g[1][1,0]", "step[2].db[2][1]"):
        assert_agrees(derive(ledger, address))


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "step"])
def test_other_activations_below(make, activation) -> None:
    ledger = Ledger(make(activation, "sigmoid", cost="half_squared_error", layers=(2, 2, 1)))
    for found in symbolic_gradients(ledger, 1, DisplayOptions()):
        assert_agrees(found)


def test_hand_computed(chain) -> None:
    """2 (a - 0) · σ'(z²) · w² · σ'(z¹) · x with σ' = e^-z / (1 + e^-z)²."""
    ledger = Ledger(parse_worked(chain))
    found = derive(ledger, "dW[1][0,0]")
    with mpmath.workdps(30):
        e1 = mpmath.exp(mpmath.mpf("-1.5"))
        a1 = 1 / (1 + e1)
        e2 = mpmath.exp(-a1)
        a2 = 1 / (1 + e2)
        slope = e2 / (1 + e2) ** 2 * e1 / (1 + e1) ** 2
        assert found.value == float(2 * a2 * slope)
    assert found.equation == "BP4"
    used = {str(leaf.quantity) for leaf in leaves(found.entry.formula) if isinstance(leaf, Term)}
    assert used == {"W[2][0,0]", "a[0][0]", "y[0]", "z[1][0]", "z[2][0]"}


def test_all_of_a_small_network_the_first_of_each_tensor_of_a_larger_one(make) -> None:
    small = symbolic_gradients(Ledger(make(cost="squared_error")), 2, DisplayOptions())
    assert [str(one.entry.quantity) for one in small] == [
        *(f"step[2].dW[1][{j},{k}]" for j in (0, 1) for k in (0, 1)),
        *("step[2].db[1][0]", "step[2].db[1][1]"),
        *(f"step[2].dW[2][{j},{k}]" for j in (0, 1) for k in (0, 1)),
        *("step[2].db[2][0]", "step[2].db[2][1]"),
    ]
    larger = symbolic_gradients(
        Ledger(make(cost="squared_error", layers=(3, 4, 2), l2=0.1)), 1, DisplayOptions()
    )
    assert [str(one.entry.quantity) for one in larger] == [
        *("g[1][0,0]", "db[1][0]", "g[2][0,0]", "db[2][0]")
    ]


def test_one_example_of_a_batch(make) -> None:
    ledger = Ledger(make("tanh", cost="squared_error"))
    found = derive(ledger, "example[1].dW[1][0,1]")
    assert_agrees(found)
    examples = {
        leaf.quantity.example for leaf in leaves(found.entry.formula) if isinstance(leaf, Term)
    }
    assert examples == {1, None}


def test_at_a_kink_the_laws_branch_is_taken(make) -> None:
    for activation in ("relu", "leaky_relu", "elu", "selu"):
        example = make(activation, "identity", cost="squared_error", layers=(1, 1, 1), examples=1)
        flat = np.array([0.0, 0.0, 2.0, 0.25])  # z is 0 in the first layer
        ledger = Ledger(replace(example, parameters=flat))
        assert ledger.value("z[1][0]") == 0
        assert_agrees(derive(ledger, "db[1][0]"))
    example = make("identity", cost="absolute_error", layers=(1, 1), examples=1)
    dataset = replace(example.dataset, targets=np.array([[0.25]]))
    even = replace(example, dataset=dataset, parameters=np.array([0.0, 0.25]))
    assert derive(Ledger(even), "db[1][0]").value == 0


def test_where_floats_lose_their_digits(make) -> None:
    example = make("sigmoid", cost="binary_cross_entropy", layers=(1, 1), examples=1)
    for target in (0.0, 1.0):
        dataset = replace(example.dataset, inputs=np.ones((1, 1)), targets=np.array([[target]]))
        for z in (-60.0, 60.0, 700.0):
            far = replace(example, dataset=dataset, parameters=np.array([z, 0.0]))
            found = derive(Ledger(far), "dW[1][0,0]")
            assert found.value == pytest.approx(found.entry.value, rel=1e-12, abs=0)


def test_one_class_and_one_hot(make) -> None:
    for cost in ("binary_cross_entropy", "categorical_cross_entropy"):
        example = make("softmax", cost=cost, layers=(2, 3))
        one_hot = replace(example.dataset, targets=np.eye(3)[:2])
        for found in symbolic_gradients(
            Ledger(replace(example, dataset=one_hot)), 1, DisplayOptions()
        ):
            assert_agrees(found)


def test_every_format_has_them(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    for name in LEDGER_FORMATS:
        plain, symbolic = (ledger.render(name, DisplayOptions(symbolic=on)) for on in (False, True))
        assert "SymPy" not in plain
        assert symbolic.count("the same number") == (0 if name == "json" else 8)
    records = json.loads(ledger.render("json", DisplayOptions(symbolic=True, step=1)))
    found = [record for record in records if "symbolic" in record]
    assert [record["quantity"] for record in found] == [
        *("dW[1][0,0]", "db[1][0]", "dW[2][0,0]", "db[2][0]")
    ]
    assert found[0]["section"] == "symbolic"
    assert found[0]["symbolic"]["agrees"] is True
    assert found[0]["symbolic"]["value"] == pytest.approx(found[0]["value"], rel=1e-15)


def test_in_text(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    chosen = (ledger.locate("db[2]"), ledger.locate("step[2].db[2]"), ledger.locate("cost"))
    text = ledger.render("text", DisplayOptions(quantities=chosen, symbolic=True))
    assert (
        "\n\nSymbolic\n\n"
        "Derived by SymPy from the objective, with a letter for every weighted sum z.\n\n"
        "SymPy  db[2][0] = (2·(1/(1 + e^(-z[2][0])) - y[0])·e^(-z[2][0]))/(1 +\n"
        "                    e^(-z[2][0]))²\n"
        "                = (2·(1/(1 + e^(-0.817574)) - 0)·e^(-0.817574))/(1 +\n"
        "                    e^(-0.817574))²\n"
        "                = 0.294793\n"
        "                  by BP3 the same number, "
    ) in text
    assert text.count("Symbolic") == 2


def test_another_number_is_told(chain) -> None:
    found = derive(Ledger(parse_worked(chain)), "db[2][0]")
    wrong = replace(found, value=0.25)
    assert not wrong.agrees
    assert agreement_text(wrong, 3) == "by BP3 another number than SymPy's 0.25, 0.04 apart"
    assert not replace(found, value=float("nan")).agrees


def refused(ledger: Ledger, *addresses: str, **options) -> str:
    chosen = tuple(map(ledger.locate, addresses))
    asked = DisplayOptions(symbolic=True, quantities=chosen, **options)
    with pytest.raises(InputError) as caught:
        ledger.render("text", asked)
    return str(caught.value)


def test_refusals(make, chain) -> None:
    told = "explain: expected at most {} for SymPy to derive gradients, got {}. Larger derivatives "
    told += "take long and cannot be read."
    wide = Ledger(make(cost="squared_error", layers=(10, 5, 1)))
    assert refused(wide) == told.format("60 weights and biases", 61)
    ways = "32 ways through the network, from a weight to the costs of a batch"
    many = Ledger(make(cost="squared_error", layers=(1, 1, 2), examples=17))
    assert refused(many) == told.format(ways, 34)
    long = Ledger(parse_worked(chain.replace("steps = 2", "steps = 6")))
    assert refused(long).endswith(
        "at most 5 steps for SymPy to derive gradients, got 6. Larger derivatives take long and "
        "cannot be read. Show one step with --step."
    )
    assert "Symbolic" in long.render("text", DisplayOptions(symbolic=True, step=6))
    assert refused(Ledger(parse_worked(chain)), "z[1]") == (
        "worked example: expected a gradient to derive: dW, db or g, got 'z[1]'."
    )
    text = """
    network = { layers = [1, 1], activations = "identity", weights = [[[0.5]]] }
    examples = [{ inputs = [1] }]
    """
    assert refused(Ledger(parse_worked(text))) == (
        "worked example: expected training, for gradients to be derived, got a forward pass only. "
        "Add [training] with cost and learning_rate."
    )


def test_without_sympy(chain, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(MissingLibraryError) as caught:
        derive(Ledger(parse_worked(chain)), "db[2][0]")
    assert str(caught.value) == (
        "explain: expected SymPy for --symbolic, got no module of that name. Install it with `pip "
        "install sympy`."
    )
