from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.descent.function import make_function
from chainrule.descent.gradient_descent import descend
from chainrule.errors import InputError
from chainrule.figures.descent_path import DescentPathData, descent_path_data, draw_descent_path


def data(text: str, start: list[float], rate: float, steps: int) -> DescentPathData:
    return descent_path_data(descend(make_function(text), start, learning_rate=rate, steps=steps))


def test_a_curve() -> None:
    found = data("x**2 - 2*x + 1.5", [-1], 1, 2)
    (one,) = found.slices
    assert found.grid is None
    assert found.points[:, 0].tolist() == [-1, 3, -1]
    assert (one.at[0], one.at[-1], len(one.at)) == (-2, 4, 401)
    assert one.values == pytest.approx(one.at**2 - 2 * one.at + 1.5)
    assert (one.start, one.value, one.slope, one.others) == (-1, 4.5, -4, "")


def test_a_surface_and_its_slices() -> None:
    found = data("x**2 + y**3", [1, 2], 0.1, 3)
    across, along = found.slices
    assert (across.others, along.others) == ("y = 2", "x = 1")
    assert (across.slope, along.slope) == (2, 12)
    assert across.values == pytest.approx(across.at**2 + 8)
    assert along.values == pytest.approx(1 + along.at**3)
    assert found.grid == pytest.approx(across.at[None, :] ** 2 + along.at[:, None] ** 3)


def test_what_is_far_away_is_left_out() -> None:
    found = data("x**2", [1], 1.5, 30)
    assert np.abs(found.points).max() < 100
    assert len(found.points) + found.left_out == 31
    assert found.left_out > 20


def test_where_there_is_no_value_there_is_no_line() -> None:
    (one,) = data("sqrt(x)", [1], 0.1, 1).slices
    low = data("ln(x)", [0.1], 0.5, 1).slices[0]
    assert np.isfinite(one.values).all()
    assert np.isnan(low.values[low.at <= 0]).all()
    assert (low.at <= 0).any()


def test_more_than_two_variables() -> None:
    with pytest.raises(InputError) as caught:
        data("a + b + c", [1, 1, 1], 0.1, 1)
    assert str(caught.value) == (
        "descend: expected one or two variables for a picture, got a, b, c."
    )


def drawn(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes]


def test_pictures() -> None:
    curve = draw_descent_path(data("x**2", [1], 1.5, 30))
    assert drawn(curve) == ["The function, and the path on it", "Step by step"]
    assert curve.texts[0].get_text() == "f(x) = x**2"
    assert curve.texts[1].get_text().splitlines()[1] == (
        f"The last {data('x**2', [1], 1.5, 30).left_out} points are too far away to be shown."
    )
    surface = draw_descent_path(data("x**2 + y**3", [1, 2], 0.1, 3))
    assert drawn(surface) == [
        "From above: dark is low",
        "The surface, and the path on it",
        "Slice through the start: y = 2",
        "Slice through the start: x = 1",
    ]
    flat = draw_descent_path(data("x*y", [0, 0], 0.1, 3))
    assert len(flat.axes) == 4
