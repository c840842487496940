from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import chainrule as cr
from chainrule.data.handwriting import GreyPicture, PixelBox, prepare, prepare_digits
from chainrule.data.mnist import load_mnist
from chainrule.errors import DataError

INVERTED = "The ink was inverted: it is dark on light; MNIST has light on dark."


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """The mean distance of two digits' pixels, the least over places at most one pixel apart."""
    shifts = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    moved = (np.roll(other.astype(float), by, axis=(0, 1)) for by in shifts)
    return min(float(np.abs(one - image).mean()) for image in moved)


@pytest.fixture
def row(sheet):
    """A photo of 7, 3 and 5 in a row."""
    page = sheet(digit=7, box=(0.05, 0.3, 0.2, 0.4), pen=0.12, noise=2)
    image = page.image()
    page.write(image, 3, (0.38, 0.28, 0.2, 0.4))
    page.write(image, 5, (0.7, 0.33, 0.2, 0.4))
    return page.photographed(image)


def test_each_digit_is_prepared_as_if_it_were_alone(sheet, grey, row) -> None:
    found = prepare_digits(grey(row))
    assert len(found) == 3
    for one, digit in zip(found, (7, 3, 5), strict=True):
        alone = prepare(grey(sheet(digit=digit, box=(0.4, 0.3, 0.2, 0.4), pen=0.12).image()))
        assert distance(one.image, alone.image) < 8
        assert one.remarks == (INVERTED,)
        assert one.parts == ()


def test_boxes_are_those_of_the_picture(grey, row) -> None:
    boxes = [one.box for one in prepare_digits(grey(row))]
    assert boxes[0].left == pytest.approx(0.05 * 400 + 1, abs=4)
    assert boxes[0].top == pytest.approx(0.3 * 300 - 7, abs=4)
    assert boxes[0].bottom == pytest.approx(0.7 * 300 + 7, abs=4)
    assert boxes[0].right < boxes[1].left < boxes[1].right < boxes[2].left


def test_boxes_count_the_file_s_pixels(grey, row) -> None:
    levels = grey(row)
    framed = np.pad(levels, 20)
    shrunk = GreyPicture(framed, size=(framed.shape[0] * 3, framed.shape[1] * 3))
    plain, scaled = prepare_digits(framed), prepare_digits(shrunk)
    for one, other, three in zip(prepare_digits(levels), plain, scaled, strict=True):
        np.testing.assert_allclose(np.array(other.box) - 20, one.box, atol=2)
        np.testing.assert_allclose(three.box, 3 * np.array(other.box), atol=3)
        assert three.size == (3 * framed.shape[0], 3 * framed.shape[1])


def test_a_small_picture_has_a_box_in_its_own_pixels() -> None:
    page = np.full((30, 40), 255, np.uint8)
    page[6:26, 20:24] = 0
    (found,) = prepare_digits(page)
    np.testing.assert_allclose(found.box, PixelBox(20, 6, 24, 26), atol=1)


def test_one_digit_is_what_prepare_gives(sheet, grey) -> None:
    picture = grey(sheet(digit=5, noise=3).photographed())
    (found,) = prepare_digits(picture)
    alone = prepare(picture)
    np.testing.assert_array_equal(found.image, alone.image)
    assert found.remarks == alone.remarks
    assert [stage.sentence for stage in found.stages] == [s.sentence for s in alone.stages]


def test_a_digit_of_mnist_passes_unchanged() -> None:
    image = load_mnist().test.inputs[7].reshape(28, 28)
    (found,) = prepare_digits(image)
    np.testing.assert_array_equal(found.image, image)
    assert found.box is None


def test_squared_paper_is_cleaned_and_said(sheet, grey) -> None:
    page = sheet(digit=2, noise=3, pen=0.12)
    image = page.image()
    for k in range(5, 400, 25):
        image.paste(page.ink, (k, 0, k + 3, 300))
        image.paste(page.ink, (0, k, 400, k + 3))
    page.write(image, 2, page.box)
    (found,) = prepare_digits(grey(page.photographed(image)))
    assert [stage.name for stage in found.stages][2:5] == ["light", "lines", "ink"]
    assert "The paper's printed lines were removed: 12 across, 16 down." in found.remarks
    clean = prepare(grey(page.image()))
    assert distance(found.image, clean.image) < 12


def test_digits_that_touch_are_offered_apart(sheet, grey) -> None:
    page = sheet(digit=0, box=(0.15, 0.2, 0.3, 0.3), pen=0.12)
    image = page.image()
    page.write(image, 0, (0.37, 0.2, 0.3, 0.3))
    (pair,) = prepare_digits(grey(image))
    left, right = pair.parts
    assert left.box.right <= right.box.left + 4
    assert pair.box.left == pytest.approx(left.box.left, abs=2)
    assert left.image.any(axis=1).sum() == 20
    assert left.stages[-4].sentence.endswith("Cut apart from its neighbour.")


def test_narrow_writing_is_widened(sheet, grey) -> None:
    page = sheet(digit=0, size=(400, 500), box=(0.1, 0.1, 0.15, 0.8), pen=0.05)
    image = page.image()
    page.write(image, 3, (0.5, 0.1, 0.15, 0.8))
    nought, three = prepare_digits(grey(image))
    assert any(remark.startswith("All digits are narrow: made 4") for remark in nought.remarks)
    for one in (nought, three):
        rows, columns = np.nonzero(one.image)
        assert np.ptp(columns) > 0.6 * np.ptp(rows)


def test_a_blank_page_is_refused() -> None:
    with pytest.raises(DataError):
        prepare_digits(np.full((60, 60), 200, np.uint8))


def test_the_public_door(row) -> None:
    assert cr.prepare_digits is prepare_digits
    assert isinstance(row, Image.Image)
