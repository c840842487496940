from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting import prepare, prepare_digits
from chainrule.experiment import Prediction
from chainrule.experiment.prediction_records import Output
from chainrule.figures.picture_digits import (
    draw_picture_digits,
    picture_digits_data,
    save_predictions,
)


@pytest.fixture(scope="module")
def answers() -> tuple[Prediction, ...]:
    """Seven bars in a wide picture, each answered by its number but for the last."""
    page = np.full((200, 1000), 230, np.uint8)
    for k in range(7):
        page[40:150, 40 + 120 * k : 60 + 120 * k] = 30
    names = [*"123456", None]
    return tuple(
        Prediction(f"row.png, digit {k}", name, (Output("1", 0.9),), (), prepared, "folder/row.png")
        for k, (name, prepared) in enumerate(zip(names, prepare_digits(page), strict=True))
    )


def test_the_numbers(answers) -> None:
    data = picture_digits_data(answers)
    assert data.heading.title == "row.png: 1 2 3 4 5 6 ?"
    assert data.size == (200, 1000)
    assert data.brightness.shape == (100, 500)
    assert [panel.title for panel in data.panels[:2]] == ["1: 1", "2: 2"]
    assert data.panels[0].caption == "90.00 %"
    assert (data.panels[6].title, data.panels[6].caption) == ("7: ?", "")
    for panel, one in zip(data.panels, answers, strict=True):
        assert panel.box == one.box
        assert panel.image is one.preparation.image


def test_the_drawing(answers, texts) -> None:
    data = picture_digits_data(answers)
    figure = draw_picture_digits(data)
    picture, *digits = figure.axes
    assert len(digits) == 7
    assert picture.images[0].get_extent() == [0, 1000, 200, 0]
    assert len(picture.patches) == 7
    for patch, panel in zip(picture.patches, data.panels, strict=True):
        assert patch.get_bbox().bounds == (
            *panel.box[:2],
            panel.box.right - panel.box.left,
            panel.box.bottom - panel.box.top,
        )
    assert "row.png: 1 2 3 4 5 6 ?" in texts(figure)
    np.testing.assert_array_equal(digits[2].images[0].get_array(), data.panels[2].image)


def test_one_digit_is_drawn_by_its_stages(tmp_path, answers) -> None:
    page = np.full((90, 90), 230, np.uint8)
    page[20:70, 40:50] = 30
    one = Prediction("a.png", "1", answers[0].outputs, (), prepare(page), "a.png")
    save_predictions([one], tmp_path / "a.svg")
    assert "From picture to digit" in (tmp_path / "a.svg").read_text()
    save_predictions(answers, tmp_path / "b.png")
    assert (tmp_path / "b.png").stat().st_size > 10_000


def test_a_row_of_a_table_is_not_drawn(tmp_path, answers) -> None:
    save_predictions([Prediction("a.csv, line 1", "1", ())], tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()
