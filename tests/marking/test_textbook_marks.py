"""Marks on what textbooks print: signs of δ, costs of outputs, biases held fixed, and more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chainrule.ledger import Ledger, parse_worked
from chainrule.ledger.steps import Conventions
from chainrule.ledger.steps.worked_example import Claim
from chainrule.marking.judging import MarkedClaims, judge

KAMBER = """
[network]
layers = [3, 2, 1]
activations = "sigmoid"
weights = [[[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]], [[-0.3, -0.2]]]
biases = [[-0.4, 0.2], [0.1]]
[training]
cost = "half_squared_error"
learning_rate = 0.9
steps = 2
[[examples]]
inputs = [1.0, 0.0, 1.0]
targets = [1.0]
"""
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
[[examples]]
inputs = [0.05, 0.10]
targets = [0.01, 0.99]
"""
FIXED = MAZUR.replace("steps = 2", 'steps = 2\nbiases = "fixed"')
TURNED = Conventions(delta="target - output")
BATCH = """
[network]
layers = [4, 2, 2]
activations = "sigmoid"
weights = [[[0.5, -0.25, 1.0, 0.75], [0.1, 0.2, 0.3, 0.4]], [[0.6, -0.3], [0.2, 0.9]]]
biases = [[0.1, 0.2], [0.3, 0.4]]
[training]
cost = "half_squared_error"
learning_rate = 0.5
[[examples]]
inputs = [1.0, 0.5, 0.25, 2.0]
targets = [0.0, 1.0]
[[examples]]
inputs = [0.5, 1.5, -1.0, 0.25]
targets = [1.0, 0.0]
"""


def judged(text: str, *claims: tuple[str, str], conventions: Conventions | None = None):
    example = replace(parse_worked(text), conventions=conventions or Conventions())
    ledger = Ledger(example)
    made = tuple(Claim(ledger.locate(address), printed, "here") for address, printed in claims)
    return judge(Ledger(replace(example, claims=made)))


def verdicts(marked: MarkedClaims) -> list[str]:
    return [one.verdict for one in marked.judgements]


def slip(text: str, address: str, printed: str, *before: tuple[str, str]) -> str:
    """The name of the slip behind one wrong claim, after others that are right."""
    marked = judged(text, *before, (address, printed))
    assert verdicts(marked)[-1] == "wrong"
    finding = marked.judgements[-1].finding
    return "" if finding is None else finding.name


def value(text: str, address: str) -> float:
    return float(Ledger(parse_worked(text)).value(address))


def test_what_follows_from_a_wrong_number_is_carried_not_truncated() -> None:
    marked = judged(KAMBER, ("a[1][1]", "0.6"), ("slope[1][1]", "0.24"))
    assert verdicts(marked) == ["wrong", "carried"]
    assert marked.judgements[1].finding is None
    marked = judged(KAMBER, ("a[1][1]", "0.525"), ("slope[1][1]", "0.249"))
    assert verdicts(marked) == ["rounded", "rounded"]
    marked = judged(KAMBER, ("a[1][1]", "0.6"), ("slope[1][1]", "0.249"))
    assert verdicts(marked) == ["wrong", "rounded"]
    marked = judged(KAMBER, ("a[1][1]", "0.52"), ("slope[1][1]", "0.2493"))
    assert verdicts(marked) == ["rounded", "truncated"]


def test_errors_of_target_minus_output_have_the_other_sign() -> None:
    claims = (("delta[2][0]", "0.1311"), ("delta[1][1]", "-0.0065"), ("dW[2][0,0]", "-0.0435"))
    marked = judged(KAMBER, *claims, conventions=TURNED)
    assert verdicts(marked) == ["truncated", "rounded", "rounded"]
    assert marked.judgements[0].exact == pytest.approx(0.1311691)
    assert verdicts(judged(KAMBER, *claims)) == ["wrong", "carried", "rounded"]
    marked = judged(KAMBER, ("delta[2][0]", ""), conventions=TURNED)
    assert marked.judgements[0].exact > 0


def test_a_wrong_error_is_carried_with_its_sign() -> None:
    claims = (("delta[2][0]", "0.2622"), ("dW[2][0,0]", "-0.0869"), ("W_new[2][0,0]", "-0.2218"))
    marked = judged(KAMBER, *claims, conventions=TURNED)
    assert verdicts(marked) == ["wrong", "carried", "carried"]
    assert marked.judgements[0].follows == pytest.approx(0.1311691)


def test_a_slip_of_sign_is_told_in_the_texts_own_convention() -> None:
    marked = judged(KAMBER, ("delta[2][0]", "-0.1312"), conventions=TURNED)
    finding = marked.first_wrong.finding
    assert finding.name == "output minus target"
    assert finding.sentence == "The difference is a - y; it is y - a."
    marked = judged(KAMBER, ("delta[2][0]", "0.9"), conventions=TURNED)
    assert marked.first_wrong.finding is None or "minus" not in marked.first_wrong.finding.name


