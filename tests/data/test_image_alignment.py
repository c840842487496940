"""Data sets of images made like those of a network, and judged as rightly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import Dataset, load_dataset, prepare_dataset
from chainrule.data.image_alignment import align_images
from chainrule.errors import DataError
from chainrule.schema import ImageFormat, Schema, Target

DIGITS = load_dataset("mnist").test.subset(slice(0, 40))
IMAGES = DIGITS.inputs.reshape(-1, 28, 28)
LEARNED = DIGITS.schema.image


def described(inputs: np.ndarray, *, bottom: float = 0.0, top: float = 255.0) -> Dataset:
    """Digits with another storage, and their own form."""
    form = ImageFormat.fit(inputs, bottom=bottom, top=top)
    schema = Schema(target=Target(names=("",), kind="classes"), image=form)
    return Dataset(inputs, DIGITS.targets, scale=form.scale, schema=schema, name="own")


def test_images_of_the_same_form_are_the_same_object() -> None:
    assert align_images(DIGITS, LEARNED) is DIGITS
    assert align_images(DIGITS, None) is DIGITS
    plain = replace(DIGITS, schema=None)
    assert align_images(plain, LEARNED) is plain
    own = described(IMAGES)
    assert align_images(own, LEARNED) is own


def test_the_other_polarity_is_inverted_to_the_byte() -> None:
    found = align_images(described(255 - IMAGES), LEARNED)
    np.testing.assert_array_equal(found.inputs, DIGITS.inputs)
    assert found.inputs.dtype == np.uint8
    assert found.scale == 1 / 255
    assert found.name == "own (inverted, as the network learned light on dark)"
    assert found.schema.image == LEARNED


@pytest.mark.parametrize(
    ("images", "levels"),
    [
        (IMAGES / np.float32(127.5) - 1, {"bottom": -1, "top": 1}),
        (IMAGES / np.float32(255), {"top": 1}),
        ((IMAGES.astype(np.float32) * 257), {"top": 65535}),
        (1 - IMAGES / np.float32(127.5), {"bottom": -1, "top": 1}),
    ],
)
def test_other_levels_become_the_networks(images, levels) -> None:
    found = align_images(described(images, **levels), LEARNED)
    np.testing.assert_array_equal(found.inputs, DIGITS.inputs)
    assert found.scale == 1 / 255


def test_a_network_of_floats_gets_floats() -> None:
    learned = ImageFormat.fit(IMAGES / np.float32(127.5) - 1, bottom=-1, top=1)
    found = align_images(described(255 - IMAGES), learned)
    np.testing.assert_allclose(found.inputs, DIGITS.inputs / 127.5 - 1, atol=1e-6)
    assert (found.inputs.dtype, found.scale) == (np.float32, 1)


def test_images_of_another_size_are_converted_one_by_one() -> None:
    small = np.zeros((60, 8, 8), np.uint8)
    small[:, :, 2:6] = np.arange(60)[:, None, None] % 3 + 14
    learned = ImageFormat.fit(small, top=16)
    found = align_images(DIGITS, learned)
    assert (found.shape, found.inputs.dtype, found.scale) == ((8, 8), np.uint8, 1 / 16)
    assert found.inputs.max() == 16
    assert found.name == "mnist (each converted to 8 x 8)"
    floats = ImageFormat.fit(small * np.float32(0.9), top=255)
    found = align_images(DIGITS, floats)
    assert found.scale == 1 / 255
    assert found.inputs.max() == pytest.approx(255)


def test_a_blank_image_of_another_size_is_named() -> None:
    images = IMAGES.copy()
    images[6] = 0
    large = ImageFormat.fit(np.kron(IMAGES, np.ones((2, 2), np.uint8)))
    with pytest.raises(DataError) as caught:
        align_images(described(images), large)
    assert str(caught.value) == (
        "own, image 7: expected ink on even paper, got a blank image. "
        "Images of 28 x 28 are converted to the network's 56 x 56. Leave it out."
    )


def test_a_larger_size_of_the_other_polarity() -> None:
    large = np.kron(IMAGES, np.ones((2, 2), np.uint8))
    found = align_images(DIGITS, ImageFormat.fit(255 - large))
    difference = np.abs(found.inputs.reshape(-1, 56, 56).astype(int) - (255 - large.astype(int)))
    assert np.median(difference.mean(axis=(1, 2))) < 12


def test_images_without_paper_are_scaled() -> None:
    photos = np.random.default_rng(0).integers(0, 256, (40, 16, 16), dtype=np.uint8)
    found = align_images(
        described(np.kron(photos, np.ones((2, 2), np.uint8))), ImageFormat.fit(photos)
    )
    np.testing.assert_array_equal(found.inputs, photos.reshape(40, -1))
    assert found.name == "own (each converted to 16 x 16)"


def test_colours_and_rows_stay() -> None:
    colours = described(np.repeat(IMAGES[..., None], 3, axis=3))
    assert align_images(colours, LEARNED) is colours
    other = ImageFormat.fit(np.zeros((4, 9, 9, 3), np.uint8))
    assert align_images(colours, other) is colours
    inverted = align_images(colours, ImageFormat.fit(255 - np.repeat(IMAGES[..., None], 3, axis=3)))
    assert inverted.shape == (28, 28, 3)
    np.testing.assert_array_equal(inverted.inputs, 255 - colours.inputs)
    rows = replace(DIGITS, shape=(784,))
    assert align_images(rows, ImageFormat.fit(255 - IMAGES)) is rows


def test_a_network_judges_inverted_images_as_rightly() -> None:
    training = load_dataset("mnist").train.subset(slice(0, 1500))
    network = cr.Network.create([784, 32, 10], seed=0)
    recipe = cr.Recipe(
        cost="categorical_cross_entropy",
        optimiser="adam",
        learning_rate=0.003,
        epochs=4,
        seed=0,
        engine="reference",
    )
    learned = cr.train(network, training, recipe).network
    judged = [cr.evaluate(learned, one) for one in (DIGITS, described(255 - IMAGES))]
    assert judged[0].accuracy == judged[1].accuracy > 0.7
    assert judged[0].cost == judged[1].cost
    assert judged[1].data == "own (inverted, as the network learned light on dark)"
    prepared = prepare_dataset(described(255 - IMAGES), learned.preprocessing)
    np.testing.assert_array_equal(learned.predict(prepared.inputs), learned.predict(DIGITS.inputs))
