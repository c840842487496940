from __future__ import annotations

import pytest

from chainrule.errors import ChainruleError
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.worksheets.blanks import choose_blanks, exercise_quantities, parse_patterns


@pytest.fixture
def ledger(chain) -> Ledger:
    return Ledger(parse_worked(chain))


def chosen(ledger: Ledger, *texts: str) -> list[str]:
    return [str(one) for one in choose_blanks(exercise_quantities(ledger), parse_patterns(texts))]


def test_everything_but_the_rates_is_asked_for(ledger) -> None:
    every = [str(one) for step in (1, 2) for one in ledger.quantities(step)]
    assert chosen(ledger) == [one for one in every if "learning_rate" not in one]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["cost"], ["cost", "step[2].cost"]),
        (["step[2].cost"], ["step[2].cost"]),
        (["step[1].delta[1]"], ["delta[1][0]"]),
        (
            ["W_new[1][0,0]", "step[2].z"],
            ["W_new[1][0,0]", "step[2].z[1][0]", "step[2].z[2][0]", "step[2].W_new[1][0,0]"],
        ),
        (
            ["step[1].a,step[1].dW[2][0,0], step[1].cost"],
            ["a[1][0]", "a[2][0]", "cost", "dW[2][0,0]"],
        ),
    ],
)
def test_patterns(ledger, texts, found) -> None:
    assert chosen(ledger, *texts) == found


def test_examples(make) -> None:
    ledger = Ledger(make("tanh", cost="squared_error", layers=(1, 1), examples=3, steps=1))
    assert chosen(ledger, "example[2].z") == ["example[2].z[1][0]"]
    assert len(chosen(ledger, "z")) == 3
    assert chosen(ledger, "cost")[-1] == "cost"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a 1",
            "--blank: expected an address, or the beginning of one, such as a or delta[1], "
            "got 'a 1'.",
        ),
        (
            "delta[3]",
            "--blank: expected a quantity that the exercise asks for, got 'delta[3]'. It asks for "
            "z, a, cost, da, slope, delta, dW, db, W_new, b_new.",
        ),
        (
            "velocity",
            "--blank: expected a quantity that the exercise asks for, got 'velocity'. It asks for "
            "z, a, cost, da, slope, delta, dW, db, W_new, b_new.",
        ),
    ],
)
def test_bad_patterns(ledger, text, told) -> None:
    with pytest.raises(ChainruleError) as caught:
        chosen(ledger, text)
    assert str(caught.value) == told


def test_an_unknown_name(ledger) -> None:
    with pytest.raises(ChainruleError) as caught:
        chosen(ledger, "detla")
    assert str(caught.value).startswith(
        "--blank: expected a quantity, got 'detla' (str). Did you mean 'delta'? Valid names: W, "
    )
