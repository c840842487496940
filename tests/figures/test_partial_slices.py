from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.figures.partial_slices import (
    draw_partial_slices,
    partial_slices_data,
    read_point,
    surface,
)


def test_slopes_are_those_of_differences() -> None:
    x, y, h = 0.7, -1.2, 1e-6
    data = partial_slices_data(x, y)
    along_x, along_y = data.slices
    assert data.height == pytest.approx(0.49 - 1.728)
    assert along_x.slope == pytest.approx((surface(x + h, y) - surface(x - h, y)) / (2 * h))
    assert along_y.slope == pytest.approx((surface(x, y + h) - surface(x, y - h)) / (2 * h))
    np.testing.assert_allclose(along_x.value, along_x.at**2 + y**3)
    np.testing.assert_allclose(along_y.value, x**2 + along_y.at**3)
    assert np.interp(x, along_x.at, along_x.tangent) == pytest.approx(data.height)
    assert data.values[3, 5] == pytest.approx(data.side[5] ** 2 + data.side[3] ** 3)


def test_a_point_as_it_is_typed() -> None:
    assert read_point([]) == (1.0, 1.0)
    assert read_point(["0.5", "-1"]) == (0.5, -1.0)
    with pytest.raises(InputError) as caught:
        read_point(["1"])
    assert str(caught.value) == "figure: expected a point such as 1 0.5, got 1."
    with pytest.raises(InputError) as far:
        partial_slices_data(1, 3)
    assert str(far.value) == ("figure: expected a point from -2 to 2 along both axes, got 3.")


def test_surface_and_both_slices(
    pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    data = partial_slices_data(1, -0.5)
    figure = draw_partial_slices(data)
    assert np.unique(pixels(figure)).size > 50
    solid, along_x, along_y = figure.axes
    assert solid.name == "3d"
    np.testing.assert_array_equal(along_x.lines[0].get_ydata(), data.slices[0].value)
    np.testing.assert_array_equal(along_y.lines[0].get_ydata(), data.slices[1].value)
    assert along_x.get_title(loc="left") == "along x, where y = −0.5"
    assert "slope 0.75" in texts(along_y)
