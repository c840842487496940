"""The papers' printed formulas: which are wrong, in what way, and that no right one is blamed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from chainrule.documents import render
from chainrule.papers.formula_check import FormulaResult, check_formulas
from chainrule.papers.small_networks import SMALL_NETWORKS

WRONG = {
    ("investigation", "feed forward"): "wrong: 3 of 3 numbers off",
    ("investigation", "cost of a single training example"): "wrong: 3 times what it should be",
    ("investigation", "one neuron in each layer"): "wrong: ",
    ("investigation", "matrix of gradients"): "wrong: 1 of 9 numbers off",
    ("investigation", "summary"): "wrong: 3 of 3 numbers off",
    ("investigation", "summary, its layers put right"): "wrong: 3 of 3 numbers off",
    ("four-detector", "the network of the paper"): "wrong: ",
    ("four-detector", "output, next line"): "wrong: -1 times what it should be",
    ("four-detector", "output, first line on σ'"): "wrong: 2 of 2 numbers off",
    ("four-detector", "output, second line on σ'"): "wrong: 2 of 2 numbers off",
    ("four-detector", "hidden"): "wrong: ",
    ("approximator", "calculating the gradient, next layer"): "wrong: ",
    ("four-equations", "(24)"): "wrong: 3 of 3 numbers off",
    ("four-equations", "(25), its z/∂a read as ∂z/∂a"): "wrong: 3 of 3 numbers off",
    ("four-equations", "(26), its z/∂a read as ∂z/∂a"): "comes to shape (3, 3), should be (3,)",
    ("four-equations", "(40)"): "wrong: 3 of 9 numbers off",
    ("matrix-based", "(12), m = 1"): "wrong: the right numbers, transposed",
    ("matrix-based", "(13)"): "wrong: 3 of 3 numbers off",
}


@pytest.fixture(scope="module")
def results() -> tuple[FormulaResult, ...]:
    return check_formulas().results


def test_which_are_wrong_and_how(results) -> None:
    wrong = [one for one in results if not one.holds]
    assert {(one.printed.paper, one.printed.place) for one in wrong} == set(WRONG)
    for one in wrong:
        assert one.verdict.startswith(WRONG[one.printed.paper, one.printed.place])
        assert one.error is None or one.error > 0.01


def test_wrong_ones_have_a_remedy_and_right_ones_none(results) -> None:
    for one in results:
        assert one.holds is not bool(one.printed.remedy), one.printed.text
        assert one.verdict == "holds" or not one.holds


def test_the_factor_of_two_that_is_printed_twice(results) -> None:
    twice = [one for one in results if one.printed.right == "2σ'(z^L)(a^(L-1))2(a^L - y)"]
    assert [one.verdict for one in twice] == ["wrong: 2 times what it should be"]


def test_two_numbers_that_are_in_no_simple_ratio(results) -> None:
    (one,) = (one for one in results if one.printed.left == "∂J/∂w_1")
    found, truth = one.found.item(), one.truth.item()
    assert one.verdict == f"wrong: {found:.4g} where {truth:.4g} is right"


@pytest.mark.parametrize("name", SMALL_NETWORKS)
@pytest.mark.parametrize("cost", ["squared_error", "mean_squared_error", "half_squared_error"])
def test_the_truth_is_the_gradient_of_the_reference(name, cost) -> None:
    n = SMALL_NETWORKS[name](cost)
    for layer in range(1, n.depth + 1):
        pairs = {
            "W": n.trace.dW[layer - 1],
            "z": n.trace.delta[layer - 1][0],
            "b": n.trace.delta[layer - 1][0],
            "a": n.trace.delta[layer - 1][0] / n.derivative(layer),
        }
        for kind, expected in pairs.items():
            if kind == "b" and n.layers[0].b is None:
                continue
            np.testing.assert_allclose(n.numeric_gradient(kind, layer), expected, rtol=1e-8)


def test_the_report_as_text() -> None:
    report = check_formulas()
    text = render(report.document(), "text")
    lines = " ".join(text.split())
    assert report.summary() == "38 printed formulas tried: 18 hold, 20 are wrong"
    assert (
        "Wrong as printed - investigation, feed forward: z_i^l = (w_i0 a_0 + b_0) + (w_i1 a_1 + "
        "b_1) + … + (w_in a_n + b_i), on 3-3-3-3 with squared_error, is wrong: 3 of 3 numbers off, "
        "by up to 0.55 of the greatest. Correct: one bias: Σ_k w_ik a_k + b_i."
    ) in lines
    assert (
        "Right as printed - investigation, summary: ∂C/∂w^L = (2(a^L - y) σ'(z^L)) • T(a^(L-1)), "
        "on 3-3-3-3 with squared_error."
    ) in lines
    assert max(map(len, text.splitlines())) <= 80


def test_the_report_as_markdown() -> None:
    lines = render(check_formulas().document(), "markdown").splitlines()
    assert lines[2] == "38 printed formulas tried: 18 hold, 20 are wrong."
    items = [line for line in lines if line.startswith("- ")]
    assert len(items) == 38
    assert items[19] == (
        "- **matrix-based**, (13): `δ^l = (δ^(l+1) W^l) ⊙ φ'(Z^l)`, on 3-3-3-3 with "
        "`half_squared_error`, is wrong: 3 of 3 numbers off, by up to 0.67 of the greatest. "
        "Correct: W^(l+1), as in (7)."
    )


def test_the_formulas_of_one_paper() -> None:
    report = check_formulas("matrix-based")
    assert {one.printed.paper for one in report.results} == {"matrix-based"}
    assert report.summary() == "5 printed formulas tried: 3 hold, 2 are wrong"


def test_the_report_as_plain_values() -> None:
    values = check_formulas().to_dict()
    assert json.loads(render(check_formulas().document(), "json")) == values
    record = values[0]
    assert (record["paper"], record["holds"], len(record["found"])) == ("investigation", False, 3)
    assert list(record) == [
        "paper", "place", "left", "right", "cost", "network", "remedy",
        "holds", "error", "verdict", "found", "truth",
    ]  # fmt: skip
