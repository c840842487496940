from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.data.handwriting import Preparation, prepare
from chainrule.data.mnist import load_mnist
from chainrule.experiment.digit_orientation import (
    UprightReading,
    read_upright,
    turn_images,
    upright_probability,
)
from chainrule.experiment.prediction_records import Output, Prediction

IMAGES = load_mnist().test.inputs.reshape(-1, 28, 28)
TARGETS = load_mnist().test.targets


Known = list[tuple[np.ndarray, str]]


def answered(known: Known, preparation: Preparation) -> Prediction:
    """A prediction that knows the answer to some images, and says 5 of all others."""
    image = preparation.image.astype(float)
    shifts = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    name = "5"
    for one, its_name in known:
        moved = (np.abs(np.roll(one.astype(float), by, axis=(0, 1)) - image) for by in shifts)
        if min(difference.mean() for difference in moved) < 1:
            name = its_name
    return Prediction("photo", name, (Output(name, 0.9),), (), preparation)


def reading(image: np.ndarray, known: Known) -> UprightReading | None:
    """What is said of a digit by a network that gives these answers."""

    def answer(preparation: Preparation) -> Prediction:
        return answered(known, preparation)

    return read_upright(answer(prepare(image)), answer)


def digit(target: int, number: int = 0) -> np.ndarray:
    """One of MNIST's digits of a class."""
    return IMAGES[np.flatnonzero(target == TARGETS)[number]]


@pytest.mark.parametrize("quarters", range(5))
def test_turned_images_keep_their_centre_of_mass(quarters) -> None:
    turned = turn_images(IMAGES[:20], quarters).astype(float)
    rows, columns = np.indices((28, 28))
    for image in turned:
        assert abs((rows * image).sum() / image.sum() - 14) <= 0.53
        assert abs((columns * image).sum() / image.sum() - 14) <= 0.53
    np.testing.assert_array_equal(
        turn_images(turn_images(IMAGES[:20], quarters), -quarters), IMAGES[:20]
    )


def test_upright_digits_are_not_said_to_lie() -> None:
    said = [reading(image, []) for image in IMAGES[:200]]
    assert sum(one is not None for one in said) <= 2


@pytest.mark.parametrize("quarters", [1, 3])
@pytest.mark.parametrize("target", [2, 3, 4, 7])
def test_a_digit_on_its_side(quarters, target) -> None:
    image = digit(target)
    (turned,) = turn_images(image[None], quarters)
    said = reading(turned, [(image, str(target))])
    assert said is not None
    assert (said.answer, said.probability, said.other) == (str(target), 0.9, None)
    assert said.orientation == {1: "turned left", 3: "turned right"}[quarters]
    sentence = f"The digit lies on its side: upright it reads {target}, as it lies 5."
    assert said.sentence("5") == sentence
    assert said.to_dict() == {
        "lies": said.orientation,
        "answer": str(target),
        "probability": 0.9,
    }


def test_a_digit_upside_down() -> None:
    image = digit(7)
    (turned,) = turn_images(image[None], 2)
    said = reading(turned, [(image, "7")])
    assert said is not None
    assert said.sentence("2") == "The digit is upside down: upright it reads 7, as it lies 2."


@pytest.mark.parametrize(("first", "second"), [("6", "9"), ("9", "6"), ("5", "5")])
def test_what_reads_the_same_or_another_digit_upside_down_is_left(first, second) -> None:
    image = digit(7)
    (turned,) = turn_images(image[None], 2)
    assert reading(turned, [(image, first), (turned, second)]) is None


def test_a_one_may_lie_on_either_side() -> None:
    image = digit(1)
    left, down, right = (turn_images(image[None], k)[0] for k in (1, 2, 3))
    said = reading(left, [(image, "1"), (down, "1")])
    assert said is not None
    assert (said.answer, said.other) == ("1", None)
    other = reading(right, [(image, "1"), (down, "9")])
    assert other is not None
    assert {other.answer, other.other} == {"1", "9"}
    assert "if it lies on the other side" in other.sentence("5")


def test_a_digit_that_reads_the_same_on_its_side() -> None:
    (turned,) = turn_images(digit(3)[None], 1)
    assert reading(turned, []) is None


def test_only_digits_like_mnists_are_judged() -> None:
    prepared = prepare(digit(3))
    unmeasured = replace(prepared, figures={})
    other = replace(prepared, image=np.zeros((8, 8), np.uint8))
    for one in (None, unmeasured, other):
        found = Prediction("row", "5", (Output("5", 1.0),), (), one)
        assert upright_probability(found) == 1
        assert read_upright(found, lambda preparation: answered([], preparation)) is None
