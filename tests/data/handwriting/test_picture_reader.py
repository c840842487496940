from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chainrule.data.handwriting.picture_reader import read_picture
from chainrule.data.picture_decoding import MOST_SHRUNK_PIXELS, shrink
from chainrule.errors import DataError, FileError

LEVELS = np.array([[0, 51, 102], [153, 204, 255]], np.uint8)
GREY = LEVELS / 255
KINDS = "a picture (PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or PNM) or a CSV file"


@pytest.fixture
def saved(tmp_path):
    def save(image, name, **options):
        image.save(tmp_path / name, **options)
        return tmp_path / name

    return save


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file with 8 bits of grey a pixel, whatever its header promises."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "I;16"])
def test_a_png_of_every_kind(saved, mode) -> None:
    image = Image.fromarray(LEVELS)
    if mode == "I;16":
        image = Image.fromarray(LEVELS.astype(np.uint16) * 257)
    picture = read_picture(saved(image if mode == "I;16" else image.convert(mode), "a.png"))
    assert picture.grey.dtype == np.float32
    np.testing.assert_array_equal(np.rint(picture.grey * 255), LEVELS)
    assert (picture.kind, picture.size, picture.remarks) == ("PNG", (2, 3), ())


def test_a_png_of_one_bit(saved) -> None:
    path = saved(Image.fromarray(LEVELS > 100), "a.png")
    np.testing.assert_array_equal(read_picture(path).grey, LEVELS > 100)


def test_colours_become_their_brightness(saved) -> None:
    path = saved(Image.new("RGB", (2, 1), (255, 0, 0)), "a.png")
    np.testing.assert_allclose(read_picture(path).grey, 0.299, atol=0.002)


@pytest.mark.parametrize("name", ["a.jpg", "misnamed.png", "without"])
def test_a_jpeg_by_its_content(saved, name) -> None:
    path = saved(Image.new("L", (30, 20), 77), name, format="JPEG")
    picture = read_picture(str(path))
    np.testing.assert_array_equal(np.rint(picture.grey * 255), np.full((20, 30), 77))
    assert (picture.kind, picture.source) == ("JPEG", str(path))


def test_transparent_parts_are_white(saved) -> None:
    levels = np.zeros((1, 3, 4), np.uint8)
    levels[0, :, 3] = (0, 51, 255)
    picture = read_picture(saved(Image.fromarray(levels), "a.png"))
    np.testing.assert_allclose(picture.grey, [[1, 0.8, 0]], atol=1e-6)
    assert picture.remarks == ()


def test_a_transparent_colour_of_a_palette(saved) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), mode=None).convert("P")
    image.putpalette([10, 10, 10, 20, 20, 20])
    picture = read_picture(saved(image, "a.png", transparency=0))
    np.testing.assert_array_equal(np.rint(picture.grey * 255), [[255, 20]])


def test_white_ink_on_nothing_is_laid_on_black(saved) -> None:
    levels = np.full((1, 3, 4), 255, np.uint8)
    levels[0, :, 3] = (0, 51, 255)
    picture = read_picture(saved(Image.fromarray(levels), "a.png"))
    np.testing.assert_allclose(picture.grey, [[0, 0.2, 1]], atol=1e-6)
    assert picture.remarks == (
        "The picture is white on a transparent background; it was placed on black.",
    )


# What a camera held in each of the eight ways writes down of [[0, 51, 102], [153, 204, 255]].
TURNS = {
    1: [[0, 51, 102], [153, 204, 255]],
    2: [[102, 51, 0], [255, 204, 153]],
    3: [[255, 204, 153], [102, 51, 0]],
    4: [[153, 204, 255], [0, 51, 102]],
    5: [[0, 153], [51, 204], [102, 255]],
    6: [[153, 0], [204, 51], [255, 102]],
    7: [[255, 102], [204, 51], [153, 0]],
    8: [[102, 255], [51, 204], [0, 153]],
}


@pytest.mark.parametrize("orientation", TURNS)
def test_turned_as_its_note_says(saved, orientation) -> None:
    note = Image.Exif()
    note[0x0112] = orientation
    picture = read_picture(saved(Image.fromarray(LEVELS), "a.png", exif=note))
    np.testing.assert_array_equal(np.rint(picture.grey * 255), TURNS[orientation])
    assert picture.size == picture.grey.shape


