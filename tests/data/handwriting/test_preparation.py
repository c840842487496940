from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import chainrule as cr
from chainrule.data.handwriting import GreyPicture, Preparation, prepare, read_picture
from chainrule.data.mnist import load_mnist
from chainrule.errors import DataError, InputError, ShapeError

INVERTED = "The ink was inverted: it is dark on light; MNIST has light on dark."
AT_BORDER = "The digit touches the border of the picture; a part may be missing."
NAMES = ["grey", "polarity", "light", "ink", "digit", "crop", "box", "centre"]


@pytest.fixture(scope="module")
def mnist() -> np.ndarray:
    return load_mnist().test.inputs.reshape(-1, 28, 28)


def difference(one: Preparation, other: Preparation) -> float:
    """The mean distance of two digits' pixels, in levels of 255.

    The least over the nine places at most one pixel apart, as a hair's breadth decides on which
    side of a pixel a centre of mass lies.
    """
    shifts = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    images = (np.roll(other.image, shift, axis=(0, 1)) for shift in shifts)
    return min(float(np.abs(one.image - image.astype(float)).mean()) for image in images)


@pytest.fixture
def prepared(sheet, grey):
    """What becomes of a photo of a sheet."""
    return lambda **kind: prepare(grey(sheet(**kind).photographed()))


@pytest.fixture
def model(sheet, grey):
    """The same digit in black on white, evenly lit."""
    black = {"ink": (0, 0, 0), "paper": (255, 255, 255)}
    return lambda **kind: prepare(grey(sheet(**(kind | black)).photographed()))


def test_mnist_passes_unchanged(mnist) -> None:
    for image in mnist[::5]:
        preparation = prepare(image)
        np.testing.assert_array_equal(preparation.image, image)
        assert [stage.name for stage in preparation.stages] == ["grey", "centre"]


def test_inverted_mnist_passes_inverted(mnist) -> None:
    for image in mnist[::50]:
        preparation = prepare(255 - image)
        np.testing.assert_array_equal(preparation.image, image)
        assert preparation.remarks[0] == INVERTED
        assert [stage.name for stage in preparation.stages] == ["grey", "polarity", "centre"]


def test_mnist_as_shares_or_in_a_file_is_the_same(mnist, tmp_path) -> None:
    for k, image in enumerate(mnist[:5]):
        row = ",".join(map(str, [load_mnist().test.targets[k], *image.ravel()]))
        (tmp_path / "a.csv").write_text(row)
        Image.fromarray(image).save(tmp_path / "a.png")
        for given in (
            image / 255,
            image / np.float32(255),
            read_picture(tmp_path / "a.csv"),
            read_picture(tmp_path / "a.png"),
        ):
            np.testing.assert_array_equal(prepare(given).image, image)


