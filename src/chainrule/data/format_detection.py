"""Tell what a user's file or folder is, and give it to the reader for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chainrule.data.csv_table import read_csv
from chainrule.data.idx_folder import find_idx, read_idx_pair
from chainrule.data.image_folder import read_image_folder
from chainrule.data.npz import read_npz
from chainrule.data.parquet import read_parquet
from chainrule.data.reader import RawPart, Reading
from chainrule.data.streams import translated
from chainrule.errors import DataError

__all__ = ["read_source"]

_Pair = tuple[RawPart, RawPart | None]
_TABLES: dict[str, Callable[[Path, Reading], RawPart]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".parquet": read_parquet,
    ".pq": read_parquet,
}


def read_source(path: Path, reading: Reading) -> _Pair:
    """The training part and, where there is one, the test part at a path that exists.

    Raises: what the readers raise; DataError for what is none of their formats.
    """
    return _folder(path, reading) if path.is_dir() else _file(path, reading)


def _format(path: Path) -> str:
    """The suffix that tells the format: that before .gz or .xz."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in (".gz", ".xz"):
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _file(path: Path, reading: Reading) -> _Pair:
    if _format(path) == ".npz":
        return read_npz(path, reading)
    if _format(path) not in _TABLES:
        why = "An IDX file is read together with its labels: give the folder that holds both"
        raise DataError(
            str(path),
            expected="a file that ends in .npz, " + ", ".join(_TABLES),
            got=repr(path.name),
            why=why if "idx" in path.name else "",
        )
    return _TABLES[_format(path)](path, reading), None


def _folder(folder: Path, reading: Reading) -> _Pair:
    if find_idx(folder):
        return read_idx_pair(folder, reading)
    train, test = (_part(folder, name) for name in ("train", "test"))
    if train is None or test is None:
        return read_image_folder(folder, reading), None
    return _whole(train, reading), _whole(test, reading)


def _part(folder: Path, name: str) -> Path | None:
    """The one file or folder of this name, whatever its suffix."""
    with translated(str(folder)):
        found = sorted(path for path in folder.iterdir() if path.name.partition(".")[0] == name)
    if len(found) > 1:
        raise DataError(
            str(folder),
            expected=f"one file or folder called {name}",
            got=" and ".join(path.name for path in found[:3]),
        )
    return found[0] if found else None


def _whole(path: Path, reading: Reading) -> RawPart:
    """All of a file or folder as one part."""
    if path.is_dir():
        return read_image_folder(path, reading)
    train, test = _file(path, reading)
    if test is not None:
        raise DataError(str(path), expected="one part", got="arrays for two parts")
    return train
