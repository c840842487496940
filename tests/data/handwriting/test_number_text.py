from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chainrule.data.handwriting.number_text import read_numbers
from chainrule.errors import DataError

GRID = np.array([[0, 51], [102, 255]]) / 255


@pytest.mark.parametrize(
    "text",
    [
        "0,51\n102,255\n",
        "0, 51\r\n102, 255",
        "0;51\n102;255\n",
        "0;51,0\n102;255\n",
        "0\t51\n102\t255\n",
        " 0  51\n 102 255\n",
        "0,51,\n102,255,\n",
        "0,51,102,255\n",
        "0\n51\n102\n255\n",
        "\ufeff0,51\n102,255\n",
        "# grey\n0,51\n\n102,255\n",
        '"left","right"\n"0","51"\n"102","255"\n',
        "0,0.2\n0.4,1\n",
    ],
)
def test_the_same_grid_written_in_many_ways(text) -> None:
    grid, remarks = read_numbers("a.csv", text.encode())
    np.testing.assert_allclose(grid, GRID, rtol=1e-15)
    assert remarks == ()


def test_a_row_of_784() -> None:
    row = np.arange(784) % 256
    grid, remarks = read_numbers("a.csv", ",".join(map(str, row)).encode())
    np.testing.assert_array_equal(grid * 255, row.reshape(28, 28))
    assert remarks == ()


def test_a_row_of_785_has_its_label_first() -> None:
    row = np.arange(784) % 256
    header = ",".join(["label", *(f"pixel{k}" for k in range(784))])
    text = f"{header}\n7,{','.join(map(str, row))}\n"
    grid, remarks = read_numbers("a.csv", text.encode())
    np.testing.assert_array_equal(grid * 255, row.reshape(28, 28))
    assert remarks == ("The CSV had 785 values; the first, 7, was taken as the label.",)


def test_nothing_brighter_than_1_is_a_share() -> None:
    np.testing.assert_array_equal(read_numbers("a", b"0,1\n1,0")[0], [[0, 1], [1, 0]])
    np.testing.assert_array_equal(
        read_numbers("a", b"0,2\n1,0")[0], np.array([[0, 2], [1, 0]]) / 255
    )


@given(
    arrays(np.uint8, st.tuples(st.integers(2, 9), st.integers(2, 9)), elements=st.integers(2, 255))
)
def test_any_grid_comes_back(levels) -> None:
    text = "\n".join(",".join(map(str, row)) for row in levels)
    np.testing.assert_array_equal(read_numbers("a", text.encode())[0], levels / 255)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n# nothing\n", "a.csv: expected rows of numbers, got no line that holds any."),
        (
            b"1,2,3\n4,5\n",
            "a.csv, line 2: expected 3 numbers, as in the first row, got 2.",
        ),
        (b"1,2\n4,five\n", "a.csv, line 2, column 2: expected a number, got 'five'."),
        (b"1,2\n4,\n", "a.csv, line 2: expected 2 numbers, as in the first row, got 1."),
        (
            b"0,1\n2,256\n",
            "a.csv: expected numbers from 0 to 255, or from 0 to 1, "
            "got 256 at row 2, column 2 of the picture.",
        ),
        (
            b"0,1\nnan,5\n",
            "a.csv: expected numbers from 0 to 255, or from 0 to 1, "
            "got nan at row 2, column 1 of the picture.",
        ),
        (
            b"-0.5,0.5\n0,1\n",
            "a.csv: expected numbers from 0 to 255, or from 0 to 1, "
            "got -0.5 at row 1, column 1 of the picture.",
        ),
        (
            b"1,2,3\n",
            "a.csv: expected a grid of numbers, or one row of 784 (a square number) or of 785 "
            "with the label first, got one row of 3.",
        ),
        (
            b"caf\xe9,1\n",
            "a.csv: expected a picture (PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or PNM) or a CSV "
            "file, got one whose byte 3 is not text. "
            "Save the picture as PNG or JPEG.",
        ),
        (
            b"\n".join([b",".join([b"0"] * 785)] * 3),
            "a.csv: expected one digit, got 3 rows of 785 numbers, one digit per row. Keep "
            "one row.",
        ),
    ],
)
def test_what_is_no_picture(content, message) -> None:
    with pytest.raises(DataError) as caught:
        read_numbers("a.csv", content)
    assert str(caught.value) == message


def test_too_many_numbers() -> None:
    with pytest.raises(DataError) as caught:
        read_numbers("a.csv", b"\n".join([b"1 " * 2000] * 2001))
    message = "a.csv, line 2001: expected a picture of at most 4,000,000 numbers, got more."
    assert str(caught.value) == message


def test_too_many_bytes() -> None:
    with pytest.raises(DataError) as caught:
        read_numbers("a.csv", bytes(32 * 2**20 + 1))
    assert str(caught.value) == "a.csv: expected a CSV of one picture, got more than 32 MiB."