def test_a_total_follows_from_the_costs_of_the_outputs() -> None:
    marked = judged(
        MAZUR, ("c[0]", "0.274811083"), ("c[1]", "0.023560026"), ("cost", "0.298371109")
    )
    assert verdicts(marked) == ["rounded"] * 3
    marked = judged(MAZUR, ("c[0]", "0.5"), ("c[1]", "0.02356"), ("cost", "0.52356"))
    assert verdicts(marked) == ["wrong", "rounded", "carried"]
    marked = judged(MAZUR, ("cost", "0.3"), ("c[0]", "0.27481"))
    assert verdicts(marked) == ["rounded", "rounded"]


def test_a_gradient_by_an_input_follows_from_the_errors() -> None:
    marked = judged(MAZUR, ("delta[1]", "0.1, 0.2"), ("dx[1][0]", "0.065"))
    assert verdicts(marked) == ["wrong", "wrong", "carried"]


def test_biases_held_fixed_are_named() -> None:
    fixed = f"{value(FIXED, 'step[2].cost'):.9f}"
    assert slip(MAZUR, "step[2].cost", fixed) == "biases held fixed"
    assert slip(MAZUR, "step[2].z[1][0]", f"{value(FIXED, 'step[2].z[1][0]'):.9f}") in (
        "biases held fixed",
    )
    assert slip(MAZUR, "step[2].b[1][0]", "0.35000") == "biases held fixed"
    moved = f"{value(MAZUR, 'step[2].cost'):.9f}"
    assert slip(FIXED, "step[2].cost", moved) == "biases not held fixed"
    assert slip(FIXED, "b_new[2][0]", f"{value(MAZUR, 'b_new[2][0]'):.6f}") == (
        "biases not held fixed"
    )


def test_a_programs_slips_are_named_together() -> None:
    # the cost that the page prints after the step
    printed = "0.291027924"
    assert slip(MAZUR, "step[2].cost", printed) == "biases held fixed, and new weights used"
    assert slip(FIXED, "step[2].cost", printed) == "new weights used"
    right = [(f"W_new[1][{j},{k}]", f"{value(FIXED, f'W_new[1][{j},{k}]'):.9f}")
             for j in range(2) for k in range(2)]  # fmt: skip
    assert slip(FIXED, "step[2].cost", printed, *right) == "new weights used"
    assert slip(FIXED, "step[2].cost", "0.12345678") == ""


def test_the_difference_in_place_of_the_output() -> None:
    miss = value(KAMBER, "a[2][0]") - 1
    assert slip(KAMBER, "slope[2][0]", f"{miss * (1 - miss):.6f}") == (
        "a - y for a in the derivative"
    )
    assert slip(KAMBER, "delta[2][0]", f"{miss * miss * (1 - miss):.6f}") == (
        "a - y for a in the derivative"
    )


def test_a_part_added_to_the_total() -> None:
    one, two = value(MAZUR, "c[0]"), value(MAZUR, "c[1]")
    assert slip(MAZUR, "cost", f"{2 * one + two:.8f}") == "part added to the total"
    mean = MAZUR.replace("half_squared_error", "mean_squared_error")
    total, part = value(mean, "cost"), value(mean, "c[1]")
    assert slip(mean, "cost", f"{total + 2 * part:.8f}") == "part added to the total"
    assert slip(mean, "cost", f"{total + part:.8f}") == "part added to the total"


def test_a_product_of_two_sums() -> None:
    ledger = Ledger(parse_worked(MAZUR))
    delta, W = ledger.value("delta[2]"), ledger.value("W[2]")
    printed = f"{delta.sum() * W[:, 0].sum():.8f}"
    assert slip(MAZUR, "da[1][0]", printed) == "product of two sums"
    slopes, da = ledger.value("slope[2]"), ledger.value("da[2]")
    printed = f"{(W[:, 0] * slopes).sum() * da.sum():.8f}"
    assert slip(MAZUR, "da[1][0]", printed) == "product of two sums"
    ledger = Ledger(parse_worked(BATCH))
    errors = [ledger.value(f"example[{row}].delta[1][0]") for row in range(2)]
    inputs = [ledger.value(f"example[{row}].a[0][1]") for row in range(2)]
    assert slip(BATCH, "dW[1][0,1]", f"{sum(errors) * sum(inputs):.9f}") == "product of two sums"


def test_a_mean_that_is_not_taken() -> None:
    for address in ("cost", "example[0].delta[2][0]", "dW[2][0,1]", "db[1][0]"):
        printed = f"{2 * value(BATCH, address):.9f}"
        assert slip(BATCH, address, printed) == "1/m left out"


def test_a_bias_that_is_subtracted_in_a_batch() -> None:
    total = value(BATCH, "example[1].z[1][0]") - 2 * value(BATCH, "b[1][0]")
    assert slip(BATCH, "example[1].z[1][0]", f"{total:.6f}") == "bias subtracted"


@pytest.mark.parametrize("kept", [(0, 1), (2, 3), (0, 2), (1, 3), (0,), (0, 1, 2)])
def test_a_sum_over_a_part_of_the_inputs(kept) -> None:
    ledger = Ledger(parse_worked(BATCH))
    terms = ledger.value("W[1]")[0] * ledger.value("example[0].a[0]")
    total = sum(terms[k] for k in kept) + ledger.value("b[1][0]")
    assert slip(BATCH, "example[0].z[1][0]", f"{total:.6f}") == "inputs left out"
