"""The one decoder: formats, depths, transparency, orientation and hostile files."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image

from chainrule.data.picture_decoding import decode_picture
from chainrule.data.picture_formats import FORMATS_TEXT, recognise_format
from chainrule.errors import DataError, MissingLibraryError

LEVELS = np.array([[0, 51, 102], [153, 204, 255]], np.uint8)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def heif(image: Image.Image, **options) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif")
    stream = io.BytesIO()
    pillow_heif.from_pillow(image).save(stream, quality=-1, **options)
    return stream.getvalue()


def levels(content: bytes) -> np.ndarray:
    return np.rint(decode_picture("a", content).grey * 255)


@pytest.mark.parametrize(
    ("kind", "options", "name"),
    [
        ("PNG", {}, "PNG"),
        ("WEBP", {"lossless": True}, "WebP"),
        ("BMP", {}, "BMP"),
        ("GIF", {}, "GIF"),
        ("TIFF", {}, "TIFF"),
        ("TIFF", {"compression": "tiff_lzw"}, "TIFF"),
        ("TIFF", {"big_tiff": True}, "TIFF"),
        ("PPM", {}, "PNM"),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_formats_without_loss(kind, options, name, mode) -> None:
    content = encoded(Image.fromarray(LEVELS).convert(mode), kind, **options)
    picture = decode_picture("a", content)
    np.testing.assert_array_equal(np.rint(picture.grey * 255), LEVELS)
    assert (picture.kind, picture.size, picture.remarks) == (name, (2, 3), ())
    assert picture.grey.dtype == np.float32


def test_heic() -> None:
    grey = np.repeat(np.repeat(LEVELS, 32, axis=0), 32, axis=1)
    picture = decode_picture("a", heif(Image.fromarray(grey).convert("RGB")))
    np.testing.assert_allclose(picture.grey * 255, grey, atol=3)
    assert picture.kind == "HEIC"


def test_heic_without_its_library(monkeypatch) -> None:
    content = heif(Image.new("RGB", (64, 64)))
    for name in [name for name in sys.modules if name.startswith("pillow_heif")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingLibraryError) as caught:
        decode_picture("a.heic", content)
    assert str(caught.value) == (
        "a.heic: expected the library that reads HEIC pictures, got no module pillow_heif. "
        "Install it with: pip install 'chainrule[heic]', or save the picture as PNG or JPEG."
    )


@pytest.mark.parametrize(
    ("kind", "mode", "colour", "grey"),
    [
        ("TIFF", "CMYK", (0, 0, 0, 0), 255),
        ("TIFF", "CMYK", (0, 0, 0, 255), 0),
        ("JPEG", "CMYK", (0, 0, 0, 0), 255),
        ("PNG", "1", 1, 255),
        ("PNG", "LA", (0, 0), 255),
        ("PNG", "LA", (9, 255), 9),
        ("PNG", "RGBA", (0, 0, 0, 51), 204),
        ("WEBP", "RGBA", (0, 0, 0, 0), 255),
        ("PNG", "I;16", 65535, 255),
        ("PNG", "I;16", 257 * 99, 99),
        ("PNG", "I;16", 255, 1),
        ("TIFF", "I;16", 257 * 99, 99),
        ("PPM", "I", 257 * 99, 99),
        ("TIFF", "F", 0.2, 51),
        ("JPEG", "YCbCr", (77, 128, 128), 77),
        ("PNG", "P", 0, 0),
    ],
)
def test_depths_and_colours(kind, mode, colour, grey) -> None:
    content = encoded(Image.new(mode, (3, 2), colour), kind)
    np.testing.assert_array_equal(levels(content), np.full((2, 3), grey))


@pytest.mark.parametrize(("mode", "value", "top"), [("F", 7.5, 1), ("I", 70_000, 65535)])
def test_values_without_a_known_top_are_refused(mode, value, top) -> None:
    with pytest.raises(DataError) as caught:
        decode_picture("a.tif", encoded(Image.new(mode, (3, 2), value), "TIFF"))
    assert str(caught.value) == (
        f"a.tif: expected grey values from 0 to {top}, got values from {value:g} to {value:g}. "
        "Save the picture with 8 or 16 bits a pixel."
    )


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_turned_by_its_note(kind) -> None:
    note = Image.Exif()
    note[0x0112] = 6
    stored = np.full((16, 32), 250, np.uint8)
    stored[:, :16] = 5
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = decode_picture("a", encoded(Image.fromarray(stored), kind, exif=note, **options))
    assert picture.size == picture.grey.shape == (32, 16)
    assert picture.grey[:14].max() < 0.1 < 0.9 < picture.grey[18:].min()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_the_first_of_several_frames(kind) -> None:
    first, second = (Image.new("L", (8, 8), grey) for grey in (200, 20))
    content = encoded(first.convert("RGB"), kind, save_all=True, append_images=[second])
    picture = decode_picture("a", content)
    np.testing.assert_allclose(picture.grey * 255, 200, atol=2)
    assert picture.remarks == ("The file holds several pictures; the first was taken.",)


def test_all_pixels_stay_unless_it_is_to_be_shrunk() -> None:
    content = encoded(Image.new("L", (400, 300), 40), "PNG")
    assert decode_picture("a", content).grey.shape == (300, 400)
    assert decode_picture("a", content, shrink_to=1000).grey.shape == (25, 34)


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_a_picture_of_many_strips(mode) -> None:
    levels = np.full((2300, 1000), 200, np.uint8)
    levels[2200:] = 40
    picture = decode_picture("a", encoded(Image.fromarray(levels).convert(mode), "PNG"))
    np.testing.assert_array_equal(np.rint(picture.grey * 255), levels)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        decode_picture("a.png", b"<svg/>")
    assert str(caught.value) == (
        f"a.png: expected a picture: {FORMATS_TEXT}, got a file that begins with b'<svg/>'. "
        "Save the picture as PNG or JPEG."
    )
    with pytest.raises(DataError, match="got an empty file"):
        decode_picture("a.png", b"")


@pytest.mark.parametrize("brand", [b"avif", b"isom", b"mif1\0\0\0\0avif"])
def test_other_files_in_boxes_are_no_heic(brand) -> None:
    assert recognise_format(b"\0\0\0\x20ftyp" + brand) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "HEIC"])
def test_cut_and_flipped_files_are_refused_in_one_line(kind) -> None:
    draw = np.random.default_rng(2)
    image = Image.fromarray(draw.integers(0, 256, (40, 40, 3), dtype=np.uint8))
    whole = heif(image) if kind == "HEIC" else encoded(image, kind)
    said = []
    for _ in range(120):
        content = bytearray(whole)
        for at in draw.integers(16, min(len(content), 600), 3):
            content[at] ^= 1 << draw.integers(8)
        said.append(outcome(bytes(content[: draw.integers(16, len(content) + 1)])))
    assert sum(text != "grey" for text in said) > 60
    assert all(text == "grey" or text.startswith("a: expected a") for text in said)
    assert not any("\n" in text or "<_io" in text for text in said)


def outcome(content: bytes) -> str:
    """What is said of a file: why it is refused, or that its numbers are grey values."""
    try:
        grey = decode_picture("a", content).grey
    except DataError as error:
        return str(error)
    return "grey" if np.isfinite(grey).all() and 0 <= grey.min() <= grey.max() <= 1 else "wrong"


@pytest.mark.parametrize("kind", ["BMP", "GIF", "TIFF", "WEBP"])
def test_a_header_that_promises_too_much_is_refused(kind) -> None:
    content = encoded(Image.new("L", (300, 200)), kind)
    with pytest.raises(DataError) as caught:
        decode_picture("a", content, most_pixels=59_999)
    assert str(caught.value) == (
        "a: expected a picture of at most 59,999 pixels, got 300 x 200 = 60,000. "
        "Make it smaller first."
    )
