from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.mnist_statistics import (
    NORMS,
    compute_norms,
    describe_unusual,
    measure,
)
from chainrule.data.mnist import load_mnist

# How far the outer quantiles, and the middle one, of 2,000 digits may lie from those of 60,000.
TOLERANCES = {
    "ink": (0.02, 0.003),
    "thickness": (0.3, 0.05),
    "aspect": (0.1, 0.01),
    "solid": (0.03, 0.01),
    "lean": (4.0, 0.6),
    "pieces": (1.0, 0.0),
    "row": (0.02, 0.02),
    "column": (0.02, 0.02),
}


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    # By lot: neighbours in the file do not come from the same mix of writers.
    chosen = np.random.default_rng(0).choice(60_000, 2000, replace=False)
    return load_mnist().train.inputs.reshape(-1, 28, 28)[chosen]


def test_the_norms_are_those_of_mnist(digits) -> None:
    assert len(digits) == 2000
    measured = compute_norms(digits)
    assert measured.keys() == NORMS.keys() == TOLERANCES.keys()
    for name, (low, middle, high) in measured.items():
        outer, inner = TOLERANCES[name]
        assert (low, high) == pytest.approx(NORMS[name][::2], abs=outer), name
        assert middle == pytest.approx(NORMS[name][1], abs=inner), name


@pytest.mark.parametrize("name", ["ink", "thickness", "solid", "lean"])
def test_one_digit_in_a_hundred_lies_outside(digits, name) -> None:
    low, _, high = NORMS[name]
    outside = sum(not low <= measure(image)[name] <= high for image in digits)
    assert 8 <= outside <= 40


def test_few_digits_of_mnist_are_unusual() -> None:
    images = load_mnist().test.inputs.reshape(-1, 28, 28)[::10]
    remarked = sum(bool(describe_unusual(measure(image))) for image in images)
    assert 10 <= remarked <= 60


def block(top: int, left: int, height: int, width: int) -> np.ndarray:
    image = np.zeros((28, 28), np.uint8)
    image[top : top + height, left : left + width] = 255
    return image


def test_a_block_by_hand() -> None:
    figures = measure(block(4, 9, 20, 10))
    assert figures["ink"] == 200 / 784
    assert figures["aspect"] == 0.5
    assert figures["solid"] == figures["pieces"] == 1
    assert (figures["row"], figures["column"]) == (13.5, 13.5)
    assert figures["lean"] == pytest.approx(0)
    # The gradient has length 1 along all sides, but √2 at one corner for two of length 1.
    assert figures["thickness"] == pytest.approx(2 * 200 / (60 - 2 + 2**0.5))


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_the_thickness_of_a_long_stroke(width) -> None:
    assert measure(block(0, 12, 28, width))["thickness"] == pytest.approx(width, rel=0.2)


def test_the_lean_of_a_diagonal() -> None:
    rising = np.zeros((28, 28), np.uint8)
    rising[np.arange(4, 24), 27 - np.arange(4, 24)] = 255
    assert measure(rising)["lean"] == pytest.approx(45)
    assert measure(rising[:, ::-1])["lean"] == pytest.approx(-45)


def test_lengths_do_not_depend_on_the_size_of_the_picture() -> None:
    small, large = block(4, 9, 20, 10), np.kron(block(4, 9, 20, 10), np.ones((3, 3), np.uint8))
    one, three = measure(small), measure(large)
    assert three["thickness"] == pytest.approx(one["thickness"], rel=0.03)
    assert three["aspect"] == one["aspect"]
    assert three["row"] == pytest.approx(one["row"] + 1 / 3)


def test_pieces_are_counted() -> None:
    assert measure(block(4, 4, 5, 5) + block(15, 15, 5, 5) + block(4, 20, 2, 2))["pieces"] == 3


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        (
            "thickness",
            "The strokes are thin: 1.00 pixels; 99 % of MNIST digits lie between 1.38 and 4.60.",
            "The strokes are thick: 100.00 pixels; 99 % of MNIST digits lie between 1.38 and 4.60.",
        ),
        (
            "aspect",
            "The digit is narrow: 0.10 of its height; 99 % of MNIST digits lie between 0.20 "
            "and 1.43.",
            "The digit is wide: 100.00 of its height; 99 % of MNIST digits lie between 0.20 "
            "and 1.43.",
        ),
        (
            "lean",
            "The digit leans to the left: -90.0 degrees; 99 % of MNIST digits lie between "
            "-31.4 and 40.6.",
            "The digit leans to the right: 100.0 degrees; 99 % of MNIST digits lie between "
            "-31.4 and "
            "40.6.",
        ),
        (
            "row",
            "The digit sits high: 1.00 pixels down; 99 % of MNIST digits lie between 13.50 "
            "and 14.50.",
            "The digit sits low: 100.00 pixels down; 99 % of MNIST digits lie between 13.50 "
            "and 14.50.",
        ),
        (
            "ink",
            "There is little ink: 0.010 of the picture; 99 % of MNIST digits lie between "
            "0.045 and 0.260.",
            "There is much ink: 100.000 of the picture; 99 % of MNIST digits lie between "
            "0.045 and 0.260.",
        ),
    ],
)
def test_what_is_said_of_little_and_much(name, low, high) -> None:
    little = {"aspect": 0.1, "lean": -90.0, "ink": 0.01}.get(name, 1.0)
    assert describe_unusual({name: little}) == (low,)
    assert describe_unusual({name: 100.0}) == (high,)
    assert describe_unusual({name: NORMS[name][1]}) == ()


def test_pale_ink_is_said_and_solid_ink_is_not() -> None:
    pale = (
        "The ink is pale or blurred: 0.30 of it solid; 99 % of MNIST digits lie between "
        "0.58 and 0.93."
    )
    assert describe_unusual({"solid": 0.3}) == (pale,)
    assert describe_unusual({"solid": 1.0}) == ()


def test_many_pieces_are_said() -> None:
    said = "The digit is in many pieces: 5 pieces; 99 % of MNIST digits lie between 1 and 2."
    assert describe_unusual({"pieces": 5.0}) == (said,)
