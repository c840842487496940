"""The form of images: polarity, levels, size and place of the ink, and what is alike."""

from __future__ import annotations

import json

import numpy as np
import pytest

from chainrule.errors import DataError
from chainrule.plain_records import read_record
from chainrule.schema import ImageFormat


def bars(count: int = 40, size: int = 12, side: int = 6, shift: int = 1) -> np.ndarray:
    """Standing bars of 3 columns, light on dark, that lie a little apart: (count, size, size)."""
    images = np.zeros((count, size, size), np.uint8)
    start = (size - side) // 2
    for row, image in enumerate(images):
        left = start + 1 + row % (shift + 1)
        image[start : start + side, left : left + 3] = 255 - row % 7
    return images


def light(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / 255


def test_the_form_of_light_ink() -> None:
    form = ImageFormat.fit(bars())
    assert (form.shape, form.channels, form.top, form.bytes_stored) == ((12, 12), 1, 255, True)
    assert (form.polarity, form.paper_range) == ("light on dark", (0, 0))
    assert (form.side, form.side_range, form.box) == (6, (6, 6), 6)
    assert (form.heights, form.widths) == ((6, 6), (3, 3))
    assert form.centre == (5.5, 5.5)
    assert form.middle == (5.5, 5.5)
    assert form.centre_range == 0.5
    assert form.stroke == pytest.approx(2 * 18 / (6 + 6 + 3 + 3), rel=0.1)
    assert form.scale == 1 / 255


def test_the_form_of_dark_ink_is_the_same_but_for_its_polarity() -> None:
    form, inverted = ImageFormat.fit(bars()), ImageFormat.fit(255 - bars())
    assert (inverted.polarity, inverted.paper_range) == ("dark on light", (1, 1))
    assert (inverted.side, inverted.middle) == (form.side, form.middle)


@pytest.mark.parametrize("noise", [0, 12])
def test_noise_of_a_jpeg_is_no_ink(noise) -> None:
    grain = np.random.default_rng(0).integers(0, noise + 1, (40, 12, 12), dtype=np.uint8)
    form = ImageFormat.fit(np.maximum(bars(), grain))
    assert (form.polarity, form.side, form.side_range) == ("light on dark", 6, (6, 6))


@pytest.mark.parametrize(("light_ones", "polarity"), [(37, "light on dark"), (20, "mixed")])
def test_the_polarity_is_that_of_nearly_all(light_ones, polarity) -> None:
    images = bars()
    images[light_ones:] = 255 - images[light_ones:]
    form = ImageFormat.fit(images)
    assert (form.polarity, form.side) == (polarity, 6)
    assert form.paper(images).lighter == light_ones / 40


def test_photos_of_things_have_no_polarity() -> None:
    photos = np.random.default_rng(0).integers(0, 256, (30, 16, 16), dtype=np.uint8)
    form = ImageFormat.fit(photos)
    assert (form.polarity, form.has_ink) == ("mixed", False)
    assert form.resembles(np.zeros((16, 16), np.float32))
    assert not form.resembles(np.zeros((16, 17), np.float32))
    assert not form.lies_as_mnist


def test_images_without_any_ink() -> None:
    form = ImageFormat.fit(np.zeros((3, 8, 8), np.uint8))
    assert (form.polarity, form.has_ink) == ("mixed", False)
    assert form.paper(np.zeros((3, 8, 8), np.uint8)).lighter == 0.5


def test_colours_are_measured_as_grey() -> None:
    colours = np.repeat(bars()[..., None], 3, axis=3)
    form = ImageFormat.fit(colours)
    assert (form.channels, form.polarity, form.side) == (3, "light on dark", 6)


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        (lambda image: image, True),
        (lambda image: 255 - image, False),
        (lambda image: np.roll(image, 1, axis=0), False),
        (lambda image: np.zeros_like(image), False),
        (lambda image: np.repeat(image, 2, axis=0)[:12], False),
        (lambda image: np.maximum(image, 8), True),
        (lambda image: np.maximum(image, 30), False),
        (lambda image: image[:, :-1], False),
    ],
)
def test_what_is_alike(change, alike) -> None:
    assert ImageFormat.fit(bars()).resembles(light(change(bars()[0]))) is alike


def test_images_of_both_polarities_are_alike_where_both_were_learned() -> None:
    images = bars()
    images[::2] = 255 - images[::2]
    form = ImageFormat.fit(images)
    assert form.resembles(light(images[0]))
    assert form.resembles(light(images[1]))


@pytest.mark.parametrize(
    ("side", "size", "invert", "shift", "expected"),
    [
        (20, 28, False, 0, True),
        (20, 28, True, 0, False),
        (14, 28, False, 0, False),
        (20, 28, False, 6, False),
        (8, 8, False, 0, False),
    ],
)
def test_what_lies_as_mnist(side, size, invert, shift, expected) -> None:
    images = np.zeros((60, size, size), np.uint8)
    start = (size - side) // 2
    ink = np.linspace(215, 255, side).astype(np.uint8)[:, None]  # heavier below: centre at 14
    for row, image in enumerate(images):
        left = size // 2 - 2 + (row % 3 - 1) * shift
        image[start : start + side, left : left + 5] = ink
    assert ImageFormat.fit(255 - images if invert else images).lies_as_mnist is expected


def test_brightness_is_stored_as_the_images_are() -> None:
    grey = np.array([[0, 0.5, 1]], np.float32)
    digits = ImageFormat(height=1, width=3, top=16)
    assert digits.store(grey).tolist() == [[0, 8, 16]]
    assert digits.store(grey).dtype == np.uint8
    signed = ImageFormat(height=1, width=3, bottom=-1, top=1, bytes_stored=False)
    assert signed.store(grey).tolist() == [[-1, 0, 1]]
    assert signed.store(grey).dtype == np.float32


@pytest.mark.parametrize(
    ("bottom", "top", "scale"), [(0, 255, 1 / 255), (0, 16, 1 / 16), (0, 1, 1), (-1, 3, 1)]
)
def test_the_scale_makes_fractions(bottom, top, scale) -> None:
    assert ImageFormat(height=2, width=2, bottom=bottom, top=top).scale == scale


def test_it_is_written_and_read_to_the_bit() -> None:
    form = ImageFormat.fit(bars())
    assert read_record(ImageFormat, json.loads(json.dumps(form.to_dict()))) == form


@pytest.mark.parametrize("change", [{"centre": 3}, {"strange": 1}, {"height": ...}])
def test_a_description_that_is_none_is_refused(change) -> None:
    values = {**ImageFormat(height=2, width=2).to_dict(), **change}
    if values["height"] is ...:
        del values["height"]
    with pytest.raises(DataError, match=rf"(form|ImageFormat).*{next(iter(change))}"):
        read_record(ImageFormat, values, "form")
