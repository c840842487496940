"""Errors planted in displayed formulas are found, and what is not an error is known."""

from __future__ import annotations

import runpy

import numpy as np
import pytest

from displays import ROOT, Display
from environments import make_environments
from formula_checks import check_formula
from formula_errors import KINDS, Mutant, is_equivalent, mutate


def test_every_kind_of_error_is_made() -> None:
    sources = {
        "sign": "c = a - b",
        "transpose": "c = a bᵀ",
        "index": "c_i = a_j",
        "factor": "c = 2 a",
        "function": "c = ln(a)",
        "comparison": "c = a for a > 0, else b",
        "swapped operands": "c = a / b",
        "dropped part": "c = a + b",
        "letter": "c = a",
    }
    assert sources.keys() == KINDS.keys()
    for kind, source in sources.items():
        made = [one for one in mutate(Display("here", "F1", source, False)) if one.kind == kind]
        assert made, kind
        assert all(one.source != source for one in made)


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("z = x Wᵀ + b", "z = x Wᵀ - b"),
        ("z = x Wᵀ + b", "z = x W + b"),
        ("z = x Wᵀ + b", "z = x Wᵀ"),
        ("a = b²", "a = b³"),
        ("a = b₁", "a = b₂"),
        ("a = ½ b", "a = 2 b"),
        (r"a = \frac12 b", r"a = \frac 2  1  b"),
        (r"a = \frac12 b", r"a = \frac22 b"),
        (r"a = \ln b", r"a = \exp b"),
        ("φ(z) = z", "φ'(z) = z"),
        ("a = √b", "a = (b)"),
    ],
)
def test_errors_are_those_that_a_person_could_make(source: str, wrong: str) -> None:
    made = {one.source for one in mutate(Display("here", "F1", source, "\\" in source))}
    assert wrong in {text.strip() for text in made}


def test_an_error_without_effect_is_recognised_by_other_numbers() -> None:
    rng = np.random.default_rng(0)
    display = Display("here", "C1", "c = Σ_i (a_i - y_i)²", False)
    environments = make_environments("C1", 1)
    swapped = Mutant(display, "swapped operands", "c = Σ_i (y_i - a_i)²")
    assert is_equivalent(swapped, environments, rng)
    assert not is_equivalent(Mutant(display, "sign", "c = Σ_i (a_i + y_i)²"), environments, rng)
    assert not is_equivalent(Mutant(display, "letter", "c = Σ_i (a_i - q_i)²"), environments, rng)
    assert not is_equivalent(Mutant(display, "letter", "c = Σ_i a_i - y"), environments, rng)


def test_what_only_agrees_where_the_equation_holds_is_an_error_with_effect() -> None:
    """σ and its derivative are bound in one environment, but are other numbers when set free."""
    display = Display("here", "N1", "û = (u - μ) / σ", False)
    assert check_formula("û = û + 0 u", False, make_environments("N1", 0)).problems != []
    same = Mutant(display, "letter", "û = û")
    assert not is_equivalent(same, make_environments("N1", 1), np.random.default_rng(0))


def test_the_campaign_finds_all_on_a_small_scale() -> None:
    script = runpy.run_path(str(ROOT / "campaigns" / "formula_mutations.py"))
    told = script["campaign"](60, 3)
    assert told["found"] == told["errors"] == 60
    assert told["missed"] == []
    assert set(told["planted"]) == set(KINDS)
