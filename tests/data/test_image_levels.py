"""The levels of arrays of images: bytes, fractions, few levels, bytes in signed numbers."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.data import load_dataset
from chainrule.data.image_levels import ImageLevels, as_images
from chainrule.errors import DataError, ShapeError

GREY = (np.arange(4 * 6 * 5, dtype=np.float64).reshape(4, 6, 5) * 2.0) % 256
GREY[0, 2, 2] = 255
LIGHT = np.zeros((4, 6, 5), np.uint8)
LIGHT[:, 2:4, 1:4] = [[[90, 180, 255]]]
SHEET = np.tile(LIGHT, (10, 1, 1))
SHEET[::2, 2, 1] = 40


def stored(images: np.ndarray) -> tuple[np.ndarray, ImageLevels]:
    levels = ImageLevels.find(images)
    return levels.apply(images, "a"), levels


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "i8", "f2", "f4", "f8"])
def test_whole_grey_values_of_any_type_become_bytes(dtype) -> None:
    images, levels = stored(GREY.astype(dtype))
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, GREY)
    assert (levels.top, levels.scale, levels.remarks) == (255, 1 / 255, ())


def test_fractions_stay() -> None:
    fractions = (GREY / 255).astype(np.float32)
    images, levels = stored(fractions)
    np.testing.assert_array_equal(images, fractions)
    assert images.dtype == np.float32
    assert (levels.bottom, levels.top, levels.scale, levels.remarks) == (0, 1, 1, ())


def test_grey_values_with_fractions_are_scaled() -> None:
    images, levels = stored(GREY * 0.999)
    np.testing.assert_array_equal(images, GREY * 0.999)
    assert (levels.top, levels.scale, levels.remarks) == (255, 1 / 255, ())


@pytest.mark.parametrize("top", [1, 15, 16])
def test_few_levels(top) -> None:
    images, levels = stored(np.rint(GREY / 255 * top))
    assert images.dtype == np.uint8
    assert (levels.top, levels.scale) == (top, 1 / top)
    expected = f"Grey values run from 0 to {top}; they are scaled to 0 … 1."
    assert levels.remarks == (() if top == 1 else (expected,))


@pytest.mark.parametrize(("most", "top"), [(900, 1023), (4000, 4095), (60_000, 65535)])
def test_more_than_eight_bits(most, top) -> None:
    images, levels = stored(np.rint(GREY / 255 * most).astype(np.uint16))
    assert images.dtype == np.float32
    assert (images.max(), levels.top, levels.scale) == (most, top, 1 / top)


def test_bytes_stored_as_int8_are_read_as_bytes() -> None:
    for grey in (LIGHT, 255 - LIGHT):
        images, levels = stored(grey.view(np.int8))
        np.testing.assert_array_equal(images, grey)
        assert levels.remarks == (
            "Negative grey values: bytes stored as int8; they were read as uint8.",
        )


def test_grey_values_less_128_are_shifted() -> None:
    images, levels = stored((LIGHT.astype(np.int16) - 128).astype(np.int8))
    np.testing.assert_array_equal(images, LIGHT)
    assert levels.remarks == ("Negative grey values: 128 was added to each.",)


def test_standardised_images_stay() -> None:
    standardised = (LIGHT / 255 - 0.1307) / 0.3081
    images, levels = stored(standardised)
    np.testing.assert_array_equal(images, standardised)
    assert (levels.bottom, levels.top) == (standardised.min(), standardised.max())
    assert levels.scale == 1
    assert levels.remarks == ("Grey values run from -0.424213 to 2.82149; they are kept.",)


def test_numbers_that_are_not_finite_are_left_to_be_refused(tmp_path) -> None:
    images = np.full((4, 6, 5), np.nan)
    assert ImageLevels.find(images) == ImageLevels(top=1, whole=False)
    np.savez(tmp_path / "a.npz", x=images, y=[0, 1, 0, 1])
    with pytest.raises(DataError, match="expected inputs to be finite"):
        load_dataset(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("test", "got"),
    [
        (GREY / 255, r"values from 0 to 1 \(float64\)"),
        (GREY - 9, r"values from -9 to 246 \(float64\)"),
        (GREY * 3, r"values from 0 to 765 \(float64\)"),
        (GREY * 0.7, r"values from 0 to 178.5 \(float64\)"),
        ((GREY > 100).astype(np.uint8), r"values from 0 to 1 \(uint8\)"),
    ],
)
def test_parts_of_different_levels_are_refused(tmp_path, test, got) -> None:
    np.savez(tmp_path / "a.npz", x_train=GREY, y_train=[0, 1] * 2, x_test=test, y_test=[0, 1] * 2)
    with pytest.raises(DataError, match=f"whole grey values from 0 to 255, .* got {got}") as caught:
        load_dataset(tmp_path / "a.npz")
    assert str(caught.value).endswith("Store both parts alike.")


@pytest.mark.parametrize(
    ("shape", "seen"),
    [
        ((4, 6, 5), (4, 6, 5)),
        ((4, 6, 5, 1), (4, 6, 5)),
        ((4, 1, 6, 5), (4, 6, 5)),
        ((4, 6, 5, 3), (4, 6, 5, 3)),
        ((4, 6, 5, 2), None),
        ((4, 30), None),
        ((4, 1, 30), None),
    ],
)
def test_what_is_an_image(shape, seen) -> None:
    found = as_images(np.zeros(shape, np.uint8))
    assert (None if found is None else found.shape) == seen


@pytest.mark.parametrize("shape", [(40, 6, 5, 1), (40, 1, 6, 5)])
def test_a_single_channel_is_left_out(tmp_path, shape) -> None:
    np.savez(tmp_path / "a.npz", x=SHEET.reshape(shape), y=[0, 1] * 20)
    pair = load_dataset(tmp_path / "a.npz")
    assert pair.train.shape == (6, 5)
    assert pair.train.schema.image.shape == (6, 5)


def test_colours_stay(tmp_path) -> None:
    colours = np.repeat(SHEET[..., None], 3, axis=3)
    np.savez(tmp_path / "a.npz", x=colours, y=[0, 1] * 20)
    pair = load_dataset(tmp_path / "a.npz")
    assert pair.train.shape == (6, 5, 3)
    assert pair.train.schema.image.channels == 3


def test_the_form_is_that_of_the_training_part(tmp_path) -> None:
    x, y = SHEET, [0, 1] * 20
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=x[:8], y_test=y[:8])
    pair = load_dataset(tmp_path / "a.npz")
    assert pair.train.schema == pair.test.schema
    assert pair.train.schema.target.classes == ("0", "1")
    assert (pair.train.schema.image.polarity, pair.remarks) == ("light on dark", ())


def test_a_test_part_of_the_other_polarity_is_remarked(tmp_path) -> None:
    x, y = SHEET, [0, 1] * 20
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=255 - x, y_test=y)
    pair = load_dataset(tmp_path / "a.npz")
    assert pair.test.schema.image.polarity == "dark on light"
    assert pair.remarks == (
        "The images of the test part are dark on light, those of the training part light on dark.",
    )


def test_mixed_polarity_is_remarked(tmp_path) -> None:
    x = SHEET.copy()
    x[10:] = 255 - x[10:]
    np.savez(tmp_path / "a.npz", x_train=x, y_train=[0, 1] * 20, x_test=x, y_test=[0, 1] * 20)
    assert load_dataset(tmp_path / "a.npz").remarks == (
        "25 % of the training images are light on dark, the others dark on light. "
        "A network learns better if all of them have one polarity.",
    )


@pytest.mark.parametrize(
    ("x", "remark"),
    [
        (
            np.zeros((40, 6, 5), np.uint8),
            "All 32 training images are the same: each value is 0. Nothing can be learned.",
        ),
        (
            np.tile(LIGHT[:1], (40, 1, 1)),
            "All 32 training images are the same. Nothing can be learned.",
        ),
        (
            np.concatenate([np.zeros((39, 6, 5), np.uint8), LIGHT[:1]])[::-1],
            "31 of 32 training images are blank: all their pixels are equal.",
        ),
    ],
)
def test_constant_images_are_remarked(tmp_path, x, remark) -> None:
    y = [0] + [1] * 39 if x[0].any() and not x[1].any() else [0, 1] * 20
    np.savez(tmp_path / "a.npz", x=x, y=y)
    assert load_dataset(tmp_path / "a.npz").remarks == (remark,)


def test_numbers_as_targets_of_images(tmp_path) -> None:
    np.savez(tmp_path / "a.npz", x=SHEET, y=np.linspace(0, 1, 80).reshape(40, 2))
    target = load_dataset(tmp_path / "a.npz", task="numbers").train.schema.target
    assert (target.kind, target.names, target.classes) == ("numbers", ("", ""), ())


def test_rows_of_a_table_as_images(tmp_path) -> None:
    rows = [[k % 2, *np.rint(GREY[k % 4].reshape(-1)[:25] / 16).astype(int)] for k in range(40)]
    np.savetxt(tmp_path / "a.csv", rows, fmt="%d", delimiter=",")
    pair = load_dataset(tmp_path / "a.csv", target="first", pixels=True, header=False)
    assert (pair.train.shape, pair.train.inputs.dtype) == ((5, 5), np.uint8)
    assert pair.train.schema.image.shape == (5, 5)


def test_rows_that_make_no_squares_stay_rows(tmp_path) -> None:
    rows = [[k % 2, *np.rint(GREY[k % 4].reshape(-1)).astype(int)] for k in range(40)]
    np.savetxt(tmp_path / "emnist-digits-train.csv", rows, fmt="%d", delimiter=",")
    pair = load_dataset(
        tmp_path / "emnist-digits-train.csv", target="first", pixels=True, header=False
    )
    assert (pair.train.shape, pair.train.schema) == ((30,), None)


@pytest.mark.parametrize(
    ("name", "labels", "classes"),
    [
        ("emnist-letters-train.csv", (1, 2), ("A", "B")),
        ("emnist-letters-train.csv", (0, 1), ("0", "1")),
        ("emnist-digits-train.csv", ("x", "y"), ("x", "y")),
        ("my-emnist-old.csv", (1, 2), ("1", "2")),
    ],
)
def test_the_tables_of_emnist_are_turned_too(tmp_path, name, labels, classes) -> None:
    images = [np.rint(GREY[k % 4][:5, :5]).astype(int) for k in range(20)]
    lines = [
        ",".join(map(str, [labels[k % 2], *image.T.reshape(-1)])) for k, image in enumerate(images)
    ]
    (tmp_path / name).write_text("\n".join(lines))
    pair = load_dataset(tmp_path / name, target="first", pixels=True, header=False)
    seen = pair.train.inputs.reshape(-1, 5, 5)
    assert all(any(np.array_equal(one, image) for image in images) for one in seen)
    assert pair.train.class_names == classes
    assert any("turned upright" in remark for remark in pair.remarks)


def test_columns_called_like_pixels_may_have_few_levels(tmp_path) -> None:
    names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    grey = np.random.default_rng(0).integers(0, 17, (40, 64))
    grey[0, 0] = 16
    lines = [",".join([*names, "digit"])]
    lines += [",".join(map(str, [*row, k % 2])) for k, row in enumerate(grey)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    pair = load_dataset(tmp_path / "a.csv")
    assert (pair.train.shape, pair.train.scale) == ((8, 8), 1 / 16)


FLAT = np.tile(np.arange(64.0) * 4, (40, 1))
FLAT[::2] = FLAT[::2, ::-1]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "i2"])
def test_rows_of_grey_values_are_images(tmp_path, dtype) -> None:
    x, y = FLAT.astype(dtype), [0, 1] * 20
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=x[:4], y_test=y[:4])
    pair = load_dataset(tmp_path / "a.npz")
    assert (pair.train.shape, pair.test.shape) == ((8, 8), (8, 8))
    assert (pair.train.inputs.dtype, pair.train.scale) == (np.uint8, 1 / 255)
    np.testing.assert_array_equal(pair.train.inputs, FLAT)
    assert pair.remarks[0] == (
        "The 64 numbers of each row are grey values: they were read as images of 8 x 8."
    )


def test_the_rows_of_scikit_learns_digits_are_images(tmp_path) -> None:
    np.savez(tmp_path / "a.npz", data=np.rint(FLAT / 252 * 16), target=[0, 1] * 20)
    pair = load_dataset(tmp_path / "a.npz")
    assert (pair.train.shape, pair.train.scale) == ((8, 8), 1 / 16)


@pytest.mark.parametrize(
    "inputs",
    [
        FLAT[:, :63],
        FLAT[:, :49],
        FLAT - 1,
        FLAT + 4,
        FLAT / 3,
        np.rint(FLAT / 3),
        FLAT.astype(np.uint8),
        FLAT / 252,
    ],
)
def test_other_rows_stay_rows(tmp_path, inputs) -> None:
    np.savez(tmp_path / "a.npz", x=inputs, y=[0, 1] * 20)
    pair = load_dataset(tmp_path / "a.npz")
    assert pair.train.shape == inputs.shape[1:]
    assert pair.remarks == ()


def test_a_test_part_of_another_width_is_refused(tmp_path) -> None:
    y = [0, 1] * 20
    np.savez(tmp_path / "a.npz", x_train=FLAT, y_train=y, x_test=FLAT[:, :60], y_test=y)
    with pytest.raises(ShapeError, match=r"expected examples of shape \(8, 8\)"):
        load_dataset(tmp_path / "a.npz")
