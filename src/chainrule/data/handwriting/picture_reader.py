"""A picture of handwriting from a picture file or a CSV file, as grey values."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from chainrule.data.handwriting.number_text import read_numbers
from chainrule.data.picture_decoding import (
    MOST_SHRUNK_PIXELS,
    GreyPicture,
    decode_picture,
    shrink,
)
from chainrule.data.picture_formats import FORMATS_TEXT, read_picture_bytes, recognise_format
from chainrule.errors import DataError

__all__ = ["GreyPicture", "decode_photo", "read_picture"]


def read_picture(path: str | Path) -> GreyPicture:
    """Read a grey picture from a picture file or a CSV file; its content determines the format.

    Picture files are decoded as `decode_picture` says, and shrunk by a whole factor if they have
    more than 1.5 million pixels, each new pixel the mean of a block. CSV holds numbers from 0 to
    255 or from 0 to 1: a grid, or one row of 784 (or any square number), or one row of 785 with
    the label first.

    Args:
        path: the file; at most 50 million pixels, 128 MiB, or 4 million numbers.

    Raises: FileError if it cannot be read, DataError if it holds no such picture,
        MissingLibraryError for HEIC without pillow-heif.
    """
    where = str(path)
    content = read_picture_bytes(path)
    if recognise_format(content) is not None:
        return decode_photo(where, content)
    if not content or b"\0" in content[:4096]:
        raise DataError(
            where,
            expected=f"a picture ({FORMATS_TEXT}) or a CSV file",
            got=f"one that begins with {content[:8]!r}" if content else "an empty file",
            remedy="Save the picture as PNG or JPEG",
        )
    numbers, remarks = read_numbers(where, content)
    grey = numbers.astype(np.float32)
    return GreyPicture(shrink(grey), "CSV", (grey.shape[0], grey.shape[1]), where, remarks)


def decode_photo(where: str, content: bytes) -> GreyPicture:
    """Decode a picture file, and shrink it as `read_picture` does.

    Args:
        where: the file, for error texts.
        content: the bytes of the file.

    Raises: as `decode_picture`.
    """
    return decode_picture(where, content, shrink_to=MOST_SHRUNK_PIXELS)
