"""The formats of picture files: recognised by their first bytes, opened by the library for each."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import DataError, MissingLibraryError
from chainrule.storage import open_regular

__all__ = [
    "FORMATS_TEXT",
    "PICTURE_SUFFIXES",
    "PictureFormat",
    "is_picture_file",
    "read_picture_bytes",
    "recognise_format",
]

FORMATS_TEXT = "PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or PNM"
"""The formats that can be read, for error texts."""

PICTURE_SUFFIXES = frozenset(
    (
        *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".gif"),
        *(".tif", ".tiff", ".heic", ".heif", ".hif", ".pbm", ".pgm", ".ppm", ".pnm"),
    )
)
"""Endings of file names that promise a picture. The content decides which format it is."""

_HEAD = 64  # bytes that `recognise_format` needs

_MOST_BYTES = 128 * 2**20
_PIECE = 2**16
_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")
)


@dataclass(frozen=True)
class PictureFormat:
    """A format of picture files.

    Args:
        name: as people call it, such as "PNG".
        module: the module that reads it.
        opener: the class in that module that takes an open file.
    """

    name: str
    module: str
    opener: str

    def open(self, where: str, content: bytes) -> Any:
        """Return the picture, of which no more than the header has been decoded.

        Pillow looks at a file's content for each format it knows; only this one is tried here, so
        that a hostile file meets no other decoder.

        Raises: MissingLibraryError; whatever the decoder raises for a broken header.
        """
        try:
            opener: Callable[[Any], Any] = getattr(import_module(self.module), self.opener)
        except ImportError:
            raise MissingLibraryError(
                where,
                expected=f"the library that reads {self.name} pictures",
                got="no module pillow_heif",
                remedy="Install it with: pip install 'chainrule[heic]', or save the picture as "
                "PNG or JPEG",
            ) from None
        return opener(io.BytesIO(content))


_PNG = PictureFormat("PNG", "PIL.PngImagePlugin", "PngImageFile")
_JPEG = PictureFormat("JPEG", "PIL.JpegImagePlugin", "JpegImageFile")
_GIF = PictureFormat("GIF", "PIL.GifImagePlugin", "GifImageFile")
_BMP = PictureFormat("BMP", "PIL.BmpImagePlugin", "BmpImageFile")
_TIFF = PictureFormat("TIFF", "PIL.TiffImagePlugin", "TiffImageFile")
_WEBP = PictureFormat("WebP", "PIL.WebPImagePlugin", "WebPImageFile")
_PNM = PictureFormat("PNM", "PIL.PpmImagePlugin", "PpmImageFile")
_HEIC = PictureFormat("HEIC", "pillow_heif.as_plugin", "HeifImageFile")

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"\xff\xd8\xff", _JPEG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"BM", _BMP),
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
    (b"II+\0", _TIFF),
    (b"MM\0+", _TIFF),
)


def recognise_format(head: bytes) -> PictureFormat | None:
    r"""Return the format of a picture file, or None if it is none of those that can be read.

    Args:
        head: the file's first bytes, 64 of them if it has as many.

    Example:
        >>> recognise_format(b"GIF89a\x05\0\x05\0").name
        'GIF'
        >>> recognise_format(b"0,255,51,0") is None
        True
    """
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS and b"avif" not in head[:_HEAD]:
        return _HEIC
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return _PNM
    return None


def is_picture_file(path: str | Path) -> bool:
    """Return whether a file begins as a picture does.

    Raises: FileError.
    """
    with translate_errors(str(path)), open_regular(path) as file:
        return recognise_format(file.read(_HEAD)) is not None


def read_picture_bytes(path: str | Path) -> bytes:
    """Return the bytes of a picture file, of which there are at most 128 MiB.

    Raises: FileError if it cannot be read; DataError if it is larger.
    """
    where, content = str(path), bytearray()
    with translate_errors(where), open_regular(path) as file:
        # Piece by piece, since a reader asked for so much would set all of it aside.
        while piece := file.read(_PIECE):
            content += piece
            if len(content) > _MOST_BYTES:
                got = f"more than {_MOST_BYTES // 2**20} MiB"
                raise DataError(where, expected="a picture file of a sensible size", got=got)
    return bytes(content)