def scene(digit: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """A digit ten times as large, in dark ink somewhere on grainy paper in sloping light."""
    ink = np.zeros((420, 560))
    top, left = draw.integers(0, 140), draw.integers(0, 280)
    ink[top : top + 280, left : left + 280] = np.kron(digit, np.ones((10, 10))) / 255
    y, x = np.mgrid[0:420, 0:560]
    light = 0.95 - 0.4 * (draw.random() * x / 560 + draw.random() * y / 420)
    grey = (1 - 0.85 * ink) * light + draw.normal(0, 0.03, ink.shape)
    return np.rint(255 * np.clip(grey, 0, 1)).astype(np.uint8)


def test_photos_of_mnist_become_mnist_again(mnist) -> None:
    draw, chosen = np.random.default_rng(2), mnist[::125]
    found = np.array([prepare(scene(digit, draw)).image for digit in chosen], float)
    distance = np.abs(found - chosen).mean(axis=(1, 2))
    assert np.median(distance) < 3
    assert np.quantile(distance, 0.9) < 12
    assert (nearest(found) == nearest(chosen)).mean() >= 0.95


def nearest(images: np.ndarray) -> np.ndarray:
    """The class of the nearest of MNIST's first 4,000 digits."""
    train = load_mnist().train
    known = train.inputs[:4000].astype(float)
    flat = images.reshape(len(images), -1).astype(float)
    return train.targets[((known**2).sum(axis=1) - 2 * flat @ known.T).argmin(axis=1)]


def test_the_stages_of_a_photo(sheet, tmp_path) -> None:
    sheet(digit=5, light=0.5, noise=4).photographed().save(tmp_path / "a.png")
    preparation = prepare(read_picture(tmp_path / "a.png"))
    assert [stage.name for stage in preparation.stages] == NAMES
    sentences = {stage.name: stage.sentence for stage in preparation.stages}
    assert sentences["grey"].startswith("PNG of 400 x 300 pixels; brightness from 0.0")
    assert sentences["polarity"] == "Dark ink on light paper: inverted."
    assert sentences["light"].startswith("The paper, of brightness from 0.4")
    assert sentences["light"].endswith(", was made uniform.")
    assert sentences["ink"].startswith("Above 0.")
    assert sentences["digit"] == "2 of 2 pieces kept, with grey edges."
    images = {stage.name: stage.image for stage in preparation.stages}
    assert images["centre"] is preparation.image
    assert images["box"].shape[0] == 20
    assert sentences["box"] == f"Scaled to {images['box'].shape[1]} x 20, each pixel a mean."
    height, width = images["crop"].shape
    assert sentences["crop"] == f"Cut out: {width} x {height} pixels."
    for name in NAMES[:-1]:
        assert 0 <= images[name].min() <= images[name].max() <= 1
    # The paper is light in the picture and dark from then on, ever more evenly.
    corners = [float(images[name][5, 5]) for name in NAMES[:5]]
    assert corners[0] > 0.8
    assert corners[1] == pytest.approx(1 - corners[0])
    assert corners[2] < 0.1
    assert corners[3:] == [0, 0]


def test_the_figures_are_those_of_the_image(prepared) -> None:
    preparation = prepared()
    rows, columns = np.nonzero(preparation.image >= 32)
    assert preparation.figures["aspect"] == (np.ptp(columns) + 1) / (np.ptp(rows) + 1)
    assert preparation.figures["row"] == pytest.approx(14, abs=0.5)
    assert preparation.figures["column"] == pytest.approx(14, abs=0.5)


@pytest.mark.parametrize("digit", [0, 2, 3, 5, 7, 9])
@pytest.mark.parametrize(
    "conditions",
    [
        {"light": 0.6},
        {"noise": 8},
        {"light": 0.5, "noise": 5},
        {"shadow": 0.4},
        {"ink": (200, 40, 40)},
        {"ink": (170, 170, 180), "noise": 2},
        {"ink": (240, 240, 230), "paper": (40, 60, 50), "light": 0.5},
        {"ink": (250, 250, 250), "paper": (15, 15, 15)},
    ],
)
def test_light_ink_and_camera_do_not_matter(prepared, model, digit, conditions) -> None:
    assert difference(prepared(digit=digit, **conditions), model(digit=digit)) < 6


@pytest.mark.parametrize("digit", [2, 3, 5])
def test_place_does_not_matter(prepared, digit) -> None:
    here, there = (
        prepared(digit=digit, box=(x, y, 0.25, 0.6)) for x, y in ((0.1, 0.1), (0.6, 0.3))
    )
    assert difference(here, there) < 2


@pytest.mark.parametrize("digit", [2, 3, 5])
def test_size_does_not_matter(prepared, digit) -> None:
    small, large = (prepared(digit=digit, size=size) for size in ((160, 120), (1000, 750)))
    assert difference(small, large) < 9


def test_a_very_wide_picture(prepared, model) -> None:
    wide = prepared(digit=3, size=(1500, 100), box=(0.8, 0.1, 0.03, 0.8))
    assert difference(wide, model(digit=3, size=(100, 100), box=(0.3, 0.1, 0.45, 0.8))) < 5


def test_squared_paper(sheet, grey, model) -> None:
    page = sheet(digit=2, light=0.3, noise=4)
    image = page.image()
    for k in range(0, 400, 25):
        image.paste((170, 190, 225), (k, 0, k + 2, 300))
        image.paste((170, 190, 225), (0, k, 400, k + 2))
    page.write(image, 2, page.box)
    assert difference(prepare(grey(page.photographed(image))), model(digit=2)) < 7


def test_a_frame_at_the_edge(sheet, grey, model) -> None:
    page = grey(sheet(digit=9).image())
    page[:12] = page[-12:] = 0
    page[:, :12] = page[:, -12:] = 0
    preparation = prepare(page)
    assert difference(preparation, model(digit=9)) < 5
    assert preparation.remarks[0] == "A frame at the edge of the picture was left out."
    sentence = "A frame of 12 pixels left out. Dark ink on light paper: inverted."
    assert preparation.stages[1].sentence == sentence


def test_a_frame_around_the_digit_that_is_not_straight(sheet, grey, model) -> None:
    page = sheet(digit=9, size=(300, 300), box=(0.4, 0.3, 0.2, 0.4))
    image = page.image()
    for box in ((60, 60, 240, 66), (60, 234, 240, 240), (60, 60, 66, 240), (234, 60, 240, 240)):
        image.paste((0, 0, 0), box)
    turned = image.rotate(2, fillcolor=page.paper, resample=Image.Resampling.BICUBIC)
    preparation = prepare(grey(turned))
    assert "A frame around the digit was left out." in preparation.remarks
    assert difference(preparation, model(digit=9, size=(300, 300), box=page.box)) < 9


def test_a_small_digit(sheet, grey, model) -> None:
    small = sheet(digit=0, size=(24, 24), box=(0.3, 0.25, 0.4, 0.5), pen=0.2, blur=0.3)
    preparation = prepare(grey(small.photographed()))
    assert any(r.startswith("The digit is small: 1") for r in preparation.remarks)
    assert max(r for r in preparation.remarks if "small" in r).endswith(" pixels, enlarged to 20.")
    assert preparation.image.any(axis=1).sum() == 20
    sentence = "Enlarged 5 times. Dark ink on light paper: inverted."
    assert preparation.stages[1].sentence == sentence
    # The hole of the nought is still there.
    row = preparation.image[14]
    assert row[14] < 100 < max(row[:14]) > 200
    assert max(row[15:]) > 200


def remarks_on(page: np.ndarray) -> tuple[str, ...]:
    return prepare(page).remarks


def test_what_an_ordinary_photo_has_unusual(prepared) -> None:
    assert prepared(digit=3, pen=0.15).remarks == (INVERTED,)


def test_nothing_is_unusual_about_light_ink_on_dark(prepared) -> None:
    ground = {"ink": (255, 255, 255), "paper": (0, 0, 0)}
    assert prepared(digit=3, pen=0.15, **ground).remarks == ()


def test_uneven_light_is_said(prepared) -> None:
    said = prepared(digit=3, pen=0.15, light=0.6).remarks
    assert said[0] == INVERTED
    assert said[1].startswith("The light was uneven: the paper's brightness runs from 0.3")
    assert len(said) == 2


def test_thin_strokes_are_said(prepared) -> None:
    said = prepared(digit=3, pen=0.03).remarks
    assert any(sentence.startswith("The strokes are thin: 1.") for sentence in said)


def test_the_border_is_said(prepared) -> None:
    assert AT_BORDER in prepared(digit=3, box=(-0.05, 0.2, 0.3, 0.6)).remarks


def test_low_contrast_is_said(prepared) -> None:
    said = prepared(digit=3, pen=0.15, ink=(190, 190, 190), paper=(230, 230, 230)).remarks
    assert said == (INVERTED, "The contrast is low: ink and paper differ by only 17 %.")


def test_specks_are_said(sheet, grey) -> None:
    page = grey(sheet(digit=3, pen=0.15).image())
    page[20, 20] = page[280, 380] = 0
    assert remarks_on(page) == (INVERTED, "2 specks removed.")
    page[20, 20] = 0.9
    assert remarks_on(page) == (INVERTED, "1 speck removed.")


def test_a_second_digit_is_said(sheet, grey) -> None:
    page = sheet(digit=3, box=(0.2, 0.2, 0.25, 0.6), pen=0.15)
    image = page.image()
    page.write(image, 7, (0.6, 0.25, 0.25, 0.5))
    said = "1 other large piece was left out: one digit is read."
    assert remarks_on(grey(image)) == (INVERTED, said)


def test_a_digit_lying_down_is_said(sheet, grey) -> None:
    page = sheet(digit=0, box=(0.4, 0.1, 0.2, 0.8), pen=0.1).image().rotate(90, expand=True)
    said = remarks_on(grey(page))
    assert any(sentence.startswith("The digit is wide: ") for sentence in said)


def test_what_the_file_had_unusual_comes_first(mnist) -> None:
    picture = GreyPicture(mnist[0] / np.float32(255), remarks=("It was torn.",))
    assert prepare(picture).remarks == ("It was torn.",)


def test_a_shrunk_picture_says_so(sheet, tmp_path) -> None:
    large = sheet(size=(2000, 1500), pen=0.15).image()
    large.save(tmp_path / "a.png")
    preparation = prepare(read_picture(tmp_path / "a.png"))
    assert "PNG of 2000 x 1500 pixels, shrunk to 1000 x 750; " in preparation.stages[0].sentence
    assert "Array of 2000 x 1500 pixels, shrunk to 1000 x 750; " in (
        prepare(np.asarray(large.convert("L"))).stages[0].sentence
    )


@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (16, 12), (32, 64), (5, 6)])
def test_any_shape(sheet, grey, shape) -> None:
    image = prepare(grey(sheet(digit=3, pen=0.15).image()), shape).image
    side = round(20 * min(shape) / 28)
    assert (image.shape, image.dtype) == (shape, np.uint8)
    assert image.any(axis=1).sum() == side
    assert image.max() == 255