@pytest.mark.parametrize("note", [b"MM\0*\0\0\0\x08\xff\xff", b"MM\0*", b"no note"])
def test_a_broken_note_is_passed_over(tmp_path, note) -> None:
    data = zlib.compress(b"\0\x07")
    path = tmp_path / "a.png"
    path.write_bytes(png(1, 1, (b"eXIf", note), (b"IDAT", data)))
    np.testing.assert_array_equal(np.rint(read_picture(path).grey * 255), [[7]])


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_shrunk_by_whole_blocks(saved, kind) -> None:
    levels = np.full((2100, 2800), 200, np.uint8)
    levels[1050:] = 40
    picture = read_picture(saved(Image.fromarray(levels), "a", format=kind))
    assert picture.grey.size <= MOST_SHRUNK_PIXELS
    assert picture.size == (2100, 2800)
    assert picture.grey.shape == (1050, 1400)
    np.testing.assert_allclose(picture.grey[:500] * 255, 200, atol=0.01)
    np.testing.assert_allclose(picture.grey[-500:] * 255, 40, atol=0.01)


def test_blocks_at_the_edge_may_be_smaller() -> None:
    grey = np.arange(15, dtype=np.float32).reshape(3, 5)
    expected = [[3, 5, 6.5], [10.5, 12.5, 14]]
    np.testing.assert_array_equal(shrink(grey, 6), expected)


def test_a_long_strip_is_shrunk_too() -> None:
    assert shrink(np.zeros((1, 100), np.float32), 10).shape == (1, 10)


def test_a_csv(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("0,51,102\n153,204,255\n")
    picture = read_picture(path)
    np.testing.assert_allclose(picture.grey, GREY, atol=1e-7)
    assert picture.grey.dtype == np.float32
    assert (picture.kind, picture.size) == ("CSV", (2, 3))


def test_a_missing_file(tmp_path) -> None:
    with pytest.raises(FileError) as caught:
        read_picture(tmp_path / "none.png")
    expected = f"{tmp_path}/none.png: expected a readable file, got No such file or directory."
    assert str(caught.value) == expected


def test_a_folder(tmp_path) -> None:
    with pytest.raises(FileError) as caught:
        read_picture(tmp_path)
    assert str(caught.value) == f"{tmp_path}: expected a readable file, got Is a directory."


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_picture(path)
    return str(caught.value).removeprefix(str(path))


def test_an_empty_file(tmp_path) -> None:
    text = f": expected {KINDS}, got an empty file. Save the picture as PNG or JPEG."
    assert refused(tmp_path / "a.png", b"") == text


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"%PDF-1.7\0\0\0\0", r"b'%PDF-1.7'"),
        (b"\0\0\0\x18ftypisom", r"b'\x00\x00\x00\x18ftyp'"),
    ],
)
def test_another_format(tmp_path, content, got) -> None:
    assert refused(tmp_path / "a.png", content) == (
        f": expected {KINDS}, got one that begins with {got}. Save the picture as PNG or JPEG."
    )


def test_a_bomb_is_refused_by_its_header(tmp_path) -> None:
    content = png(60_000, 60_000, (b"IDAT", zlib.compress(bytes(100_000))))
    assert refused(tmp_path / "a.png", content) == (
        ": expected a picture of at most 50,000,000 pixels, got 60000 x 60000 = 3,600,000,000. "
        "Make it smaller first."
    )


def test_a_png_without_pixels(tmp_path) -> None:
    text = ": expected an intact PNG file, got not identified by this driver."
    assert refused(tmp_path / "a.png", png(0, 5)) == text


def test_a_truncated_png(tmp_path) -> None:
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (50, 50), dtype=np.uint8)
    Image.fromarray(noise).save(whole, "PNG")
    text = refused(tmp_path / "a.png", whole.getvalue()[:1500])
    assert text == ": expected an intact PNG file, got image file is truncated."


def outcome(path: Path) -> str:
    """What is said of a file: why it is refused, or that its numbers are grey values."""
    try:
        grey = read_picture(path).grey
    except DataError as error:
        return str(error)
    return "grey" if np.isfinite(grey).all() and 0 <= grey.min() <= grey.max() <= 1 else "wrong"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_cut_and_flipped_files_are_refused_in_one_line(tmp_path, kind) -> None:
    draw = np.random.default_rng(1)
    whole, path = io.BytesIO(), tmp_path / "a"
    Image.fromarray(draw.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(whole, kind)
    said = []
    for _ in range(150):
        content = bytearray(whole.getvalue())
        content[draw.integers(len(content))] ^= 1 << draw.integers(8)
        path.write_bytes(content[: draw.integers(1, len(content) + 1)])
        said.append(outcome(path))
    assert sum(text != "grey" for text in said) > 100
    assert all(text == "grey" or text.startswith(f"{path}: expected a") for text in said)
    assert not any("\n" in text for text in said)


def test_a_file_without_end_is_refused(tmp_path) -> None:
    path = tmp_path / "a.png"
    with path.open("wb") as file:
        file.truncate(128 * 2**20 + 1)
    with pytest.raises(DataError) as caught:
        read_picture(path)
    assert str(caught.value) == (
        f"{path}: expected a picture file of a sensible size, got more than 128 MiB."
    )
