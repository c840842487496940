"""Pictures with several digits, and files that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import chainrule as cr
from chainrule.errors import DataError, InputError


@pytest.fixture
def two_bars() -> str:
    """A photo of two bars that stand beside each other."""
    grey = np.full((90, 120), 235, np.uint8)
    grey[15:75, 20:30] = 30
    grey[20:72, 80:90] = 30
    Image.fromarray(grey).save("two.png")
    return "two.png"


@pytest.fixture
def blank() -> str:
    Image.fromarray(np.full((90, 90), 215, np.uint8)).save("blank.png")
    return "blank.png"


def test_each_digit_has_an_answer_and_a_box(trained, two_bars) -> None:
    found = cr.open_run("seen").predict(two_bars)
    assert [one.input for one in found] == ["two.png, digit 1 of 2", "two.png, digit 2 of 2"]
    assert [one.file for one in found] == ["two.png", "two.png"]
    assert [one.answer for one in found] == ["0", "0"]
    first, second = (one.box for one in found)
    np.testing.assert_allclose(first, (20, 15, 30, 75), atol=1)
    np.testing.assert_allclose(second, (80, 20, 90, 72), atol=1)
    assert found[1].to_dict()["box"] == second._asdict()


def test_an_unreadable_file_does_not_end_the_others(trained, two_bars, blank) -> None:
    files = [two_bars, blank, "gone.png"]
    *found, empty, gone = cr.open_run("seen").predict(files, errors="return")
    assert [one.answer for one in found] == ["0", "0"]
    assert isinstance(empty, cr.FailedPrediction)
    assert isinstance(empty.error, DataError)
    assert empty.to_dict() == {"input": "blank.png", "error": str(empty.error)}
    assert str(empty.error).startswith("blank.png: expected a picture of one digit, got no ink")
    assert "gone.png: expected a readable file" in str(gone.error)
    with pytest.raises(DataError):
        cr.open_run("seen").predict(files)


def test_other_words_for_errors_are_refused(trained, blank) -> None:
    with pytest.raises(InputError) as caught:
        cr.open_run("seen").predict(blank, errors="ignore")
    assert str(caught.value) == (
        "predict: expected errors to be 'raise' or 'return', got 'ignore' (str)."
    )


def test_the_command_goes_on(chainrule, trained, two_bars, blank) -> None:
    outcome = chainrule("predict", "seen", two_bars, blank, two_bars, "--top", "1")
    assert outcome.code == 1
    lines = outcome.out.splitlines()
    assert [line for line in lines if line.startswith("two.png")] == ["two.png: 0 0"] * 2
    assert "  digit 2 of 2: 0, from column 80, row 20 to column 90, row 72" in lines
    inverted = "The ink was inverted: it is dark on light; the training images are light on dark."
    assert lines.count(f"  {inverted}") == 2
    assert outcome.err.splitlines() == [
        "blank.png: expected a picture of one digit, got no ink found. Nothing in it stands out "
        "from the paper. Use a darker pen, more light or a closer view."
    ]


def test_the_command_prints_errors_as_json(chainrule, trained, two_bars, blank) -> None:
    outcome = chainrule("predict", "seen", blank, two_bars, "--json")
    assert outcome.code == 1
    error, first, second = json.loads(outcome.out)
    assert set(error) == {"input", "error"}
    assert first["box"]["left"] < second["box"]["left"]


def test_a_table_that_cannot_be_read_among_others(chainrule, trained) -> None:
    Path("new.csv").write_text("1.0,2.0\n")
    outcome = chainrule("predict", "run", "gone.csv", "new.csv")
    assert outcome.code == 1
    assert "new.csv, line 1" in outcome.out
    assert outcome.err.startswith("gone.csv: ")


def test_nothing_that_can_be_read(chainrule, trained) -> None:
    outcome = chainrule("predict", "run", "gone.csv", "lost.csv")
    assert (outcome.code, outcome.out) == (1, "")
    assert len(outcome.err.splitlines()) == 2


def test_the_boxes_are_drawn(chainrule, trained, two_bars) -> None:
    outcome = chainrule("predict", "seen", two_bars, "--show", "boxes.png")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith("drawn    boxes.png\n")
    assert Path("boxes.png").read_bytes().startswith(b"\x89PNG")
