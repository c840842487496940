import io
import zlib

import numpy as np
import pytest
from PIL import Image

from chainrule.data.folder_layout import class_folders
from chainrule.data.image_folder import read_image_folder
from chainrule.data.reader import ReadOptions
from chainrule.errors import DataError


@pytest.fixture
def folder(tmp_path):
    """Two cats of 2 x 3 and a dog, beside what is no image."""
    for name, value in (("cat/1.png", 10), ("cat/2.PNG", 20), ("dog/x.png", 30)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3) + value).save(path, "PNG")
    (tmp_path / "cat" / "notes.txt").write_text("purr")
    (tmp_path / "empty").mkdir()
    (tmp_path / "readme.png").write_text("no class")
    return tmp_path


def test_each_folder_is_a_class(folder):
    part = read_image_folder(folder, ReadOptions())
    expected = np.arange(6, dtype=np.uint8).reshape(2, 3)
    np.testing.assert_array_equal(part.inputs, [expected + 10, expected + 20, expected + 30])
    assert part.inputs.dtype == np.uint8
    assert part.labels == ["cat", "cat", "dog"]
    assert part.place(1) == "cat/2.PNG"
    assert [path.name for path in class_folders(folder)] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("mode", "value", "grey"),
    [
        ("RGB", (255, 0, 0), 76),
        ("RGB", (9, 9, 9), 9),
        ("L", 200, 200),
        ("1", 1, 255),
        ("I;16", 256 * 77, 77),
        ("I;16", 65535, 255),
        ("P", 0, 0),
        ("RGBA", (5, 5, 5, 255), 5),
        ("LA", (6, 0), 255),
        ("LA", (6, 255), 6),
    ],
)
def test_colours_become_grey(folder, mode, value, grey):
    Image.new(mode, (3, 2), value).save(folder / "dog" / "x.png")
    np.testing.assert_array_equal(
        read_image_folder(folder, ReadOptions()).inputs[2], np.full((2, 3), grey)
    )


def test_jpeg_is_read(folder):
    Image.new("L", (3, 2), 100).save(folder / "dog" / "x.jpeg")
    np.testing.assert_array_equal(
        read_image_folder(folder, ReadOptions()).inputs[2], np.full((2, 3), 100)
    )


def test_an_image_of_another_size_is_named(folder):
    Image.new("L", (2, 2)).save(folder / "dog" / "x.png")
    with pytest.raises(DataError) as refused:
        read_image_folder(folder, ReadOptions())
    assert str(refused.value) == (
        f"{folder / 'dog' / 'x.png'}: expected an image of 2 x 3, like the first one, got 2 x 2. "
        "A network has one input for each pixel. Give all images one size first, such as 28 x 28."
    )


def test_a_folder_without_classes_is_refused(tmp_path):
    with pytest.raises(DataError) as refused:
        read_image_folder(tmp_path, ReadOptions())
    assert str(refused.value) == (
        f"{tmp_path}: expected a folder of pictures for each class, got an empty folder. "
        "Put the pictures of each class into a folder named after the class."
    )


def _png(header, *, content=b""):
    """A PNG file with this image header, whose checksum is right."""

    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    data = chunk(b"IDAT", zlib.compress(content))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def _size(width, height):
    return width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])


@pytest.mark.parametrize("side", [9_000, 12_000, 30_000, 2**31 - 1])
def test_a_header_that_promises_too_much_is_refused_in_small_memory(folder, side, small_memory):
    path = folder / "cat" / "1.png"
    path.write_bytes(_png(_size(side, side)))
    Image.preinit()
    with small_memory(2**22), pytest.raises(DataError) as refused:
        read_image_folder(folder, ReadOptions(limit=2**20))
    assert str(refused.value).startswith(f"{path}: expected a")


def test_broken_images_are_named(folder, attempt):
    path = folder / "dog" / "x.png"
    whole = path.read_bytes()
    broken = [b"", b"text", whole[:20], whole[:-20], _png(_size(3, 2), content=b"short")]
    broken += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(len(whole))]
    refusals = 0
    for content in broken:
        path.write_bytes(content)
        part, text = attempt(read_image_folder, folder, ReadOptions())
        refusals += part is None
        assert text.startswith(f"{path}: expected ") if part is None else len(part.inputs) == 3
        assert "<_io" not in text
    assert refusals > 40


@pytest.mark.parametrize("kind", ["BMP", "GIF", "TIFF", "PPM"])
def test_the_content_tells_the_format_whatever_the_name(folder, kind):
    path = folder / "dog" / "x.png"
    stream = io.BytesIO()
    Image.new("L", (3, 2), 40).save(stream, kind)
    path.write_bytes(stream.getvalue())
    np.testing.assert_array_equal(
        read_image_folder(folder, ReadOptions()).inputs[2], np.full((2, 3), 40)
    )


def test_the_limit_holds_for_one_image_and_for_all(folder):
    assert read_image_folder(folder, ReadOptions(limit=24)).inputs.shape == (3, 2, 3)
    with pytest.raises(DataError) as refused:
        read_image_folder(folder, ReadOptions(limit=23))
    assert str(refused.value) == (
        f"{folder / 'cat' / '1.png'}: expected a picture of at most 5 pixels, got 3 x 2 = 6. "
        "Make it smaller first."
    )
    for copy in "abc":
        Image.new("L", (3, 2)).save(folder / "dog" / f"{copy}.png")
    with pytest.raises(DataError) as refused:
        read_image_folder(folder, ReadOptions(limit=35))
    assert str(refused.value) == (
        f"{folder}: expected at most 35 bytes of content, "
        "got 6 images of 2 x 3, which make 36. "
        "Raise the limit (--limit BYTES) if the file is supposed to be that large."
    )
