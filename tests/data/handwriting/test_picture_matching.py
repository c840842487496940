"""Pictures made like the images that a network learned from; alike ones stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from chainrule.data.handwriting.centring import Placing, crop
from chainrule.data.handwriting.picture_matching import MatchedDigit, ink_inputs, placing_for
from chainrule.data.handwriting.picture_matching import match_picture as match_digits
from chainrule.data.handwriting.preparation import prepare
from chainrule.data.handwriting.stroke_matching import match_strokes
from chainrule.data.mnist import load_mnist
from chainrule.data.picture_decoding import GreyPicture
from chainrule.schema import ImageFormat, stroke_widths

DIGITS = load_mnist().train.inputs.reshape(-1, 28, 28)[:300]
INVERTED = "The ink was inverted: it is {}; the training images are {}."
PLACED = (
    "It was scaled and placed like the training images: {0} x {0} pixels, "
    "the longer side of the digit {1}."
)


def match_picture(*given) -> MatchedDigit:
    """The one digit of a picture, or the picture as a whole."""
    (found,) = match_digits(*given)
    return found


def picture(grey: np.ndarray) -> GreyPicture:
    return GreyPicture(grey.astype(np.float32) / 255, "PNG")


def smaller(image: np.ndarray) -> np.ndarray:
    """A digit of 8 x 8 in 17 levels, as tall as the image."""
    image = image[4:24, 4:24]
    return np.asarray(Image.fromarray(image).resize((8, 8), Image.Resampling.BOX)) // 15 % 17


SMALL = np.array([smaller(one) for one in DIGITS]).astype(np.uint8)
DARK_FORM = ImageFormat.fit(255 - DIGITS)
SMALL_FORM = ImageFormat.fit(SMALL, top=16)


def test_pictures_like_the_training_images_are_left_alone() -> None:
    for image in 255 - DIGITS[:50]:
        found = match_picture(picture(image), (28, 28), 1 / 255, DARK_FORM)
        np.testing.assert_array_equal(found.inputs, image.reshape(1, -1))
        assert found.inputs.dtype == np.uint8
        assert found.preparation.remarks == ()
        assert [stage.name for stage in found.preparation.stages] == ["grey", "alike"]
        np.testing.assert_array_equal(found.preparation.image, 255 - image)
        np.testing.assert_array_equal(found.preparation.stages[-1].image, image)
        assert found.preparation.dark_ink
        assert found.preparation.figures["aspect"] <= 1.6


def test_the_other_polarity_is_inverted_and_nothing_else() -> None:
    for image in DIGITS[:50]:
        found = match_picture(picture(image), (28, 28), 1 / 255, DARK_FORM)
        np.testing.assert_array_equal(found.inputs, 255 - image.reshape(1, -1))
        assert found.preparation.remarks == (INVERTED.format("light on dark", "dark on light"),)
        assert not found.preparation.dark_ink


@pytest.mark.parametrize("light", [False, True])
def test_a_photo_is_placed_as_the_training_images_are(sheet, grey, light) -> None:
    page = grey(sheet().photographed())
    photo = GreyPicture(1 - page if light else page)
    found = match_picture(photo, (28, 28), 1 / 255, DARK_FORM)
    ink = 255 - found.inputs.reshape(28, 28)
    assert ink[0].max() == ink[:, 0].max() == 0
    assert ink.max() == 255
    rows = np.flatnonzero((ink > 50).any(axis=1))
    assert len(rows) in (19, 20)
    inverted = (INVERTED.format("light on dark", "dark on light"),) if light else ()
    assert found.preparation.remarks[: len(inverted) + 1] == (*inverted, PLACED.format(28, 20))
    np.testing.assert_array_equal(found.preparation.stages[-1].image, 255 - ink)


def test_networks_of_old_and_those_like_mnist_read_in_the_way_of_mnist(sheet, grey) -> None:
    photo = GreyPicture(grey(sheet().photographed()))
    due = prepare(photo)
    for form in (None, load_mnist().train.schema.image):
        found = match_picture(photo, (28, 28), 1 / 255, form)
        np.testing.assert_array_equal(found.inputs, due.image.reshape(1, -1))
        assert found.inputs.dtype == np.uint8
        assert found.preparation.remarks == due.remarks
        assert placing_for(form) is None
    fractions = match_picture(photo, (28, 28), 1.0, None)
    np.testing.assert_array_equal(fractions.inputs, due.image.reshape(1, -1) / 255)


@pytest.mark.parametrize("factor", [1, 255 // 16, 255 / 16])
def test_small_digits_in_their_own_levels_and_in_bytes(factor) -> None:
    stored = np.rint(SMALL[:60] * factor).astype(np.uint8)
    for image, own in zip(stored, SMALL[:60], strict=True):
        found = match_picture(picture(image), (8, 8), 1 / 16, SMALL_FORM)
        np.testing.assert_allclose(found.inputs, own.reshape(1, -1), atol=factor != 1)
        assert found.inputs.dtype == np.uint8


def test_an_enlarged_training_image_is_only_scaled() -> None:
    large = np.kron(SMALL[0] * 15, np.ones((9, 9), np.uint8))
    found = match_picture(picture(large), (8, 8), 1 / 16, SMALL_FORM)
    np.testing.assert_allclose(found.inputs, SMALL[:1].reshape(1, -1), atol=1)
    assert found.preparation.remarks == ("It was scaled from 72 x 72 to 8 x 8 pixels.",)
    found = match_picture(picture(255 - large), (8, 8), 1 / 16, SMALL_FORM)
    assert found.preparation.remarks == (
        INVERTED.format("dark on light", "light on dark"),
        "It was scaled from 72 x 72 to 8 x 8 pixels.",
    )
    assert [stage.name for stage in found.preparation.stages] == [
        *("grey", "polarity", "scaled", "alike")
    ]


def test_a_digit_of_mnist_for_a_network_of_small_digits() -> None:
    found = match_picture(picture(DIGITS[0]), (8, 8), 1 / 16, SMALL_FORM)
    image = found.inputs.reshape(8, 8)
    assert found.preparation.remarks[0] == PLACED.format(8, 8)
    assert image.max() == 16
    assert image[0].any()
    assert image[-1].any()


def test_networks_of_floats_get_floats() -> None:
    form = ImageFormat.fit(DIGITS / np.float32(127.5) - 1, bottom=-1, top=1)
    assert form.polarity == "light on dark"
    signed = ImageFormat.fit(1 - DIGITS / np.float32(127.5), bottom=-1, top=1)
    found = match_picture(picture(255 - DIGITS[0]), (28, 28), signed.scale, signed)
    np.testing.assert_allclose(found.inputs[0], 1 - DIGITS[0].reshape(-1) / 127.5, atol=1e-6)
    scaled = ImageFormat.fit((255 - DIGITS).astype(np.float32), top=255)
    found = match_picture(picture(255 - DIGITS[0]), (28, 28), scaled.scale, scaled)
    np.testing.assert_allclose(found.inputs[0], 1 - DIGITS[0].reshape(-1) / 255, atol=1e-6)


def test_images_without_paper_are_scaled() -> None:
    draw = np.random.default_rng(0)
    photos = draw.integers(0, 256, (30, 16, 16), dtype=np.uint8)
    form = ImageFormat.fit(photos)
    assert placing_for(form) is None
    found = match_picture(picture(photos[0]), (16, 16), 1 / 255, form)
    np.testing.assert_array_equal(found.inputs, photos[:1].reshape(1, -1))
    larger = np.kron(photos[0], np.ones((3, 3), np.uint8))
    found = match_picture(picture(larger), (16, 16), 1 / 255, form)
    np.testing.assert_array_equal(found.inputs, photos[:1].reshape(1, -1))
    assert found.preparation.remarks == ("It was scaled from 48 x 48 to 16 x 16 pixels.",)
    found = match_picture(picture(larger[:24]), (16, 16), 1 / 255, form)
    assert found.preparation.remarks == (
        "It was scaled from 48 x 24 to 16 x 16 pixels. Its proportions were not kept.",
    )
    assert [stage.name for stage in found.preparation.stages] == ["grey", "scaled"]


def test_images_of_both_polarities_are_not_inverted(sheet, grey) -> None:
    both = DIGITS.copy()
    both[::2] = 255 - both[::2]
    form = ImageFormat.fit(both)
    for image in both[:6]:
        found = match_picture(picture(image), (28, 28), 1 / 255, form)
        np.testing.assert_array_equal(found.inputs, image.reshape(1, -1))
    photo = GreyPicture(grey(sheet().photographed()))
    found = match_picture(photo, (28, 28), 1 / 255, form)
    assert found.preparation.remarks[0] == PLACED.format(28, 20)
    assert found.inputs[0, 0] == 0


def test_the_input_of_a_digit_that_was_prepared(sheet, grey) -> None:
    found = prepare(grey(sheet().photographed()), placing=placing_for(DARK_FORM))
    np.testing.assert_array_equal(
        ink_inputs(found, 1 / 255, DARK_FORM), 255 - found.image.reshape(1, -1)
    )


@pytest.mark.parametrize("width", [1.5, 2.0, 3.0, 4.0])
def test_strokes_get_the_width_that_is_wanted(sheet, grey, width) -> None:
    image = prepare(grey(sheet(pen=0.14).photographed()), (28, 28)).image
    strokes = crop(image.astype(np.float32) / 255)
    plain = Placing(20, (14, 14))
    assert match_strokes(strokes, plain, (28, 28)) is strokes
    placing = Placing(20, (14, 14), stroke=width)
    both = np.array([strokes, match_strokes(strokes, placing, (28, 28))])
    before, after = np.abs(stroke_widths(both) - width)
    assert after <= before
    assert after < 0.6


def test_strokes_are_never_thinned_away() -> None:
    thin = np.zeros((40, 40), np.float32)
    thin[:, 20] = 1
    assert match_strokes(thin, Placing(20, (14, 14), stroke=0.1), (28, 28)).any()
    dot = np.ones((1, 1), np.float32)
    assert match_strokes(dot, Placing(2, (4, 4), stroke=2.0), (8, 8)) is dot
