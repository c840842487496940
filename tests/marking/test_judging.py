from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.updates import UPDATES
from chainrule.errors import InputError
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.worked_example import Claim
from chainrule.marking.judging import VERDICTS, judge


def judged(text: str, *claims: tuple[str, str]):
    """The judgement of claims about a worked example."""
    example = parse_worked(text)
    made = [Claim(Ledger(example).locate(q), printed, "here") for q, printed in claims]
    return judge(Ledger(replace(example, claims=tuple(made))))


def verdicts(marked) -> list[str]:
    return [one.verdict for one in marked.judgements]


def test_each_verdict(chain) -> None:
    marked = judged(
        chain, ("z[1][0]", "1.50"), ("a[1][0]", "0.818"), ("z[2][0]", "0.817"), ("a[2][0]", "0.306")
    )
    assert verdicts(marked) == ["exact", "rounded", "truncated", "wrong"]
    assert str(marked.first_wrong.quantity) == "a[2][0]"
    assert (marked.marks, marked.out_of) == (3, 4)
    assert set(verdicts(marked)) | {"carried"} == set(VERDICTS)


def test_an_error_carried_forward_costs_nothing(chain) -> None:
    marked = judged(
        chain,
        ("z[1][0]", "0.5"),  # the bias left out
        ("a[1][0]", "0.622"),
        ("z[2][0]", "0.622"),
        ("a[2][0]", "0.651"),
        ("cost", "0.423"),
        ("dW[2][0,0]", "0.184"),
    )
    assert verdicts(marked) == ["wrong"] + ["carried"] * 5
    assert marked.first_wrong.finding.name == "bias left out"
    assert [one.finding for one in marked.judgements[1:]] == [None] * 5
    assert marked.judgements[1].follows == pytest.approx(0.62246, abs=1e-5)
    assert marked.judgements[1].exact == pytest.approx(0.81757, abs=1e-5)


def test_a_right_number_after_a_wrong_one_is_right(chain) -> None:
    marked = judged(chain, ("z[1][0]", "0.5"), ("a[1][0]", "0.818"))
    assert verdicts(marked) == ["wrong", "rounded"]


def test_going_on_with_rounded_numbers_is_no_error(chain) -> None:
    marked = judged(chain, ("a[1][0]", "0.8"), ("a[2][0]", "0.68997"))
    assert verdicts(marked) == ["rounded", "carried"]
    assert marked.judgements[1].finding.name == "previous rounding"
    assert marked.first_wrong is None


def test_rounding_of_numbers_that_are_not_claimed(chain) -> None:
    # a[1] as 0.82 makes the output 0.69424
    marked = judged(chain, ("z[1][0]", "1.5"), ("cost", "0.48"), ("a[2][0]", "0.69"))
    assert verdicts(marked) == ["exact", "rounded", "rounded"]
    marked = judged(chain, ("z[1][0]", "1.5"), ("cost", "0.4761"))
    assert verdicts(marked) == ["exact", "carried"]  # 0.69²


def test_a_number_repeated_is_not_wrong_twice(chain) -> None:
    marked = judged(chain, ("a[1][0]", "0.182"), ("a[1][0]", "0.182"), ("a[1][0]", "0.555"))
    assert verdicts(marked) == ["wrong", "carried", "wrong"]
    assert marked.judgements[1].follows == 0.182


def test_the_latest_of_several_claims_is_gone_on_with(chain) -> None:
    marked = judged(
        chain, ("z[1][0]", "0.5"), ("a[1][0]", "0.622"), ("z[1][0]", "1.5"), ("a[1][0]", "0.622")
    )
    assert verdicts(marked) == ["wrong", "carried", "exact", "carried"]


def test_what_is_claimed_before_its_causes(chain) -> None:
    marked = judged(chain, ("cost", "0.423"), ("a[2][0]", "0.651"), ("z[1][0]", "0.5"))
    assert verdicts(marked) == ["carried", "carried", "wrong"]
    assert str(marked.first_wrong.quantity) == "z[1][0]"


def test_an_array_counts_number_by_number(chain) -> None:
    text = chain.replace("layers = [1, 1, 1]", "layers = [1, 2, 1]")
    text = text.replace("[[[0.5]], [[1.0]]]", "[[[0.5], [0.25]], [[1.0, 2.0]]]")
    text = text.replace("[[1.0], [0.0]]", "[[1.0, 0.0], [0.0]]")
    marked = judged(text, ("z[1]", "1.5, 0.75"), ("dW[2]", "0.1, 0.2"))
    assert verdicts(marked)[:2] == ["exact", "wrong"]
    assert [str(one.quantity) for one in marked.judgements] == [
        "z[1][0]",
        "z[1][1]",
        "dW[2][0,0]",
        "dW[2][0,1]",
    ]
    assert (marked.out_of, marked.judgements[1].where) == (4, "here")


