"""A folder of grey images for each class."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import ChainruleError, DataError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["class_folders", "read_image_folder"]

_SUFFIXES = (".png", ".jpg", ".jpeg")


def class_folders(folder: Path) -> list[Path]:
    """The folders in a folder that hold images, which are one a class, by name.

    Raises: FileError.
    """
    with translate_errors(str(folder)):
        inside = sorted(path for path in folder.iterdir() if path.is_dir())
        return [path for path in inside if _images(path)]


def _images(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    return sorted(path for path in found if path.is_file())


def read_image_folder(folder: Path, options: ReadOptions) -> RawPart:
    """The PNG and JPEG images in a folder's folders, whose names are the classes.

    Colours become grey; all images must have the size of the first.

    Raises: FileError; DataError that names the image.
    """
    folders = class_folders(folder)
    if not folders:
        raise DataError(
            str(folder), expected="a folder of PNG or JPEG images for each class", got="none"
        )
    files = [(path, inside.name) for inside in folders for path in _images(inside)]
    first = _grey(files[0][0], None, options.limit)
    size = len(files) * first.size
    if size > options.limit:
        shape = " x ".join(map(str, first.shape))
        raise DataError(
            str(folder),
            expected=f"at most {options.limit} bytes of images",
            got=f"{len(files)} images of {shape}, which make {size}",
            remedy="Raise the limit if the folder is supposed to be that large",
        )
    inputs = np.empty((len(files), *first.shape), np.uint8)
    for row, (path, _) in enumerate(files):
        inputs[row] = _grey(path, first.shape, options.limit)
    names = [str(path.relative_to(folder)) for path, _ in files]
    labels = [label for _, label in files]
    return RawPart(str(folder), inputs, labels, place=names.__getitem__)


def _grey(path: Path, shape: tuple[int, ...] | None, limit: int) -> NDArray[np.uint8]:
    """An image as grey values, (height, width), where it has the right shape."""
    with translate_errors(str(path)), path.open("rb") as file:
        try:
            return _decode(file, path, shape, limit)
        except (ChainruleError, MemoryError):
            raise
        except Exception as error:
            # Pillow has no error of its own: a broken image raises whatever comes of it.
            reason = str(error) or type(error).__name__
            reason = reason.replace(repr(file), "the file")
            raise DataError(str(path), expected="an intact PNG or JPEG", got=reason) from None


def _decode(
    file: IO[bytes], path: Path, shape: tuple[int, ...] | None, limit: int
) -> NDArray[np.uint8]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file, formats=("PNG", "JPEG")) as image:
            found = (image.height, image.width)
            if shape is not None and found != shape:
                raise DataError(
                    str(path),
                    expected=f"an image of {shape[0]} x {shape[1]}, as the first one",
                    got=f"{found[0]} x {found[1]}",
                )
            # Colours take four bytes a pixel while they are decoded.
            if 4 * image.height * image.width > limit:
                raise DataError(
                    str(path),
                    expected=f"an image of at most {limit // 4} pixels",
                    got=f"{found[0]} x {found[1]}",
                )
            return _grey_values(image)


def _grey_values(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I"):
        # Sixteen bits a pixel, which a conversion would cut off at 255.
        return (np.asarray(image, dtype=np.uint32) >> 8).astype(np.uint8)
    return np.asarray(image.convert("L"), dtype=np.uint8)
