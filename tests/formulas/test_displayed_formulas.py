"""Every displayed formula is computed, and agrees with the functions of its equation."""

from __future__ import annotations

import re
from functools import cache

import pytest

from displays import ROOT, UNCHECKED, Display, all_displays, docs_displays
from environments import make_environments
from formula_checks import check_formula
from formula_evaluation import Environment

DISPLAYS = all_displays()
CHECKED = [display for display in DISPLAYS if display.is_checked]


@cache
def environments_of(equation: str) -> list[Environment]:
    return make_environments(equation, 0)


def problems(display: Display, source: str) -> list[str]:
    return check_formula(source, display.is_latex, environments_of(display.equation)).problems


@pytest.mark.parametrize("display", CHECKED, ids=lambda display: display.place)
def test_each_formula_agrees_with_the_functions_of_its_equation(display: Display) -> None:
    report = check_formula(display.source, display.is_latex, environments_of(display.equation))
    assert report.problems == [], str(display)
    assert report.computed > 0


def test_every_display_of_the_derivations_is_seen() -> None:
    pages = (ROOT / "docs" / "derivation").glob("[0-9]*.md")
    fences = sum(len(re.findall(r"^\$\$$", page.read_text("utf-8"), re.M)) for page in pages)
    assert fences == 2 * len(list(docs_displays()))


def test_every_equation_has_a_display_that_is_computed() -> None:
    pages = (ROOT / "docs" / "derivation").glob("[0-9]*.md")
    headings = {
        found
        for page in pages
        for found in re.findall(r"^### \[(\w+)\]", page.read_text("utf-8"), re.M)
    }
    assert headings <= {display.equation for display in docs_displays() if display.is_checked}


def test_the_few_that_are_not_computed_are_named_with_a_reason() -> None:
    left_out = [display.source for display in DISPLAYS if not display.is_checked]
    assert len(left_out) == len(UNCHECKED) == 1
    for start, reason in UNCHECKED.items():
        assert sum(source.startswith(start) for source in left_out) == 1, reason


@pytest.mark.parametrize(
    ("place", "right", "wrong"),
    [
        ("03-costs.md C1 1", "= 2 (a_i - y_i)", "= 3 (a_i - y_i)"),
        ("05-backpropagation.md BP2a 1", r"\delta W", r"\delta W^{\mathsf T}"),
        ("05-backpropagation.md BP2a 1", r"\delta W", r"W \delta"),
        ("05-backpropagation.md BP4 1", r"\delta^{\mathsf T} x", r"x^{\mathsf T} \delta"),
        ("07-updates.md U1 1", r"\theta - \eta g", r"\theta + \eta g"),
        ("equations.costs.squared_error_gradient", "2 (a_i", "3 (a_i"),
        ("equations.affine.weight_gradient", "deltaᵀ x", "xᵀ delta"),
        ("equations.updates.gradient_descent", "θ - η g", "θ + η g"),
        ("equations.activations: tanh", "tanh(z)", "tanh(2 z)"),
        ("10-augmentation.md H3 1", r"h + \frac12", r"h - \frac12"),
    ],
)
def test_a_wrong_formula_is_found(place: str, right: str, wrong: str) -> None:
    display = next(one for one in CHECKED if one.place == place)
    assert right in display.source
    assert problems(display, display.source) == []
    assert problems(display, display.source.replace(right, wrong)) != []


@pytest.mark.parametrize(
    ("equation", "source", "problem"),
    [
        ("A5", "φ(z) = (z", "cannot be read"),
        ("A5", "φ(z) = z + q", "q has no meaning"),
        ("A5", "φ(z)", "fits no environment: no relation"),
        ("A5", "φ(z) = max(z, 0)    k = 2 z", "nothing reads k"),
        ("A5", "k = 2 k", "nothing reads k"),
        ("A3", "φ(z) = 1 / (1 + e^-z) for z > -100, else 0", "reached one way only"),
        ("C1", "c = Σ_k (a_k - y_k)²", "has no meaning"),
        ("V1", "", "nothing to compute"),
        ("C1", "c = c + a_i - a_i", "explained by itself"),
        ("F1", "z = W x + b", "a column for a row"),
        ("U1", "η ← η", "does not change"),
        ("A12", "φ(z)_i = e^z_i / Σ_j e^z_i", "nothing runs along j"),
    ],
)
def test_what_is_no_formula_of_its_equation_is_refused(
    equation: str, source: str, problem: str
) -> None:
    report = check_formula(source, False, environments_of(equation))
    assert any(problem in one for one in report.problems), report.problems


def test_a_formula_said_to_be_wrong_must_be_wrong() -> None:
    source = r"dx = \delta W \qquad \text{not} \qquad \delta W"
    assert check_formula(source, True, environments_of("BP2a")).problems != []
    source = r"dx = \delta W \qquad \text{not} \qquad 2 \delta W"
    assert check_formula(source, True, environments_of("BP2a")).problems == []