def test_errors_are_carried_from_step_to_step(chain) -> None:
    marked = judged(
        chain,
        ("W_new[1][0,0]", "0.544"),  # added
        ("step[2].W[1][0,0]", "0.544"),
        ("step[2].z[1][0]", "1.5"),
    )
    assert verdicts(marked) == ["wrong", "carried", "carried"]
    assert marked.first_wrong.finding.name == "added instead of subtracted"


def test_branches_are_decided_by_the_claims() -> None:
    text = """
[network]
layers = [1, 1]
activations = "relu"
weights = [[[2.0]]]
[training]
cost = "huber"
huber_threshold = 1.0
learning_rate = 0.1
[[examples]]
inputs = [1.0]
targets = [0.5]
"""
    marked = judged(
        text,
        ("z[1][0]", "-2"),
        ("a[1][0]", "0"),
        ("slope[1][0]", "0"),
        ("cost", "0.125"),
        ("da[1][0]", "-0.5"),
        ("delta[1][0]", "0"),
    )
    assert verdicts(marked) == ["wrong"] + ["carried"] * 5
    assert marked.first_wrong.finding.name == "sign lost"


def test_clipping_is_decided_by_the_claims() -> None:
    text = """
[network]
layers = [1, 1]
activations = "identity"
weights = [[[1.0]]]
[training]
cost = "squared_error"
learning_rate = 0.1
clip_norm = 1.0
[[examples]]
inputs = [1.0]
targets = [3.0]
"""
    right = judged(text, ("dW[1][0,0]", "-4"), ("gradient_norm", "4"), ("g_clipped[1][0,0]", "-1"))
    assert verdicts(right) == ["exact"] * 3
    small = judged(
        text, ("dW[1][0,0]", "-0.40"), ("gradient_norm", "0.40"), ("g_clipped[1][0,0]", "-0.40")
    )
    assert verdicts(small) == ["wrong", "carried", "carried"]
    assert small.first_wrong.finding.name == "decimal point misplaced"


def test_a_wrong_number_without_a_slip(chain) -> None:
    marked = judged(chain, ("z[1][0]", "1.5"), ("a[1][0]", "0.123456"))
    assert verdicts(marked) == ["exact", "wrong"]
    assert marked.first_wrong.finding is None


def test_no_claims(chain) -> None:
    with pytest.raises(InputError) as caught:
        judged(chain)
    assert str(caught.value) == (
        "worked example: expected at least one claim to check, got none. Add a table [[claims]] "
        'with quantity = "z[1][0]" and printed = "1.5".'
    )


def correct_claims(ledger: Ledger, digits: int) -> tuple[Claim, ...]:
    entries = list(ledger.entries())
    return tuple(Claim(e.quantity, f"{e.value:.{digits}f}", "here") for e in entries)


PAIRS = list(itertools.product(ACTIVATIONS, COSTS))


@pytest.mark.parametrize(("activation", "cost"), PAIRS[::7])
def test_the_laws_own_numbers_are_right_for_every_recipe(make, activation, cost) -> None:
    for at, update in enumerate(UPDATES):
        more = {"l2": 0.1, "clip_norm": 0.01} if at % 2 else {"l1": 0.01}
        example = make(activation, cost=cost, optimiser=update, seed=at, **more)
        claims = correct_claims(Ledger(example), 2 + at)
        marked = judge(Ledger(replace(example, claims=claims)))
        assert marked.first_wrong is None
        assert {one.verdict for one in marked.judgements} <= {"exact", "rounded"}


@pytest.mark.parametrize(("activation", "cost"), PAIRS[1::9])
def test_every_number_can_be_wrong(make, activation, cost) -> None:
    update = list(UPDATES)[PAIRS.index((activation, cost)) % len(UPDATES)]
    example = make(activation, cost=cost, optimiser=update, l2=0.1, steps=1, clip_norm=0.5)
    claims = correct_claims(Ledger(example), 12)  # fewer leave 0 of a mean square
    for at in range(0, len(claims), 9):
        wrong = replace(claims[at], printed="77.123456789012")
        marked = judge(Ledger(replace(example, claims=(*claims[:at], wrong, *claims[at + 1 :]))))
        assert marked.first_wrong.quantity == wrong.quantity
        assert verdicts(marked).count("wrong") == 1


def test_a_hundred_layers_and_many_steps(make) -> None:
    deep = make("tanh", layers=(1,) * 101, examples=1, steps=1)
    last = Ledger(deep).locate("a[100][0]")
    first = Claim(Ledger(deep).locate("z[1][0]"), "0.25", "here")
    value = Ledger(deep).value("a[100][0]")
    claims = (first, Claim(last, f"{value:.9f}", "here"))
    assert verdicts(judge(Ledger(replace(deep, claims=claims))))[1] == "rounded"
    long = make("tanh", layers=(1, 1), examples=1, steps=300)
    claims = tuple(
        Claim(Ledger(long).locate(address), "9.5", "here")
        for address in ("W_new[1][0,0]", "step[300].W_new[1][0,0]")
    )
    assert verdicts(judge(Ledger(replace(long, claims=claims))))[0] == "wrong"
