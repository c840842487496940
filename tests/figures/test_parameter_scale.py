from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from chainrule.figures.parameter_scale import make_parameter_scale, set_parameter_ticks


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.0, 2.0, 4.0], "linear"),
        ([1.0, 100.0], "linear"),  # two values say nothing of what lies between
        ([1.0, 2.0, 30.0], "logarithmic"),
        ([0.0, 1.0, 30.0], "linear"),
        ([1.0, "auto"], "names"),
    ],
)
def test_the_kind_of_scale(values, kind: str) -> None:
    assert make_parameter_scale("x", values).kind == kind


def test_places_and_shares() -> None:
    wide = make_parameter_scale("learning_rate", [0.01, 1.0, 0.1])
    assert wide.title == "learning rate, logarithmic"
    assert wide.places([0.1]).tolist() == [0.1]
    assert wide.fractions([0.01, 0.1, 1.0]) == pytest.approx([0, 0.5, 1])
    plain = make_parameter_scale("size", [2.0, 6.0])
    assert plain.fractions([3.0]).tolist() == [0.25]
    named = make_parameter_scale("name", ["b", 3.0, "a"])
    assert named.values == (3.0, "a", "b")
    assert named.places(["b", "a"]).tolist() == [2, 1]
    assert make_parameter_scale("one", [5.0, 5.0]).fractions([5.0]).tolist() == [0.5]


def test_marks_are_values_or_round_numbers() -> None:
    assert make_parameter_scale("x", [3.0, 1.0]).marks == (1.0, 3.0)
    many = [10 ** (k / 10) for k in range(-25, 6)]
    assert make_parameter_scale("x", many).marks == pytest.approx((0.01, 0.1, 1.0))
    assert make_parameter_scale("x", [float(k) for k in range(13)]).marks == (
        2.0,
        4.0,
        6.0,
        8.0,
        10.0,
    )


def test_texts() -> None:
    scale = make_parameter_scale("layers", ["[784, 16, 10]"])
    assert scale.text("[784, 16, 10]") == "784-16-10"
    assert scale.text(0.001) == "0.001"
    assert scale.text(0.6324555) == "0.6325"
    assert scale.text(60001.0) == "60001"


def test_ticks_of_an_axis() -> None:
    axes = Figure().subplots()
    set_parameter_ticks(axes.xaxis, make_parameter_scale("kind", ["b", "a"]))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]
    assert axes.get_xlabel() == "kind"
    set_parameter_ticks(axes.yaxis, make_parameter_scale("rate", [float(2**k) for k in range(12)]))
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert axes.yaxis.get_major_formatter()(0.01, 0) == "0.01"
