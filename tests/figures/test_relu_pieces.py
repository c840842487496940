from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.errors import InputError, UnknownNameError
from chainrule.figures.relu_pieces import (
    ReluPieces,
    _trained,
    draw_relu_pieces,
    read_pieces,
    relu_pieces_data,
)


@pytest.fixture(scope="module")
def found() -> tuple[ReluPieces, ...]:
    return relu_pieces_data([1, 3], epochs=200)


def test_the_pieces_sum_to_the_network(found: tuple[ReluPieces, ...]) -> None:
    for one in found:
        network = _trained(one.hidden, "2^x", 200, 0)
        expected = network.predict(one.x[:, None])[:, 0]
        np.testing.assert_allclose(one.total, expected, atol=1e-12)
        assert one.pieces.shape == (one.neurons, len(one.x))
        np.testing.assert_allclose(one.target, 2.0**one.x)
        assert one.max_error == pytest.approx(np.abs(expected - 2.0**one.x).max())


def test_each_piece_bends_at_its_kink(found: tuple[ReluPieces, ...]) -> None:
    three = found[1]
    for piece, kink in zip(three.pieces, three.kinks, strict=True):
        bends = np.abs(np.diff(piece, 2))
        if three.x[1] < kink < three.x[-2]:
            assert abs(three.x[1 + bends.argmax()] - kink) <= np.diff(three.x)[0]


def test_more_neurons_come_nearer() -> None:
    two, five = relu_pieces_data([2, 5], epochs=1000)
    assert five.max_error < two.max_error < 1
    # of all lines with one kink none comes nearer than the best with two pieces and a flat one
    assert five.max_error < 0.3


def test_the_start_has_its_kinks_at_equal_distances() -> None:
    (start,) = relu_pieces_data([5], epochs=0)
    assert start.kinks == pytest.approx([-2, -1, 0, 1, 2])
    assert start.bias == 0


def test_other_numbers_are_refused() -> None:
    assert read_pieces(["2", "10"]) == (((2,), (10,)), "2^x")
    assert read_pieces(["3-4", "x^2"]) == (((3, 4),), "x^2")
    with pytest.raises(InputError) as caught:
        read_pieces(["two"])
    assert str(caught.value) == (
        "figure: expected numbers of neurons such as 5 or 3-3, or a curve of 2^x, x^2, sin x, got "
        "'two'."
    )
    with pytest.raises(InputError) as two:
        read_pieces(["x^2", "2^x"])
    assert str(two.value) == "figure: expected one curve, got x^2 and 2^x."
    with pytest.raises(UnknownNameError):
        relu_pieces_data([1], curve="x^3", epochs=0)
    with pytest.raises(InputError) as none:
        relu_pieces_data([0])
    assert str(none.value) == (
        "figure: expected neurons to be a whole number at least 1 and at most 50, got 0 (int). "
        "neurons: ReLU neurons of a hidden layer."
    )


def test_layers_upon_layers_come_nearer_than_one() -> None:
    one, two = relu_pieces_data([3, (3, 3)], epochs=1500)
    assert two.max_error < one.max_error
    assert (two.hidden, two.neurons, two.pieces.shape[0]) == ((3, 3), 6, 3)
    assert (np.diff(two.kinks) >= 0).all()
    slopes = np.diff(two.total) / np.diff(two.x)
    bends = two.x[1:-1][np.abs(np.diff(slopes)) > 1e-6]
    for bend in bends:  # the sum bends where a neuron begins or ends, and nowhere else
        assert np.abs(two.kinks - bend).min() < 0.011


def test_another_curve() -> None:
    (found,) = relu_pieces_data([4], curve="x^2", epochs=1500)
    assert found.target == pytest.approx(found.x**2)
    assert found.max_error < 1
    names = [t.get_text() for t in draw_relu_pieces((found,)).legends[0].get_texts()]
    assert names[-1] == "x²"


def test_a_panel_a_network(
    found: tuple[ReluPieces, ...],
    pixels: Callable[..., np.ndarray],
    texts: Callable[[Any], list[str]],
) -> None:
    figure = draw_relu_pieces((*found, found[0]))
    assert np.unique(pixels(figure)).size > 50
    assert len(figure.axes) == 3
    one, three, _ = figure.axes
    # the pieces, the bias, the sum, 2ˣ, the kinks
    assert [len(axes.lines) for axes in (one, three)] == [5, 7]
    np.testing.assert_array_equal(three.lines[4].get_ydata(), found[1].total)
    names = [t.get_text() for t in figure.legends[0].get_texts()]
    assert names == ["one neuron", "output's bias", "sum", "2ˣ"]
    assert any(text.startswith("1 neuron: within") for text in texts(figure))
