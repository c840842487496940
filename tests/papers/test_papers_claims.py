"""The papers' hand computations: what is found in them, and that docs/papers.md says so."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import pytest

from chainrule.bundled import bundled_files
from chainrule.ledger.files.worked_file import read_worked
from chainrule.ledger.ledger import Ledger
from chainrule.marking.judging import MarkedClaims, judge

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "papers_claims.py"


@pytest.fixture(scope="module")
def claims() -> ModuleType:
    """The script that writes the tables."""
    spec = importlib.util.spec_from_file_location("papers_claims", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)  # its records look for their module
        spec.loader.exec_module(module)
    return module


def checked(name: str) -> MarkedClaims:
    return judge(Ledger(read_worked(name)))


def test_the_page_has_the_tables_of_today(claims) -> None:
    page = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
    assert claims.part() in page
    assert claims.written(page) == page
    assert page.count(claims.BEGIN) == page.count(claims.END) == 1


def test_every_paper_file_is_in_the_tables(claims) -> None:
    papers = ("approximator-", "four-detector", "investigation-")
    files = {name for name in bundled_files("worked") if name.startswith(papers)}
    assert files == set(claims.FILES)


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
