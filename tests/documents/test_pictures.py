from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from chainrule.documents.nodes import Picture
from chainrule.documents.pictures import (
    braille_lines,
    braille_rows,
    image_source,
    picture_lines,
)


def test_each_dot_has_its_place() -> None:
    for number, code in enumerate([0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]):
        image = np.zeros((4, 2))
        image[number // 2, number % 2] = 1
        assert braille_lines(image) == [chr(0x2800 + code)]


def test_images_that_do_not_fill_their_characters() -> None:
    image = np.zeros((5, 3))
    image[4, 2] = 7
    assert braille_lines(image) == ["⠀⠀", "⠀⠁"]


def test_an_image_of_one_shade_is_blank() -> None:
    assert braille_lines(np.full((4, 2), 9)) == ["⠀"]


def test_as_many_beside_each_other_as_fit() -> None:
    image = np.ones((4, 4))
    image[0, 0] = 0
    assert braille_rows([image] * 3, width=9) == ["⣾⣿  ⣾⣿", "⣾⣿"]
    assert braille_rows([image] * 2, width=1) == ["⣾⣿", "⣾⣿"]


def test_pictures_beside_each_other() -> None:
    eye = np.eye(4)
    both = (Picture("one", eye), Picture("the other", 1 - eye))
    assert list(picture_lines(both)) == ["one        the other", "⠑⢄         ⣮⡻"]


def test_contributions_are_drawn_above_and_below_0() -> None:
    values = np.zeros((4, 2))
    values[0, 0], values[3, 1], values[2, 0] = 5.0, -2.0, -0.5
    lines = list(picture_lines((Picture("parts", values, signed=True),)))
    assert lines == ["parts, above 0  parts, below 0", "⠁               ⢀"]


def test_more_pictures_than_a_line_takes_and_too_large_ones() -> None:
    name = "a caption of thirty characters"
    lines = list(picture_lines([Picture(name, np.eye(4))] * 3))
    assert lines == [f"{name}  {name}", f"⠑⢄{' ' * 30}⠑⢄", "", name, "⠑⢄"]
    assert list(picture_lines([Picture("a photo", np.zeros((40, 40)))])) == ["a photo"]


def test_arrays_become_png() -> None:
    uri, width, height = image_source(Picture("parts", np.array([[2.0, -1.0]]), signed=True))
    assert (width, height) == (168, 84)
    content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    pixels = np.asarray(Image.open(io.BytesIO(content)))
    assert pixels.tolist() == [[[178, 24, 43], [144, 178, 214]]]
    flat = image_source(Picture("flat", np.ones((2, 2)))).uri
    content = base64.b64decode(flat.removeprefix("data:image/png;base64,"))
    assert np.asarray(Image.open(io.BytesIO(content))).tolist() == [[0, 0], [0, 0]]
