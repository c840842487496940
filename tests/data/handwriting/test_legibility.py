from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.legibility import check_digits
from chainrule.data.handwriting.paper_lines import PaperLines
from chainrule.data.handwriting.segmentation import segment_digits
from chainrule.errors import DataError


def bar(width: int = 10) -> np.ndarray:
    """An upright stroke with 0.8 of full ink."""
    amount = np.zeros((200, 160), np.float32)
    amount[40:160, 70 : 70 + width] = 0.8
    return amount


def lines(half_width: int, strength: float) -> tuple[PaperLines, ...]:
    """Four printed lines."""
    return (PaperLines(np.full((4, 160), [[20.0], [70], [120], [170]]), half_width, strength),)


def test_broad_strokes_on_dark_lines_are_read() -> None:
    check_digits("photo", segment_digits(bar(14)), lines(2, 0.8))


def test_thin_strokes_on_pale_lines_are_read() -> None:
    check_digits("photo", segment_digits(bar(4)), lines(2, 0.4))


def test_thin_strokes_on_dark_lines_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        check_digits("photo.jpg", segment_digits(bar(4)), lines(2, 0.75))
    assert str(caught.value) == (
        "photo.jpg: expected a digit that stands out from its paper, got ruled or squared paper "
        "whose lines are as dark as the pen. Strokes that lie on such lines cannot be seen. "
        "Use a broader or darker pen, or plain paper."
    )


def test_lines_taken_for_a_digit_are_refused() -> None:
    amount = bar()
    for row in (15, 60, 83, 140, 190):
        amount[row : row + 3] = 0.8
    with pytest.raises(DataError) as caught:
        check_digits("photo.jpg", segment_digits(amount), ())
    assert "whose lines are as dark as the pen" in str(caught.value)


def test_a_digit_that_meets_the_border_is_read() -> None:
    amount = np.zeros((200, 160), np.float32)
    amount[40:160, 0:14] = amount[40:54, 0:90] = amount[140:154, 0:90] = 0.8
    check_digits("photo", segment_digits(amount), ())


def test_more_digits_than_anybody_writes_are_refused() -> None:
    amount = np.zeros((400, 400), np.float32)
    for row in range(10, 390, 30):
        for column in range(10, 390, 40):
            amount[row : row + 20, column : column + 4] = 0.8
    with pytest.raises(DataError) as caught:
        check_digits("page", segment_digits(amount), ())
    assert "130 pieces of ink" in str(caught.value)


@pytest.mark.parametrize("leftover", ["pale", "long"])
def test_what_is_left_of_lines_is_no_digit(leftover) -> None:
    amount = bar(14) * np.float32(0.25)
    if leftover == "long":
        amount = np.zeros((200, 160), np.float32)
        amount[:, 70:80] = 0.8
    check_digits("photo", segment_digits(amount), ())
    with pytest.raises(DataError) as caught:
        check_digits("photo", segment_digits(amount), lines(1, 0.6))
    assert "no ink found" in str(caught.value)
