from __future__ import annotations

import numpy as np

from chainrule.cli.braille import drawn, drawn_rows


def test_each_dot_has_its_place() -> None:
    for number, code in enumerate([0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]):
        image = np.zeros((4, 2))
        image[number // 2, number % 2] = 1
        assert drawn(image) == [chr(0x2800 + code)]


def test_images_that_do_not_fill_their_characters() -> None:
    image = np.zeros((5, 3))
    image[4, 2] = 7
    assert drawn(image) == ["⠀⠀", "⠀⠁"]


def test_an_image_of_one_shade_is_blank() -> None:
    assert drawn(np.full((4, 2), 9)) == ["⠀"]


def test_as_many_beside_each_other_as_fit() -> None:
    image = np.ones((4, 4))
    image[0, 0] = 0
    assert drawn_rows([image] * 3, width=9) == ["⣾⣿  ⣾⣿", "⣾⣿"]
    assert drawn_rows([image] * 2, width=1) == ["⣾⣿", "⣾⣿"]
