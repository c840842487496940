from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.data.handwriting import Preparation, prepare
from chainrule.data.mnist import load_mnist
from chainrule.experiment.digit_orientation import turn_images
from chainrule.experiment.digit_reading import read_digit
from chainrule.experiment.file_predictions import Output, Prediction

DIGITS = tuple("0123456789")
TEST = load_mnist().test
SEVEN = TEST.inputs[0].reshape(28, 28)


def answer(preparation: Preparation) -> Prediction:
    """7 of the one upright digit, 2 of all others, at the probability of the first figure."""
    name = "7" if np.array_equal(preparation.image, SEVEN) else "2"
    sure = preparation.figures.get("sure", 0.9)
    return Prediction("photo", name, (Output(name, sure),), preparation.remarks, preparation)


@pytest.fixture
def lying() -> Preparation:
    return prepare(turn_images(SEVEN[None], 1)[0])


def part(sure: float) -> Preparation:
    """A 2 that a network is so sure of, one of several that touch."""
    image = TEST.inputs[1].reshape(28, 28)
    prepared = prepare(image)
    return replace(prepared, figures={**prepared.figures, "sure": sure})


def test_an_upright_digit_is_read_as_it_is() -> None:
    (found,) = read_digit(prepare(SEVEN), DIGITS, answer)
    assert (found.answer, found.upright, found.remarks) == ("7", None, ())


def test_a_digit_on_its_side_has_both_answers(lying) -> None:
    (found,) = read_digit(lying, DIGITS, answer)
    assert found.answer == "2"
    assert found.upright is not None
    assert found.upright.answer == "7"
    assert found.remarks[0] == "The digit lies on its side: upright it reads 7, as it lies 2."
    assert found.to_dict()["upright"]["answer"] == "7"


def test_other_classes_know_no_other_reading(lying) -> None:
    (found,) = read_digit(replace(lying, parts=(part(1.0),) * 2), ("2", "7"), answer)
    assert (found.answer, found.upright, found.remarks) == ("2", None, ())


def test_digits_that_touch_are_read_apart() -> None:
    wide = replace(prepare(SEVEN), parts=(part(0.8), part(0.7)))
    first, second = read_digit(wide, DIGITS, answer)
    assert (first.answer, second.answer) == ("2", "2")
    said = "2 digits touch: as one they would be too wide; they were cut apart."
    assert first.remarks[0] == second.remarks[0] == said


def test_parts_that_are_hardly_digits_are_not_read_apart(lying) -> None:
    wide = replace(lying, parts=(part(0.8), part(0.2)))
    (found,) = read_digit(wide, DIGITS, answer)
    assert found.upright is not None
    flat = replace(part(0.9), image=turn_images(part(0.9).image[None], 1)[0])
    (found,) = read_digit(replace(lying, parts=(part(0.9), flat)), DIGITS, answer)
    assert found.upright is not None
