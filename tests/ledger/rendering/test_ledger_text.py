from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chainrule.errors import InputError, UnknownNameError
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import LEDGER_FORMATS, Ledger

CHAIN_TEXT = """\
One neuron a layer
1-1-1 network, sigmoid; squared_error; sgd, learning rate 1

Step 1 of 2

Forward

F1     z[l] = a[l-1] W[l]ᵀ + b[l]
F2     a[l] = φ(z[l])

F1     z[1][0] = W[1][0,0]·a[0][0] + b[1][0]
               = 0.5·1 + 1
               = 1.5
A3     a[1][0] = 1/(1 + e^(-z[1][0]))
               = 1/(1 + e^(-1.5))
               = 0.818

Errors

BP1    δ[L] = ∂C/∂a[L] ⊙ φ′(z[L])
BP2    δ[l] = (δ[l+1] W[l+1]) ⊙ φ′(z[l])

BP1    delta[2][0] = da[2][0]·slope[2][0]
                   = 1.39·0.212
                   = 0.295
"""


def shown(ledger: Ledger, *addresses: str, **options) -> str:
    chosen = tuple(map(ledger.locate, addresses))
    return ledger.render("text", DisplayOptions(quantities=chosen, **options))


def test_formula_numbers_result(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    assert shown(ledger, "z[1]", "a[1][0]", "delta[2]", digits=3) == CHAIN_TEXT


def test_all_of_it_in_the_order_of_the_ledger(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    lines = ledger.render("text").splitlines()
    found = [re.match(r"([A-Z]+[0-9][ab]?) +(\S+) =", line) for line in lines]
    pairs = [(one[1], one[2]) for one in found if one]
    entries = [(one.equation, str(replace(one.quantity, step=1))) for one in ledger.entries()]
    assert [pair for pair in pairs if pair in entries] == entries
    assert max(map(len, lines)) <= 80
    assert lines.count("Step 2 of 2") == 1
    assert "F1     z[2][0] = W[2][0,0]·a[1][0] + b[2][0]" in lines


def test_one_step(chain) -> None:
    text = Ledger(parse_worked(chain)).render("text", DisplayOptions(step=2))
    assert "Step 2 of 2" in text
    assert "Step 1" not in text
    assert "  = 0.456033·1 + 0.956033" in text


def test_fractions(chain) -> None:
    ledger = Ledger(parse_worked(chain.replace("[[1.0], [0.0]]", "[[0.25], [0.0]]")))
    text = shown(ledger, "z[1][0]", "a[1][0]", "a[0][0]", fractions=True)
    assert "               = (1/2)·1 + 1/4\n               = 3/4\n               = 0.75\n" in text
    assert "               = 1/(1 + e^(-3/4))\n               = 0.679179\n" in text
    assert text.endswith("given  a[0][0] = 1\n")


def test_papers_and_columns(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    papers = shown(ledger, "z[2][0]", "dW[2][0,0]", "slope[1][0]", notation="papers")
    assert "\nF1     zˡ = wˡ aˡ⁻¹ + bˡ\nF2     aˡ = σ(zˡ)\n" in papers
    assert "F1     z²₀ = w²₀,₀·a¹₀ + b²₀\n" in papers
    assert "BP4    ∂C/∂w²₀,₀ = δ²₀·a¹₀\n" in papers
    assert "A3     σ′(z¹₀) = a¹₀·(1 - a¹₀)\n" in papers
    column = shown(ledger, "z[2][0]", notation="column")
    assert "\nF1     z[l] = W[l] a[l-1] + b[l]\nF2     a[l] = φ(z[l])\n" in column
    assert "F1     z[2][0] = W[2][0,0]·a[1][0] + b[2][0]\n" in column


def test_another_step_is_named_in_the_formula(chain) -> None:
    text = shown(Ledger(parse_worked(chain)), "step[2].W[1][0,0]")
    assert "U1     W[1][0,0] = step[1].W_new[1][0,0]\n                 = 0.456033\n" in text


def test_examples(make) -> None:
    text = shown(Ledger(make(cost="squared_error")), "example[1].z[1][0]", "db[1][0]")
    assert "F1     example[1].z[1][0] = W[1][0,0]·a[0][0] + W[1][0,1]·a[0][1] + b[1][0]\n" in text
    assert "BP3    db[1][0] = example[0].delta[1][0] + example[1].delta[1][0]\n" in text
    assert "Step 1 of 2: examples 0, 1\n" in text


def test_branches_have_their_condition(make) -> None:
    ledger = Ledger(make("leaky_relu", cost="huber", huber_threshold=0.01, examples=1))
    text = shown(ledger, "a[2][0]", "cost")
    assert "A6     a[2][0] = z[2][0], as z[2][0] > 0\n" in text
    assert "h·(|a[2][0] - y[0]| - ½·h)" in text
    assert "|a[2][0] - y[0]| > h" in text


def test_long_sums_and_large_arrays(make) -> None:
    ledger = Ledger(make(layers=(20, 15, 1), cost="squared_error", examples=1))
    text = shown(ledger, "z[1]")
    assert "W[1][0,2]·a[0][2] + … 17 more … + b[1][0]" in " ".join(text.split())
    assert text.endswith("       … 3 more of z[1]: --full shows all\n")
    full = shown(ledger, "z[1]", full=True)
    assert "z[1][14] =" in full
    assert "more" not in full
    assert "W[1][0,19]·a[0][19]" in full


def test_an_exact_pair_is_what_a_student_knows(make) -> None:
    ledger = Ledger(make("sigmoid", cost="binary_cross_entropy", examples=1))
    text = shown(ledger, "delta[2][0]")
    assert "Errors\n\nD2     δ = a - y\nBP2    δ[l] = (δ[l+1] W[l+1]) ⊙ φ′(z[l])\n" in text
    assert "D2     delta[2][0] = a[2][0] - y[0]\n" in text


def test_formats_and_options(chain) -> None:
    assert set(LEDGER_FORMATS) == {"text", "json", "markdown", "latex", "html"}
    with pytest.raises(UnknownNameError) as caught:
        Ledger(parse_worked(chain)).render("jsn")
    assert str(caught.value).startswith(
        "explain: expected a format, got 'jsn' (str). Did you mean 'json'? Valid names: "
    )
    with pytest.raises(InputError) as caught:
        DisplayOptions(digits=0)
    assert str(caught.value) == (
        "explain: expected digits to be a whole number at least 1 and at most 17, got 0 (int). "
        "digits: significant digits of numbers."
    )


def test_a_long_address_stands_alone(make) -> None:
    ledger = Ledger(make(cost="squared_error", optimiser="rmsprop", layers=(12, 2, 2)))
    text = shown(ledger, "mean_square_old[1][0,11]", "step[2].mean_square_old[1][0,0]")
    assert "\ngiven  mean_square_old[1][0,11]\n                               = 0\n" in text
    assert "= step[1].mean_square[1][0,0]\n" in text
    assert "old q¹₀,₀ = step[1].q¹₀,₀\n" in shown(
        ledger, "step[2].mean_square_old[1][0,0]", notation="papers"
    )


def test_what_a_network_is(make) -> None:
    text = shown(Ledger(make("relu", "softmax", cost="squared_error", biases=False)), "cost")
    assert text.startswith(
        "2-2-2 network, relu, softmax, no biases; squared_error; sgd, learning rate 0.05\n"
    )


def test_a_pass_forward_alone() -> None:
    text = """
    network = { layers = [2, 1], activations = "identity", weights = [[[0.5, 1]]] }
    examples = [{ inputs = [1, 2] }]
    """
    assert Ledger(parse_worked(text)).render("text") == (
        "2-1 network, identity, no biases\n\n"
        "Given\n\n"
        "       a[0] = [1 2]\n"
        "       W[1] = [0.5 1]\n\n"
        "Forward\n\n"
        "F1     z[l] = a[l-1] W[l]ᵀ\n"
        "F2     a[l] = φ(z[l])\n\n"
        "F1     z[1] = a[0] W[1]ᵀ\n"
        "            = [1 2] [0.5; 1]\n"
        "            = [2.5]\n\n"
        "F1     z[1][0] = W[1][0,0]·a[0][0] + W[1][0,1]·a[0][1]\n"
        "               = 0.5·1 + 1·2\n"
        "               = 2.5\n"
        "A2     a[1][0] = z[1][0]\n"
        "               = 2.5\n"
    )
