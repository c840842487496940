from __future__ import annotations

import numpy as np

from chainrule.data.handwriting.binarisation import find_components
from chainrule.data.handwriting.digit_selection import (
    DigitSelection,
    select_digit,
    select_digits,
)

Box = tuple[int, int, int, int]


def chosen(*boxes: Box, size: tuple[int, int] = (100, 100)) -> tuple[DigitSelection, list[Box]]:
    """The choice among filled rectangles (top, left, bottom, right), and those that it keeps."""
    mask = np.zeros(size, bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = True
    pieces = find_components(mask)
    choice = select_digit(pieces)
    return choice, [tuple(map(int, box)) for box in pieces.boxes[choice.selected]]


BODY = (30, 30, 70, 50)


def test_one_piece() -> None:
    choice, kept = chosen(BODY)
    assert kept == [BODY]
    assert not choice.touches_border
    assert choice.remarks == ()


def test_the_bar_of_a_five_stays() -> None:
    bar = (24, 40, 28, 60)
    choice, kept = chosen(BODY, bar)
    assert kept == [bar, BODY]
    assert choice.remarks == ()


def test_a_bar_that_sticks_out_stays() -> None:
    bar = (24, 51, 28, 78)
    assert chosen(BODY, bar)[1] == [bar, BODY]


def test_a_bar_far_above_goes() -> None:
    choice, kept = chosen(BODY, (5, 30, 9, 52))
    assert kept == [BODY]
    assert choice.remarks == ()


def test_a_second_digit_beside_goes() -> None:
    choice, kept = chosen(BODY, (32, 58, 68, 70))
    assert kept == [BODY]
    assert choice.remarks == ("1 other large piece was left out: one digit is read.",)


def test_two_more_digits_go() -> None:
    choice, _ = chosen(BODY, (32, 58, 68, 70), (32, 78, 68, 90))
    assert choice.remarks == ("2 other large pieces were left out: one digit is read.",)


def test_a_second_digit_below_goes() -> None:
    assert chosen((10, 30, 40, 50), (50, 30, 78, 50))[1] == [(10, 30, 40, 50)]


def test_strokes_that_nearly_touch_stay() -> None:
    stroke = (30, 51, 70, 56)
    assert chosen(BODY, stroke)[1] == [BODY, stroke]


def test_pieces_hang_on_by_one_another() -> None:
    chain = [(20, 40, 50, 46), (53, 40, 59, 46), (62, 40, 68, 46), (71, 40, 77, 46)]
    assert chosen(*chain)[1] == chain


def test_specks_are_told_apart() -> None:
    choice, kept = chosen(BODY, (5, 5, 7, 7), (90, 90, 92, 93))
    assert kept == [BODY]
    assert int(choice.specks.sum()) == 2


def test_something_larger_at_the_border_goes() -> None:
    choice, kept = chosen(BODY, (0, 80, 60, 100))
    assert kept == [BODY]
    assert choice.remarks == ("Something else at the border of the picture was left out.",)


def test_a_digit_at_the_border_is_kept() -> None:
    cut = (30, 0, 70, 20)
    choice, kept = chosen(cut, (5, 60, 8, 63))
    assert kept == [cut]
    assert choice.touches_border


def test_the_edge_of_a_desk_goes_though_the_digit_is_at_the_border() -> None:
    cut = (0, 30, 40, 50)
    choice, kept = chosen(cut, (45, 0, 100, 100))
    assert kept == [cut]
    assert choice.remarks == ("Something else at the border of the picture was left out.",)


def test_a_frame_goes() -> None:
    frame: list[Box] = [(10, 10, 13, 90), (87, 10, 90, 90), (10, 10, 90, 13), (10, 87, 90, 90)]
    choice, kept = chosen(BODY, *frame)
    assert kept == [BODY]
    assert choice.remarks == ("A frame around the digit was left out.",)


def test_a_nought_is_no_frame() -> None:
    nought: list[Box] = [(10, 10, 30, 90), (70, 10, 90, 90), (10, 10, 90, 30), (10, 70, 90, 90)]
    choice, kept = chosen(*nought)
    assert kept == [(10, 10, 90, 90)]
    assert choice.remarks == ()


def test_a_nought_with_a_speck_inside_is_no_frame_where_its_sides_are_round() -> None:
    y, x = np.mgrid[0:100, 0:100]
    radius = np.hypot(y - 50, x - 50)
    mask = (np.abs(radius - 35) < 6) | (radius < 3)
    pieces = find_components(mask)
    choice = select_digit(pieces)
    assert (pieces.boxes[choice.selected] == [10, 10, 91, 91]).all(axis=1).any()
    assert choice.remarks == ()


def in_order(*boxes: Box, size: tuple[int, int] = (100, 200)) -> list[list[Box]]:
    """The boxes of each digit's pieces, in reading order."""
    mask = np.zeros(size, bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = True
    pieces = find_components(mask)
    return [
        [tuple(map(int, box)) for box in pieces.boxes[one.selected]]
        for one in select_digits(pieces)
    ]


def test_digits_are_read_from_left_to_right() -> None:
    first, second, third = (30, 20, 70, 40), (28, 80, 69, 95), (33, 130, 70, 155)
    assert in_order(third, first, second) == [[first], [second], [third]]


def test_lines_of_writing_are_read_from_top_to_bottom() -> None:
    upper, lower = [(5, 60, 35, 80), (2, 120, 33, 140)], [(50, 30, 82, 50), (48, 100, 80, 115)]
    assert in_order(*lower, *upper) == [[box] for box in (*upper, *lower)]


def test_a_line_of_writing_may_climb() -> None:
    boxes: list[Box] = [(60 - 12 * k, 10 + 40 * k, 90 - 12 * k, 30 + 40 * k) for k in range(4)]
    assert in_order(*boxes) == [[box] for box in boxes]


def test_each_bar_goes_to_its_own_digit() -> None:
    left, right = (30, 20, 70, 50), (30, 62, 70, 80)
    bar, other = (24, 40, 28, 60), (24, 70, 28, 92)
    assert in_order(left, right, bar, other) == [[bar, left], [other, right]]


def test_marks_that_are_too_low_are_no_digits() -> None:
    mask = np.zeros((100, 200), bool)
    mask[30:70, 20:40] = mask[30:70, 120:140] = mask[62:70, 80:88] = True
    pieces = find_components(mask)
    digits = select_digits(pieces)
    assert len(digits) == 2
    assert digits[0].remarks == ("1 smaller mark was left out: only digits are read.",)


def test_marks_beside_a_single_digit_are_not_said() -> None:
    (digit,) = select_digits(find_components(np.eye(1, dtype=bool)))
    assert digit.remarks == ()
