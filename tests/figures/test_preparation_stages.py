from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from chainrule.data.handwriting import Preparation, Stage, prepare
from chainrule.errors import FileError, InputError
from chainrule.figures.preparation_stages import (
    draw_preparation_stages,
    preparation_stages_data,
    save_preparation,
)

INVERTED = "The ink was inverted: it is dark on light; MNIST has light on dark."


@pytest.fixture(scope="module")
def photo() -> Preparation:
    """A bar and a foot, dark on light, in a picture wider than high."""
    page = np.full((90, 150), 230, np.uint8)
    page[15:75, 60:72] = page[63:75, 60:95] = 30
    return prepare(page)


@pytest.fixture(scope="module")
def digit() -> Preparation:
    """A bar as MNIST would have it, which passes unchanged."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    return prepare(image)


def test_the_numbers_of_the_last_panel(digit) -> None:
    data = preparation_stages_data(digit)
    assert data.box == (4, 12, 24, 16)
    assert data.centre == pytest.approx((13.5, 13.5))


def test_a_panel_a_stage(photo) -> None:
    data = preparation_stages_data(photo)
    titles = [panel.title for panel in data.panels]
    assert titles == [
        *("1  grey", "2  polarity", "3  light", "4  ink"),
        *("5  digit", "6  crop", "7  box", "8  centre"),
    ]
    for panel, stage in zip(data.panels, photo.stages, strict=True):
        assert " ".join(panel.caption.split()) == stage.sentence
        assert max(map(len, panel.caption.splitlines())) <= 34
        assert panel.brightness.shape == stage.image.shape
    np.testing.assert_array_equal(data.panels[0].brightness, photo.stages[0].image)
    np.testing.assert_array_equal(np.rint(data.panels[-1].brightness * 255), photo.image)
    assert [panel.pixelated for panel in data.panels] == [False] * 6 + [True] * 2


def test_remarks_are_bulleted_and_folded(photo) -> None:
    assert preparation_stages_data(photo).remarks[0] == f"•  {INVERTED}"
    long = Preparation(photo.stages, photo.image, ("word " * 60,), photo.figures)
    lines = preparation_stages_data(long).remarks[0].splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("•  word")
    assert lines[1].startswith("    word")
    assert max(map(len, lines)) <= 118


def test_a_large_stage_is_thinned_out(photo) -> None:
    large = np.arange(2000 * 900, dtype=np.float32).reshape(2000, 900) / 1_800_000
    staged = Preparation((Stage("grey", "Large.", large),), photo.image, (), photo.figures)
    brightness = preparation_stages_data(staged).panels[0].brightness
    np.testing.assert_array_equal(brightness, large[::4, ::4])


def test_the_drawing(photo, texts) -> None:
    figure = draw_preparation_stages(preparation_stages_data(photo))
    assert len(figure.axes) == 8
    written = texts(figure)
    assert "From picture to digit" in written
    assert any(INVERTED in text for text in written)
    for axes, stage in zip(figure.axes, photo.stages, strict=True):
        assert stage.name in axes.get_title(loc="left")
        np.testing.assert_allclose(
            axes.images[0].get_array(), stage.image / (255 if stage.name == "centre" else 1)
        )
        assert np.ptp(axes.get_xlim()) == np.ptp(axes.get_ylim()) == max(stage.image.shape)
        assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_box_and_centre_stand_in_the_last_panel(digit) -> None:
    figure = draw_preparation_stages(preparation_stages_data(digit))
    first, last = figure.axes
    assert not first.patches
    assert not first.lines
    assert last.patches[0].get_bbox().bounds == (11.5, 3.5, 4, 20)
    assert len(last.lines) == 2
    for line in last.lines:
        np.testing.assert_allclose(line.get_xydata(), [[13.5, 13.5]])


def test_a_usual_digit(digit, texts) -> None:
    quiet = Preparation(digit.stages, digit.image, (), digit.figures)
    written = texts(draw_preparation_stages(preparation_stages_data(quiet)))
    assert "Nothing about it is unusual compared with MNIST." in written


def test_the_ink_is_there(digit, pixels) -> None:
    seen = pixels(draw_preparation_stages(preparation_stages_data(digit)))
    shades = seen.reshape(-1, 3).astype(int)
    assert (shades.max(axis=1) < 20).mean() > 0.2
    orange = np.abs(shades - (0xD5, 0x5E, 0x00)).max(axis=1) < 10
    assert 500 < orange.sum() < 20_000


def test_nothing_written_runs_into_its_neighbour(photo) -> None:
    figure = draw_preparation_stages(preparation_stages_data(photo))
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    for k, one in enumerate(boxes):
        assert all(not one.overlaps(other) for other in boxes[k + 1 :])
        assert one.x1 < figure.bbox.x1
        assert one.y0 >= 0


def test_on_a_figure_that_is_given(photo) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 8))
    assert draw_preparation_stages(preparation_stages_data(photo), ax=figure) is figure


def test_saved(photo, tmp_path) -> None:
    save_preparation(photo, tmp_path / "steps.png")
    save_preparation(photo, tmp_path / "again.png")
    assert (tmp_path / "steps.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    with Image.open(tmp_path / "steps.png") as image:
        assert image.format == "PNG"
        assert image.width > 1000


def test_another_suffix(photo, tmp_path) -> None:
    with pytest.raises(InputError) as caught:
        save_preparation(photo, tmp_path / "steps.gif")
    text = f"{tmp_path}/steps.gif: expected a name that ends with .png, .svg or .pdf, got '.gif'."
    assert str(caught.value) == text


def test_a_folder_that_is_missing(photo, tmp_path) -> None:
    with pytest.raises(FileError):
        save_preparation(photo, tmp_path / "none" / "steps.png")