def test_bytes_and_shares_are_the_same_picture(sheet) -> None:
    levels = np.asarray(sheet(digit=2).image().convert("L"))
    np.testing.assert_array_equal(prepare(levels).image, prepare(levels / 255).image)
    np.testing.assert_array_equal(
        prepare(levels > 128).image, prepare((levels > 128).astype(np.float32)).image
    )


def test_the_picture_is_not_changed(sheet) -> None:
    levels = np.array(sheet(digit=2).image().convert("L")) / np.float32(255)
    before = levels.copy()
    prepare(levels)
    np.testing.assert_array_equal(levels, before)


def test_the_public_door(mnist) -> None:
    assert cr.prepare is prepare
    assert cr.read_picture is read_picture


@pytest.mark.parametrize("level", [0, 100, 255])
def test_an_empty_picture(level) -> None:
    with pytest.raises(DataError) as caught:
        prepare(np.full((50, 60), level, np.uint8))
    assert str(caught.value) == (
        "prepare: expected a picture of one digit, got no ink found. Nothing in it stands out "
        "from the paper. Use a darker pen, more light or a closer view."
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (2, 2), (3, 200)])
def test_pictures_too_small_for_a_digit(shape) -> None:
    with pytest.raises(DataError):
        prepare(np.zeros(shape, np.uint8))


