from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest

from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.worked_example import Claim
from chainrule.marking.claimed_numbers import evaluate_with
from chainrule.marking.judging import judge
from chainrule.marking.slip_search import CATALOGUE
from chainrule.marking.slips import SlipSite

RECIPES = (
    ("sigmoid", None, {"cost": "half_squared_error", "l2": 0.1}),
    ("tanh", "softmax", {"cost": "categorical_cross_entropy", "optimiser": "momentum"}),
    ("relu", "sigmoid", {"cost": "mean_squared_error", "optimiser": "adam"}),
    ("sigmoid", None, {"cost": "binary_cross_entropy", "optimiser": "nesterov"}),
)


def found(text: str, quantity: str, printed: str, *before: tuple[str, str]):
    """The finding about one claim, after others that are right."""
    example = parse_worked(text)
    ledger = Ledger(example)
    claims = [Claim(ledger.locate(q), p, "here") for q, p in (*before, (quantity, printed))]
    marked = judge(Ledger(replace(example, claims=tuple(claims))))
    assert [one.is_wrong for one in marked.judgements] == [False] * len(before) + [True]
    return marked.judgements[-1].finding


CASES = [
    ("a[1][0]", "0.18243", "sign of z"),
    ("a[1][0]", "1.5000", "activation left out"),
    ("a[1][0]", "0.90515", "another activation function"),
    ("z[1][0]", "0.500", "bias left out"),
    ("z[1][0]", "-0.500", "bias subtracted"),
    ("z[1][0]", "-1.500", "sign lost"),
    ("z[2][0]", "1.0000", "input used for activation"),
    ("z[2][0]", "1.5000", "weighted sum used for activation"),
    ("cost", "0.69372", "not squared"),
    ("cost", "1.38744", "doubled, not squared"),
    ("cost", "0.96250", "factor 2 too many"),
    ("da[2][0]", "0.69372", "factor 2 left out"),
    ("da[2][0]", "-1.38744", "target minus output"),
    ("da[2][0]", "0.48125", "cost for its gradient"),
    ("slope[2][0]", "0.69372", "activation used for its derivative"),
    ("slope[2][0]", "1.17497", "added instead of subtracted"),
    ("slope[2][0]", "0.22217", "derivative at the wrong argument"),
    ("slope[2][0]", "0.14915", "derivative at the wrong argument"),
    ("slope[2][0]", "0.30628", "1 - a for the derivative"),
    ("delta[2][0]", "1.38744", "derivative left out"),
    ("delta[2][0]", "0.96250", "activation used for its derivative"),
    ("delta[2][0]", "0.06263", "derivative once too often"),
    ("dW[2][0,0]", "0.29479", "input used for activation"),
    ("dW[2][0,0]", "1.13434", "derivative left out"),
    ("dW[2][0,0]", "0.44219", "weighted sum used for activation"),
    ("dW[2][0,0]", "0.20450", "activation of its own layer"),
    ("db[2][0]", "1.38744", "derivative left out"),
    ("db[2][0]", "0.24102", "multiplied by an input"),
    ("W_new[2][0,0]", "1.24102", "added instead of subtracted"),
    ("W_new[2][0,0]", "1.00000", "not updated"),
    ("W_new[2][0,0]", "0.70521", "activation left out"),
    ("W_new[2][0,0]", "0.51797", "factor 2 too many"),
    ("da[1][0]", "0.22374", "new weights used"),
    ("a[1][0]", "0.81775", "digits exchanged"),
    ("a[1][0]", "0.81257", "one digit wrong"),
    ("a[1][0]", "0.08176", "decimal point misplaced"),
]


@pytest.mark.parametrize(("quantity", "printed", "name"), CASES)
def test_slips_worked_out_by_hand(chain, quantity, printed, name) -> None:
    right = [("z[1][0]", "1.50000"), ("a[1][0]", "0.81757")]
    before = [pair for pair in right if pair[0] != quantity][: 1 + ("1]" not in quantity)]
    before = [] if quantity.startswith(("z[1]",)) else before
    finding = found(chain, quantity, printed, *before)
    assert finding is not None
    assert (finding.name, finding.at) == (name, None)


def test_the_rate_left_out(chain) -> None:
    text = chain.replace("learning_rate = 1.0", "learning_rate = 0.5")
    assert found(text, "W_new[2][0,0]", "0.75898").name == "rate left out"
    assert found(text, "b_new[2][0]", "-0.29479").name == "rate left out"


