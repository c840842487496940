"""A folder of pictures for each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chainrule.data.folder_layout import class_folders, list_files, list_pictures
from chainrule.data.picture_decoding import MOST_PIXELS, GreyPicture, decode_picture
from chainrule.data.picture_formats import read_picture_bytes
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.untrusted_files import stored_size, translate_errors
from chainrule.errors import DataError

__all__ = ["read_image_folder"]

_COLOUR_BYTES = 4
"""Colours take as many bytes a pixel while they are decoded."""
_MOST_LISTED = 6


def read_image_folder(folder: Path, options: ReadOptions) -> RawPart:
    """The pictures in a folder's folders, whose names are the classes.

    Pictures are decoded as `decode_picture` says: colours become grey, transparent parts white,
    and EXIF notes are followed. All must have the size of the first. Files that are no pictures
    are counted in a remark.

    Raises: FileError; DataError that names the picture.
    """
    folders = class_folders(folder)
    if not folders:
        raise _no_classes(folder)
    files = [(path, inside.name) for inside in folders for path in list_pictures(inside)]
    first = _read(files[0][0], options)
    shape = first.grey.shape
    size, sides = len(files) * first.grey.size, " x ".join(map(str, shape))
    limit = options.content_limit(folder, sum(stored_size(path) for path, _ in files))
    limit.check(size, f"{len(files)} images of {sides}, which make {size}")
    inputs = np.empty((len(files), *shape), np.uint8)
    remarks: Counter[str] = Counter()
    for row, (path, _) in enumerate(files):
        picture = _read(path, options)
        if picture.grey.shape != shape:
            raise _other_size(path, picture.grey.shape, shape)
        inputs[row] = _bytes(picture)
        remarks.update(picture.remarks)
    names = [str(path.relative_to(folder)) for path, _ in files]
    labels = [label for _, label in files]
    return RawPart(
        str(folder),
        inputs,
        labels,
        place=names.__getitem__,
        remarks=(*_count_remarks(remarks), *_left_out(folders, len(files))),
    )


def _read(path: Path, options: ReadOptions) -> GreyPicture:
    content = read_picture_bytes(path)
    limit = options.content_limit(path, len(content))
    pixels = limit.size // _COLOUR_BYTES
    most = min(MOST_PIXELS, pixels) if limit.reason else pixels
    return decode_picture(str(path), content, most_pixels=most)


def _bytes(picture: GreyPicture) -> NDArray[np.uint8]:
    return np.asarray(np.rint(picture.grey * np.float32(255)), np.uint8)


def _other_size(path: Path, found: tuple[int, ...], shape: tuple[int, ...]) -> DataError:
    return DataError(
        str(path),
        expected=f"an image of {shape[0]} x {shape[1]}, like the first one",
        got=f"{found[0]} x {found[1]}",
        why="A network has one input for each pixel",
        remedy="Give all images one size first, such as 28 x 28",
    )


def _no_classes(folder: Path) -> DataError:
    pictures, files = len(list_pictures(folder)), [path.name for path in list_files(folder)]
    with translate_errors(str(folder)):
        inside = sorted(path.name for path in folder.iterdir() if path.is_dir())
    found = [
        f"{pictures} pictures without a folder for their class" if pictures else "",
        f"folders without pictures: {_listed(inside)}" if inside else "",
        f"other files: {_listed(files)}" if files and not pictures else "",
    ]
    return DataError(
        str(folder),
        expected="a folder of pictures for each class",
        got=" and ".join(filter(None, found)) or "an empty folder",
        remedy="Put the pictures of each class into a folder named after the class",
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")


def _count_remarks(remarks: Counter[str]) -> Iterable[str]:
    for sentence, count in remarks.items():
        pictures = "1 picture" if count == 1 else f"{count} pictures"
        yield f"Of {pictures}: {sentence}"


def _left_out(folders: Sequence[Path], pictures: int) -> Iterable[str]:
    others = sum(len(list_files(one)) for one in folders) - pictures
    if others:
        files = "1 file in the folders of the classes is no picture and was"
        many = f"{others} files in the folders of the classes are no pictures and were"
        yield f"{files if others == 1 else many} left out."
