from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import UnknownNameError
from chainrule.figures.activation_curves import (
    CurveKink,
    activation_curves_data,
    draw_activation_curves,
)


def test_all_functions_come_in_the_order_of_the_table() -> None:
    curves = activation_curves_data()
    assert [c.name for c in curves] == list(ACTIVATIONS)
    assert curves[4].equation == "A5"
    assert curves[4].formula == "max(z, 0)"


def test_named_functions_come_in_the_order_of_the_names() -> None:
    assert [c.name for c in activation_curves_data(["tanh", "relu"])] == ["tanh", "relu"]


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_numbers_are_those_of_the_equations(name: str) -> None:
    (curve,) = activation_curves_data([name], low=-3, high=3, points=61)
    smooth = ~np.isnan(curve.value)
    activation = ACTIVATIONS[name]
    assert activation.derivative is not None
    np.testing.assert_array_equal(curve.value[smooth], activation.value(curve.z[smooth]))
    np.testing.assert_array_equal(curve.derivative[smooth], activation.derivative(curve.z[smooth]))
    assert curve.z[0] == -3
    assert curve.z[-1] == 3
    assert (np.diff(curve.z) > 0).all()
    assert (~smooth).sum() == len(activation.kinks) == len(curve.kinks)


def test_softmax_is_the_first_output_for_z_and_0() -> None:
    (curve,) = activation_curves_data(["softmax"], low=-2, high=2, points=5)
    expected = 1 / (1 + np.exp(-curve.z))
    assert curve.value == pytest.approx(expected)
    assert curve.derivative == pytest.approx(expected * (1 - expected))
    assert curve.formula == "exp(z_i) / Σ_j exp(z_j) of (z, 0)"


def test_a_kink_has_both_sides_and_what_holds_on_it() -> None:
    relu, step = activation_curves_data(["relu", "step"])
    tiny = float(np.nextafter(0, 1))
    assert relu.kinks == (CurveKink(0.0, (0.0, 0.0, tiny), (0.0, 0.0, 1.0)),)
    assert step.kinks == (CurveKink(0.0, (0.0, 1.0, 1.0), (0.0, 0.0, 0.0)),)
    assert np.isnan(step.value[step.z == 0]).all()


def test_a_kink_outside_is_left_out_and_one_between_points_is_put_in() -> None:
    assert activation_curves_data(["relu"], low=1, high=2)[0].kinks == ()
    (curve,) = activation_curves_data(["relu"], low=-1, high=1, points=4)
    assert len(curve.z) == 7


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        activation_curves_data(["reul"])
    assert str(caught.value) == (
        "figure: expected an activation, got 'reul' (str). Did you mean 'relu'? Valid names: "
        f"{', '.join(sorted(ACTIVATIONS))}."
    )


def test_each_function_has_a_panel_with_value_slope_and_kinks(
    pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    curves = activation_curves_data(["step", "relu", "sigmoid", "tanh", "elu"])
    figure = draw_activation_curves(curves)
    assert len(figure.axes) == 5
    assert np.unique(pixels(figure)).size > 100
    step, relu, sigmoid = figure.axes[:3]
    # two lines through 0, two curves, and for each curve that jumps a ring and a dot
    assert [len(axes.lines) for axes in (step, relu, sigmoid)] == [6, 6, 4]
    np.testing.assert_array_equal(sigmoid.lines[2].get_ydata(), curves[2].value)
    np.testing.assert_array_equal(sigmoid.lines[3].get_ydata(), curves[2].derivative)
    ring, dot = step.lines[4:]
    assert (list(ring.get_ydata()), list(dot.get_ydata())) == ([0.0], [1.0])
    assert ring.get_markerfacecolor() == "white"
    assert sigmoid.get_xlim() == (-4, 4)
    assert "sigmoid  [A3]" in texts(figure)
    assert "1 / (1 + exp(-z))" in texts(figure)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == [
        "value φ(z)",
        "derivative φ'(z)",
    ]


def test_only_panels_with_nothing_below_say_what_runs_along_them() -> None:
    figure = draw_activation_curves(
        activation_curves_data(["step", "relu", "sigmoid", "tanh", "elu"])
    )
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "z", "z", "z", "z"]


def test_a_given_figure_is_drawn_on() -> None:
    given = Figure(figsize=(6, 4))
    assert draw_activation_curves(activation_curves_data(["relu"]), ax=given) is given
    assert tuple(given.get_size_inches()) == (6, 4)
