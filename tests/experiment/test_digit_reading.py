from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.data.handwriting import Preparation, prepare
from chainrule.data.mnist import load_mnist
from chainrule.experiment.digit_orientation import turn_images
from chainrule.experiment.digit_reading import read_digit
from chainrule.experiment.prediction_records import Output, Prediction

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


def whole(aspect: float, sure: float = 0.9) -> Preparation:
    """A 7 of this width, which a network would take for a 7 so surely."""
    prepared = prepare(SEVEN)
    return replace(prepared, figures={**prepared.figures, "aspect": aspect, "sure": sure})


@pytest.mark.parametrize(
    ("aspect", "sure", "sures"),
    [(1.6, 0.99, (0.8, 0.4)), (1.0, 0.7, (0.8, 0.6))],
    ids=["too wide for one digit", "hardly one digit"],
)
def test_digits_that_touch_are_read_apart(aspect, sure, sures) -> None:
    pair = replace(whole(aspect, sure), parts=tuple(map(part, sures)))
    first, second = read_digit(pair, DIGITS, answer)
    assert (first.answer, second.answer) == ("2", "2")
    assert first.remarks[0] == second.remarks[0] == "2 digits touch: they were cut apart."


@pytest.mark.parametrize(
    ("aspect", "sure", "sures"),
    [(1.6, 0.9, (0.8, 0.2)), (1.0, 0.9, (0.8, 0.6)), (1.0, 0.7, (0.8, 0.4))],
    ids=["a part is not a digit", "the whole is a digit", "a part is hardly a digit"],
)
def test_one_digit_is_not_read_apart(aspect, sure, sures) -> None:
    one = replace(whole(aspect, sure), parts=tuple(map(part, sures)))
    (found,) = read_digit(one, DIGITS, answer)
    assert (found.answer, found.remarks) == ("7", ())


def test_a_part_that_lies_on_its_side_is_none(lying) -> None:
    flat = replace(part(0.9), image=turn_images(part(0.9).image[None], 1)[0])
    (found,) = read_digit(replace(lying, parts=(part(0.9), flat)), DIGITS, answer)
    assert found.upright is not None


def test_what_hardly_looks_like_a_digit_is_said() -> None:
    (found,) = read_digit(whole(0.9, 0.2), DIGITS, answer)
    assert found.remarks == (
        "This hardly looks like one upright digit: it may be turned, or several that touch.",
    )
    (narrow,) = read_digit(whole(0.5, 0.2), DIGITS, answer)
    assert narrow.remarks == ()
