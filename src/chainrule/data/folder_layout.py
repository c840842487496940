"""The layouts of folders of pictures: parts such as train and test, and a folder for each class."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from chainrule.data.picture_formats import PICTURE_SUFFIXES, is_picture_file
from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import DataError

__all__ = [
    "FolderParts",
    "choose_parts",
    "class_folders",
    "enter_folder",
    "list_files",
    "list_pictures",
]

_WHOLE = r"(?:s|set|data|images?|imgs?|pictures?|files?|part|split|folder)?"
_PART_NAMES = {
    "train": re.compile(rf"tr(?:ai)?n(?:ing)?{_WHOLE}"),
    "test": re.compile(rf"(?:te?st(?:ing)?|t10k){_WHOLE}"),
    "validation": re.compile(rf"(?:val|valid|validate|validation|dev){_WHOLE}"),
}
_DEEPEST = 3
"""How many folders that hold nothing but one folder are gone into."""
_NOTES = (".txt", ".md", ".rst", ".pdf", ".html")


@dataclass(frozen=True)
class FolderParts:
    """Where the parts of a data set are.

    Args:
        train: the file or folder to learn from.
        test: the one to be judged by; None to hold examples out of the other.
        remarks: sentences on what was left out.
    """

    train: Path
    test: Path | None = None
    remarks: tuple[str, ...] = ()


def choose_parts(folder: Path) -> FolderParts:
    """Return the parts in a folder, or the folder itself where it has none.

    Files or folders called train and test are parts; so are training, testing, train_images,
    testSet, t10k and the like, whatever their suffixes. One called val or validation is the test
    part where there is no other.

    Raises: FileError; DataError if two of them claim one part.
    """
    inside = _visible(folder)
    train, test, validation = (_find_part(folder, inside, name) for name in _PART_NAMES)
    alone = test is None and validation is None
    if train is None or (alone and class_folders(folder)):
        return FolderParts(folder)
    remarks = []
    if test is not None and test.is_dir() and not class_folders(test):
        remarks.append(f"{test.name}: pictures without folders for their classes, left out.")
        test = None
    if validation is not None and test is not None:
        remarks.append(
            f"{validation.name} was left out. To validate by it, set the validation set: "
            f"--validation {validation}"
        )
    elif validation is not None:
        remarks.append(f"{validation.name} was taken as the test part.")
    return FolderParts(train, test or validation, tuple(remarks))


def enter_folder(folder: Path) -> Path:
    """The folder, or the one that it holds beside nothing but notes, as archives often have it.

    Raises: FileError.
    """
    for _ in range(_DEEPEST):
        inside = [path for path in _visible(folder) if not _is_note(path)]
        if len(inside) != 1 or not inside[0].is_dir() or _holds_pictures(inside[0]):
            break
        folder = inside[0]
    return folder


def _find_part(folder: Path, inside: list[Path], name: str) -> Path | None:
    stems = {path: path.name.partition(".")[0] for path in inside}
    found = [path for path in inside if stems[path] == name]
    if not found:
        plain = {path: re.sub(r"[^a-z0-9]", "", stem.lower()) for path, stem in stems.items()}
        found = [path for path in inside if _PART_NAMES[name].fullmatch(plain[path])]
    if len(found) > 1:
        raise DataError(
            str(folder),
            expected=f"one file or folder called {name}",
            got=" and ".join(path.name for path in found[:3]),
        )
    return found[0] if found else None


def _is_note(path: Path) -> bool:
    named = path.suffix.lower() in _NOTES or path.name.lower().startswith(("readme", "license"))
    return named and not path.is_dir()


def class_folders(folder: Path) -> list[Path]:
    """The folders in a folder that hold pictures, which are one a class, by name.

    Where a folder holds nothing but one folder, as archives often do, `enter_folder` goes into it.

    Raises: FileError.
    """
    with translate_errors(str(folder)):
        inside = [path for path in _visible(enter_folder(folder)) if path.is_dir()]
        return [path for path in inside if _holds_pictures(path)]


def _visible(folder: Path) -> list[Path]:
    """What is in a folder, by name, without what systems and archives hide."""
    with translate_errors(str(folder)):
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))


def list_pictures(folder: Path) -> list[Path]:
    """The pictures in a folder, by name: files whose ending, or else whose content, says so.

    Raises: FileError.
    """
    return [path for path in list_files(folder) if _is_picture(path)]


def _holds_pictures(folder: Path) -> bool:
    return any(map(_is_picture, list_files(folder)))


def list_files(folder: Path) -> list[Path]:
    """The files in a folder, by name, without hidden ones.

    Raises: FileError.
    """
    with translate_errors(str(folder)), os.scandir(folder) as entries:
        names = [one.name for one in entries if one.is_file() and not one.name.startswith(".")]
    return [folder / name for name in sorted(names)]


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES or is_picture_file(path)