def test_a_slip_in_a_number_that_is_not_claimed(chain) -> None:
    # the slope left out of delta[2]: 1.38744 · 0.81757
    finding = found(chain, "W_new[2][0,0]", "-0.134338", ("a[2][0]", "0.693721"))
    assert finding.name == "derivative left out"
    assert str(finding.at) == "dW[2][0,0]"
    finding = found(chain, "a[2][0]", "0.731059", ("z[1][0]", "1.5"))
    assert (finding.name, str(finding.at)) == ("input used for activation", "z[2][0]")


def test_a_slip_that_is_made_again_and_again(chain) -> None:
    # sigmoids of -z in both layers: σ(-σ(-1.5))
    finding = found(chain, "a[2][0]", "0.454519", ("z[1][0]", "1.5"))
    assert finding.name == "sign of z"
    assert finding.at is None


def test_two_slips_together(chain) -> None:
    # -2 · 0.29479279
    finding = found(chain, "delta[2][0]", "-0.58958559", ("a[2][0]", "0.6937212"))
    assert finding.name == "target minus output, and factor 2 too many"
    assert finding.sentence.count(".") == 2


def test_rounding_too_early(chain) -> None:
    # σ(0.8) for σ(0.81757)
    finding = found(chain, "a[2][0]", "0.689974", ("a[1][0]", "0.817574"), ("z[2][0]", "0.817574"))
    assert finding.name == "previous rounding"


def test_no_slip_is_invented(chain) -> None:
    assert found(chain, "a[2][0]", "0.123457", ("a[1][0]", "0.817574")) is None


def test_a_given_number_that_is_wrong_has_no_formula_to_slip_in(chain) -> None:
    assert found(chain, "a[0][0]", "2.7") is None


def test_a_number_that_cannot_be_is_none(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    entry = ledger.entry("z[1][0]")
    site = SlipSite(ledger, entry.quantity, entry.formula)
    assert site.of("z", 0, 0) is None
    assert site.of("b", 1, 0).value == 1.0


def test_the_catalogue_has_what_students_do() -> None:
    names = {slip.name for slip in CATALOGUE}
    assert names >= {
        "sign of z",
        "derivative left out",
        "derivative at the wrong argument",
        "factor 2 left out",
        "factor ½ left out",
        "1/n",
        "input used for activation",
        "transposed index",
        "bias left out",
        "rate left out",
        "added instead of subtracted",
    }
    assert all(slip.sentence.endswith(".") for slip in CATALOGUE)


@pytest.mark.parametrize("at", range(len(RECIPES)))
def test_each_slip_of_the_catalogue_is_found_where_it_is_planted(make, at) -> None:
    hidden, last, recipe = RECIPES[at]
    example = make(hidden, last, layers=(3, 2, 2), seed=at, steps=1, **recipe)
    ledger = Ledger(example)
    entries = [e for e in ledger.entries() if e.formula is not None]
    right = {e.quantity: Claim(e.quantity, f"{e.value:.10f}", "here") for e in entries}
    tried = 0
    for slip in CATALOGUE:
        sites = [SlipSite(ledger, e.quantity, e.formula) for e in entries]
        planted = ((s, value) for s in sites for value in values(ledger, slip, s))
        for site, value in itertools.islice(planted, 1):
            claims = {**right, site.quantity: Claim(site.quantity, f"{value:.10f}", "here")}
            marked = judge(Ledger(replace(example, claims=tuple(claims.values()))))
            first = marked.first_wrong
            assert (first.quantity, first.finding is None) == (site.quantity, False), slip.name
            names = {first.finding.name, *first.finding.also}
            assert slip.name in names or math.isclose(
                first.finding.values[0], value, rel_tol=1e-6, abs_tol=1e-9
            ), slip.name
            tried += 1
    assert tried > 40


def values(ledger: Ledger, slip, site: SlipSite) -> list[float]:
    """What a slip gives there, where that differs from what is right."""
    right = float(ledger.value(site.quantity))
    found = [evaluate_with(tree, lambda q: float(ledger.value(q))) for tree in slip.formulas(site)]
    return [v for v in found if abs(v - right) > 1e-4 and abs(v) < 1e6][:1]
