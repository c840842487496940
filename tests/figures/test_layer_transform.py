from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.errors import InputError, ShapeError, UnknownNameError
from chainrule.figures.layer_transform import (
    BIASES,
    WEIGHTS,
    draw_layer_transform,
    layer_transform_data,
)


def test_each_stage_is_the_layer_s_own_arithmetic() -> None:
    data = layer_transform_data()
    plane, turned, stretched, lifted, relu, sigmoid = data.stages
    W, b = np.array(WEIGHTS), np.array(BIASES)
    np.testing.assert_allclose(lifted.grid, plane.grid @ W.T + b)
    np.testing.assert_allclose(lifted.spiral, plane.spiral @ W.T + b)
    np.testing.assert_allclose(relu.grid, np.maximum(lifted.grid, 0))
    np.testing.assert_allclose(sigmoid.grid, 1 / (1 + np.exp(-lifted.grid)))
    # turning keeps lengths, and lifting keeps those of what was stretched
    lengths = np.linalg.norm(plane.grid, axis=-1)
    np.testing.assert_allclose(np.linalg.norm(turned.grid, axis=-1), lengths)
    np.testing.assert_allclose(
        np.linalg.norm(stretched.grid, axis=-1), np.linalg.norm(lifted.grid - b, axis=-1)
    )
    np.testing.assert_allclose(stretched.grid, turned.grid * data.stretches)


def test_known_stretches() -> None:
    data = layer_transform_data(["tanh"], weights=[[0, 2], [3, 0], [0, 0]], biases=[0, 0, 1])
    assert data.stretches == pytest.approx((3, 2))
    assert [stage.title for stage in data.stages[3:]] == ["lifted and shifted", "bent by tanh"]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        layer_transform_data(["rleu"])
    with pytest.raises(ShapeError) as shape:
        layer_transform_data(weights=[[1, 2]])
    assert (
        str(shape.value)
        == "figure: expected weights of shape (3, 2), got an array of shape (1, 2) (float64)."
    )
    with pytest.raises(InputError) as finite:
        layer_transform_data(biases=[0, 0, np.nan])
    assert str(finite.value) == "figure: expected finite biases, got others."


def test_stages_are_drawn_flat_and_in_space(
    pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_layer_transform(layer_transform_data())
    assert np.unique(pixels(figure)).size > 50
    assert [axes.name for axes in figure.axes] == ["rectilinear"] * 3 + ["3d"] * 3
    assert "bent by relu:\na = relu(z)" in texts(figure)
    assert figure.axes[3].get_xlabel() == "z₀"
    assert figure.axes[4].get_xlabel() == "a₀"
