"""The papers' hand computations: which numbers are right, and where the others come from."""

from __future__ import annotations

import json
import math

import pytest

from chainrule.bundled import bundled_files
from chainrule.documents import render
from chainrule.ledger import Ledger
from chainrule.ledger.files import read_worked
from chainrule.marking import MarkedClaims, judge
from chainrule.papers import HandComputationReport, list_papers, paper


@pytest.fixture(scope="module")
def report() -> HandComputationReport:
    papers = list_papers()
    return HandComputationReport(
        tuple(one.check() for p in papers for one in p.hand_computations())
    )


def checked(name: str) -> MarkedClaims:
    return judge(Ledger(read_worked(name)))


def test_every_paper_file_is_a_hand_computation() -> None:
    ids = tuple(one.id for one in list_papers())
    files = {name for name in bundled_files("worked") if name.startswith(ids)}
    assert files == {one.name for p in list_papers() for one in p.hand_computations()}


def test_the_report(report) -> None:
    markdown = render(report.document(), "markdown")
    assert "| `approximator-back-propagation` | 19 | 1 | 17 | 1 |  |  |" in markdown
    assert "| `four-detector` | 17 | 4 | 1 |  | 9 | 3 |" in markdown
    assert (
        "| four-detector | `da[2][0]` | ∂J/∂ŷ once more, for w1 | -1 | -0.321377 | output left "
        "out: The target stands alone, without the output. |"
    ) in markdown
    assert ("| four-detector | `W_new[2][0,0]` | new w9 | 0.603 | 0.604156 | 0.6033 |") in markdown
    assert (
        "| approximator-back-propagation | `step[2].z[2][0]` | z(1) after the step: "
        "0.759 · 0.804 - 0.295 | 0.315 | 0.315501 | 0.315236 |"
    ) in markdown


def test_the_report_as_plain_values(report) -> None:
    values = json.loads(render(report.document(), "json"))
    assert [one["name"] for one in values["hand_computations"]] == [
        one.name for p in list_papers() for one in p.hand_computations()
    ]
    assert values["hand_computations"][1]["first_wrong"] == "a[1][0]"


def test_a_paper_without_wrong_numbers_has_no_table_of_them() -> None:
    text = render(paper("approximator").check().document(), "text")
    assert "What does not follow" not in text
    assert "What follows only from other printed numbers" in text


@pytest.mark.parametrize(
    "name",
    ["approximator-relu", "approximator-descent-rate-1", "approximator-descent-rate-0.1"],
)
def test_what_is_exact(name) -> None:
    assert {one.verdict for one in checked(name).judgements} == {"exact"}


def test_one_step_of_back_propagation() -> None:
    marked = checked("approximator-back-propagation")
    assert (marked.first_wrong, marked.marks) == (None, 19)
    (cut,) = (one for one in marked.judgements if one.verdict == "truncated")
    assert (str(cut.quantity), cut.printed) == ("step[2].z[2][0]", "0.315")
    assert cut.finding.name == "previous rounding"
    assert cut.follows == pytest.approx(0.759 * 0.804 - 0.295)


def test_the_four_detector() -> None:
    marked = checked("four-detector")
    wrong = [(str(j.quantity), j.finding.name) for j in marked.judgements if j.is_wrong]
    assert wrong == [
        ("a[1][0]", "sign of z"),
        ("a[1][1]", "sign of z"),
        ("da[2][0]", "output left out"),
    ]
    assert str(marked.first_wrong.quantity) == "a[1][0]"


def test_the_weight_that_the_four_detector_does_not_print() -> None:
    def sigmoid(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    def gives_both(w10: float, sign: int) -> bool:
        hidden = sigmoid(sign * 0.376), sigmoid(sign * 0.1766)
        out = sigmoid(0.6 * hidden[0] + w10 * hidden[1])
        return f"{out:.2f}" == "0.64" and f"{out * (1 - out):.4f}" == "0.2306"

    every = [at / 10_000 for at in range(-20_000, 20_000)]
    found = [w10 for w10 in every if gives_both(w10, -1)]
    assert (found[0], found[-1]) == (0.7177, 0.721)
    assert [w10 for w10 in found if round(100 * w10, 6) % 1 == 0] == [0.72]
    other = [w10 for w10 in every if gives_both(w10, 1)]
    assert (other[0], other[-1]) == (0.3966, 0.3994)


def test_the_formulas_of_the_chain() -> None:
    marked = checked("investigation-chain")
    wrong = [(str(j.quantity), j.finding.name) for j in marked.judgements if j.is_wrong]
    assert wrong == [
        ("dW[3][0,0]", "factor 2 too many"),
        ("da[2][0]", "weight and slope of the wrong layer"),
        ("da[1][0]", "weight and slope of the wrong layer"),
    ]