def test_an_empty_file_is_named(tmp_path) -> None:
    Image.new("L", (40, 40), 200).save(tmp_path / "a.png")
    with pytest.raises(DataError) as caught:
        prepare(read_picture(tmp_path / "a.png"))
    assert str(caught.value).startswith(f"{tmp_path}/a.png: expected a picture of one digit, got")


def test_a_page_full_of_marks() -> None:
    page = np.full((400, 400), 255, np.uint8)
    for row in range(20, 380, 40):
        for column in range(20, 380, 40):
            page[row : row + 20, column : column + 8] = 0
    with pytest.raises(DataError) as caught:
        prepare(page)
    assert str(caught.value) == (
        "prepare: expected a picture of one digit, got 81 pieces of ink, none much larger than "
        "the rest. Cut out one digit."
    )


def test_grain_alone_is_no_digit(prepared) -> None:
    with pytest.raises(DataError):
        prepared(ink=(200, 200, 200), paper=(200, 200, 200), noise=10, light=0.4)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (
            np.zeros((4, 4, 3), np.uint8),
            "prepare: expected a grey picture of shape (rows, columns), "
            "got an array of shape (4, 4, 3) (uint8).",
        ),
        (
            np.zeros((0, 4)),
            "prepare: expected a grey picture of shape (rows, columns), "
            "got an array of shape (0, 4) (float64).",
        ),
    ],
)
def test_what_is_no_picture(picture, message) -> None:
    with pytest.raises(ShapeError) as caught:
        prepare(picture)
    assert str(caught.value) == message


@pytest.mark.parametrize("level", [1.5, -0.1, np.nan, np.inf])
def test_what_is_no_brightness(level) -> None:
    with pytest.raises(InputError) as caught:
        prepare(np.full((4, 5), level))
    assert str(caught.value) == (
        "prepare: expected brightness as bytes, or as numbers from 0 to 1, "
        "got an array of shape (4, 5) (float64)."
    )


@pytest.mark.parametrize("kind", [np.int64, object, "U1"])
def test_other_kinds_of_numbers(kind) -> None:
    with pytest.raises(InputError):
        prepare(np.zeros((4, 5), int).astype(kind))


@pytest.mark.parametrize("shape", [(28,), (28, 28, 1), (28, 3), (2000, 28), 28, (28.5, 28), None])
def test_what_is_no_shape(mnist, shape) -> None:
    with pytest.raises(InputError) as caught:
        prepare(mnist[0], shape)
    text = "prepare: expected a shape of two whole numbers from 4 to 1024, got "
    assert str(caught.value).startswith(text + repr(shape))
