"""Lion's steps and smoothed labels, from the law to every renderer."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from chainrule.errors import InputError
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.files.worked_writer import format_worked
from chainrule.ledger.ledger import LEDGER_FORMATS, Ledger
from chainrule.ledger.rendering.entry_formulas import entry_text
from chainrule.ledger.rendering.symbolic import derive
from chainrule.marking.judging import judge
from chainrule.proofs.gradient_proof import ProofOptions, prove

LION = """
[network]
layers = [1, 1, 2]
activations = ["identity", "softmax"]
weights = [[[0.5]], [[1.0], [-1.0]]]
biases = [[0.0], [0.0, 0.0]]
[training]
cost = "categorical_cross_entropy"
optimiser = "lion"
learning_rate = 0.1
beta2 = 0.99
weight_decay = 0.5
label_smoothing = 0.2
steps = 2
[[examples]]
inputs = [1.0]
targets = [1.0, 0.0]
"""


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(parse_worked(LION))


def told(ledger: Ledger, address: str) -> tuple[str, str, str]:
    shown = entry_text(ledger, ledger.entry(address), DisplayOptions())
    return shown.formula, shown.substituted, shown.result


def test_a_step_by_hand(ledger) -> None:
    """The outputs are 0.731 and 0.269, and the targets 0.9 and 0.1."""
    assert told(ledger, "y[0]") == ("(1 - s)·t[0] + s/n", "(1 - 0.2)·1 + 0.2/2", "0.9")
    assert told(ledger, "y[1]") == ("(1 - s)·t[1] + s/n", "(1 - 0.2)·0 + 0.2/2", "0.1")
    assert told(ledger, "delta[2][0]") == ("a[2][0] - y[0]", "0.731059 - 0.9", "-0.168941")
    assert told(ledger, "mean[2][0]") == (
        "β₂·mean_old[2][0] + (1 - β₂)·db[2][0]",
        "0.99·0 + (1 - 0.99)·(-0.168941)",
        "-0.00168941",
    )
    assert told(ledger, "W_new[1][0,0]") == (
        "W[1][0,0] - learning_rate·sign(β₁·mean_old[1][0,0] + (1 - β₁)·dW[1][0,0])"
        " - learning_rate·λ·W[1][0,0]",
        "0.5 - 0.1·sign(0.9·0 + (1 - 0.9)·(-0.337883)) - 0.1·0.5·0.5",
        "0.575",
    )
    assert told(ledger, "b_new[2][1]") == (
        "b[2][1] - learning_rate·sign(β₁·mean_old[2][1] + (1 - β₁)·db[2][1])",
        "0 - 0.1·sign(0.9·0 + (1 - 0.9)·0.168941)",
        "-0.1",
    )
    assert told(ledger, "decay[1][0,0]")[2] == "0.025"
    assert told(ledger, "decay[1][0]")[2] == "0"
    assert ledger.entry("change[1][0,0]").value == -0.1
    assert {e.equation for e in ledger.entries(1) if e.section == "update"} == {"S1", "U8"}


def test_the_order_of_a_step(ledger) -> None:
    kinds = list(dict.fromkeys(entry.quantity.kind for entry in ledger.entries(1)))
    assert kinds[:4] == ["z", "a", "y", "cost"]
    assert kinds[-4:] == ["learning_rate", "mean", "W_new", "b_new"]


@pytest.mark.parametrize("name", LEDGER_FORMATS)
def test_every_format(ledger, name) -> None:
    text = ledger.render(name, DisplayOptions(full=True))
    assert "sign" in text
    assert "C9" in text
    assert "U8" in text


def test_given_targets_are_those_before_smoothing(ledger) -> None:
    html = ledger.render("html", DisplayOptions())
    assert "target before smoothing" in html or "<mi>t</mi>" in html
    assert ledger.exact_value("t[0]") == 1
    assert ledger.exact_value("y[0]") == Fraction(9, 10)
    assert ledger.entry("t[0]").section == "cost"
    assert ledger.entry("t[0]").formula is None
    assert ledger.entry("y[0]").name == "smoothed target of output 0"


def test_a_target_before_smoothing_is_only_where_there_is_any(chain) -> None:
    with pytest.raises(InputError) as caught:
        Ledger(parse_worked(chain)).value("t[0]")
    assert str(caught.value) == (
        "worked example: expected what the step has, got 't[0]'. There is no "
        "label_smoothing, so the given target is y."
    )


def test_decay_is_of_two_updates(chain) -> None:
    with pytest.raises(InputError) as caught:
        Ledger(parse_worked(chain)).value("decay[1][0,0]")
    assert str(caught.value) == (
        "worked example: expected what the update has, got 'decay[1][0,0]'. The optimiser sgd has "
        "no decay; adamw, lion would."
    )


def test_sympy_derives_the_same_gradients(ledger) -> None:
    found = derive(ledger, "step[2].dW[1][0,0]")
    assert found.agrees
    assert found.value != 0


def test_the_proof_knows_smoothed_targets(ledger) -> None:
    proof = prove(ledger, ProofOptions(peers=False))
    assert proof.holds
    assert proof.objective == (
        "J = C  [O1], without a penalty",
        "C = -Σ y_i ln a_i  [C5]",
        "y = (1 - s) t + s/n, with s = 0.2, t the target that is given  [C9]",
    )
    assert proof.cost == ledger.value("cost")


def test_its_text_reads_back(ledger) -> None:
    again = Ledger(parse_worked(format_worked(ledger.example)))
    assert [e.value for e in again.entries()] == [e.value for e in ledger.entries()]


def test_claims_of_them_are_judged(ledger) -> None:
    claims = "".join(
        f'[[claims]]\nquantity = "{address}"\nprinted = "{printed}"\n'
        for address, printed in (("y[0]", "0.9"), ("W_new[1][0,0]", "0.575"), ("y[1]", "0.2"))
    )
    marked = judge(Ledger(parse_worked(LION + claims)))
    assert [one.verdict for one in marked.judgements] == ["exact", "rounded", "wrong"]


def test_a_remembered_mean_can_be_given(ledger) -> None:
    state = ledger.example.state.copy()
    state[:] = 1.0
    warm = Ledger(replace(ledger.example, state=state))
    assert warm.value("change[1][0,0]") == 0.1  # the mean outweighs the gradient
