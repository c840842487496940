from __future__ import annotations

import numpy as np

from chainrule.data.handwriting.binarisation import find_components
from chainrule.data.handwriting.digit_selection import DigitSelection, select_digit

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
