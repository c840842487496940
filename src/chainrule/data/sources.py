"""Loading of data by name or from a path of any format, as a training set and a test set."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from chainrule.data.catalogue import CATALOGUE
from chainrule.data.dataset import DatasetPair
from chainrule.data.download import Observer
from chainrule.data.file_state import FileState
from chainrule.data.folder_layout import choose_parts, enter_folder
from chainrule.data.idx import find_idx, is_idx_name, read_idx_pair
from chainrule.data.image_folder import read_image_folder
from chainrule.data.mnist import load_mnist, mnist_states
from chainrule.data.numpy_files import find_npy, read_npy_folder, read_npz
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.registry import download_states, load_named
from chainrule.data.split_assembly import assemble_pair
from chainrule.data.table_assembly import assemble_tables
from chainrule.data.tables import (
    TABLE_SUFFIXES,
    is_data_frame,
    read_data_frame,
    read_table_file,
    table_suffix,
)
from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import DataError, FileError, InputError, describe, unknown_name
from chainrule.schema import DataTable, Schema

__all__ = ["dataset_names", "load_dataset", "read_source", "read_table", "verify_dataset"]


def dataset_names() -> tuple[str, ...]:
    """The names that `load_dataset` knows; MNIST, which needs no download, is the first.

    Example:
        >>> dataset_names()[:3]
        ('mnist', 'fashion_mnist', 'kmnist')
    """
    return ("mnist", *CATALOGUE)


def load_dataset(
    source: Any,
    *,
    target: str | int = "last",
    task: str | None = None,
    drop: Sequence[str] = (),
    category: Sequence[str] = (),
    number: Sequence[str] = (),
    date: Sequence[str] = (),
    missing: Sequence[str] = (),
    table: str | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    pixels: bool | None = None,
    schema: Schema | None = None,
    class_names: Sequence[str] | None = None,
    test_fraction: float = 0.2,
    seed: int = 0,
    limit: int | None = None,
    offline: bool | None = None,
    observe: Observer | None = None,
) -> DatasetPair:
    """Load a data set as a training set and a test set.

    A path may lead to a table (text such as CSV, plain or compressed, ARFF, Excel, SQLite, Parquet
    or Feather), to an NPZ file or a folder of NPY files, to a folder with the four IDX files of a
    set like MNIST, to a folder with a folder of pictures for each class, or to a folder with two of
    any of these called train and test, or as people write that (training, testing, val, test_images
    …). If there is no test part, one is held out, and the names of both parts say so.

    Args:
        source: a name of `dataset_names`, or a path; write "./mnist" for a folder called mnist,
            and "file.db::name" for a table of a database or a sheet of a workbook. In Python also
            a data frame of pandas, Polars or Arrow.
        target: the column of a table to learn: "last", "first", its name, or its number from 0.
        task: "classes" for labels, "numbers" for targets to approximate; None decides by the
            values: texts, and few different whole numbers, are classes.
        drop: names of columns of a table that are not inputs.
        category: names of columns whose values are categories, whatever they look like.
        number: names of columns that are numbers.
        date: names of columns that are dates.
        missing: texts that stand for a missing cell, beside "", "?", "NA" and their like.
        table: the sheet of a workbook, or the table of a database; None for the first sheet, or
            the only table.
        header: whether a table's first row names the columns; None detects it.
        delimiter: separator of a text table's fields; None detects comma, semicolon, tab, bar or
            white space.
        pixels: whether numbers are grey values, 0 to 255, to be seen as 0 to 1; None
            detects it.
        schema: that of a network, by which tables are read to judge it; None learns one.
        class_names: the classes in order, if they are known; None for those that occur.
        test_fraction: fraction to hold out if there is no test part, above 0 and below 1.
        seed: seed for the choice of the examples held out.
        limit: greatest number of bytes that a file may unpack to; None for 100 times its size, at
            least 32 MiB and at most 4 GiB; for text 32 times its size, at least 8 MiB.
        offline: whether downloads are switched off; None for the setting of CHAINRULE_OFFLINE.
        observe: called with a file's name, its bytes so far and all of them, while it downloads.

    Returns: the two sets, `train` and `test`.
    Raises: UnknownNameError, InputError, ShapeError, DataError, IntegrityError, FileError,
        DownloadError, MissingLibraryError.

    Example:
        >>> digits = load_dataset("mnist")
        >>> len(digits.train), len(digits.test), digits.train.shape
        (60000, 10000, (28, 28))
    """
    options = ReadOptions(
        target=target,
        task=task,
        drop=drop,
        category=category,
        number=number,
        date=date,
        missing=missing,
        table=table,
        header=header,
        delimiter=delimiter,
        pixels=pixels,
        class_names=class_names,
        test_fraction=test_fraction,
        seed=seed,
        limit=limit,
    )
    if isinstance(source, str) and source == "mnist":
        return load_mnist()
    if isinstance(source, str) and source in CATALOGUE:
        return load_named(CATALOGUE[source], offline=offline, observe=observe)
    if is_data_frame(source):
        return assemble_tables(
            "data frame", "", options, read_data_frame(source), None, schema=schema
        )
    path, table = _find_path(source)
    options = replace(options, table=table or options.table)
    train, test = read_source(path, options)
    if isinstance(train, DataTable) and (test is None or isinstance(test, DataTable)):
        return assemble_tables(path.name, str(source), options, train, test, schema=schema)
    if isinstance(train, DataTable) or isinstance(test, DataTable):
        raise DataError(str(path), expected="two tables, or none", got="a table and arrays")
    return assemble_pair(path.name, str(source), options, train, test)


def read_table(
    source: Any,
    *,
    table: str | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    limit: int | None = None,
) -> DataTable:
    """Read a table as it stands, without asking what its columns mean; `match_table` does that.

    Args:
        source: the path of a table, or a data frame, as for `load_dataset`.
        table: the sheet of a workbook, or the table of a database.
        header: whether the first row names the columns; None detects it.
        delimiter: separator of a text table's fields; None detects it.
        limit: greatest number of bytes that a file may unpack to; None for 100 times its size, at
            least 32 MiB and at most 4 GiB; for text 32 times its size, at least 8 MiB.

    Raises: InputError, DataError, FileError, UnknownNameError.

    Example:
        >>> import pyarrow
        >>> read_table(pyarrow.table({"size": [1, 2], "kind": ["a", "b"]})).names
        ('size', 'kind')
    """
    if is_data_frame(source):
        return read_data_frame(source)
    path, named = _find_path(source)
    options = ReadOptions(table=named or table, header=header, delimiter=delimiter, limit=limit)
    found = read_source(path, options)[0]
    if isinstance(found, DataTable):
        return found
    raise DataError(str(path), expected="a table with rows and columns", got="arrays or images")


def verify_dataset(name: str) -> tuple[FileState, ...]:
    """The state of each file that a named set needs: the package's own, or those downloaded.

    Raises: UnknownNameError, FileError.
    """
    if name == "mnist":
        return mnist_states()
    if name not in CATALOGUE:
        raise unknown_name("verify_dataset", "a data set", name, dataset_names(), argument="name")
    return download_states(CATALOGUE[name])


class _Located(NamedTuple):
    """A path, and the name of a table in the file; "" for none."""

    path: Path
    table: str = ""


def _find_path(source: Any) -> _Located:
    if not isinstance(source, (str, os.PathLike)) or not _is_path(os.fsdecode(source)):
        raise InputError(
            "load_dataset",
            expected="source to be a name or a path",
            got=describe(source),
            argument="source",
            value=source,
        )
    path = Path(os.fsdecode(source))
    file, mark, table = os.fsdecode(source).rpartition("::")
    with translate_errors(str(path)):
        if path.exists():
            return _Located(path)
        if mark and Path(file).is_file():
            return _Located(Path(file), table)
    if isinstance(source, str) and not path.suffix and len(path.parts) < 2:
        raise unknown_name(
            "load_dataset", "a data set or a path", source, dataset_names(), argument="source"
        )
    raise FileError(str(path), expected="a file or a folder", got="no such file", argument="source")


def _is_path(text: str) -> bool:
    return bool(text) and "\0" not in text


_Part = RawPart | DataTable
_Pair = tuple[_Part, _Part | None]

_SAVE_ARRAYS = "In Python, save the arrays with numpy.savez('data.npz', x_train=…, y_train=…)"
_REMEDIES = {
    **dict.fromkeys((".pt", ".pth", ".pkl", ".pickle", ".mat", ".h5", ".hdf5"), _SAVE_ARRAYS),
    ".npy": "Give the folder that holds x_train.npy and y_train.npy",
    **dict.fromkeys((".xls", ".ods"), "Save it as .xlsx or .csv"),
}
"""What to do about files of well-known formats that are not read; some could run a program."""


def read_source(path: Path, options: ReadOptions) -> _Pair:
    """The training part and, if there is one, the test part at a path that exists.

    Raises: what the readers raise; DataError for what is none of their formats.
    """
    return _folder(path, options) if path.is_dir() else _file(path, options)


def _file(path: Path, options: ReadOptions) -> _Pair:
    if table_suffix(path) == ".npz":
        return read_npz(path, options)
    if is_idx_name(path):
        return read_idx_pair(path, options)
    if table_suffix(path) not in TABLE_SUFFIXES:
        raise DataError(
            str(path),
            expected="a file that ends in .npz, " + ", ".join(TABLE_SUFFIXES),
            got=repr(path.name),
            remedy=_REMEDIES.get(table_suffix(path), ""),
        )
    return read_table_file(path, options), None


def _folder(folder: Path, options: ReadOptions) -> _Pair:
    folder = enter_folder(folder)
    if find_idx(folder):
        return read_idx_pair(folder, options)
    if find_npy(folder):
        return read_npy_folder(folder, options)
    chosen = choose_parts(folder)
    train = _read_whole(chosen.train, options)
    train = replace(train, remarks=(*chosen.remarks, *train.remarks))
    return train, None if chosen.test is None else _read_whole(chosen.test, options)


def _read_whole(path: Path, options: ReadOptions) -> _Part:
    """All of a file or folder as one part."""
    if path.is_dir():
        return read_image_folder(path, options)
    train, test = _file(path, options)
    if test is not None:
        raise DataError(str(path), expected="one part", got="arrays for two parts")
    return train
