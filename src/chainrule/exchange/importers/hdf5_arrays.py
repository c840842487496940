"""Arrays of HDF5 files, read without following links out of the file or trusting sizes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, DataError
from chainrule.exchange.importers.foreign_model import Array, require_size

__all__ = ["attribute_texts", "open_hdf5", "read_dataset", "read_group"]


@contextmanager
def open_hdf5(source: Path | io.BytesIO, where: str) -> Iterator[Any]:
    """Open an HDF5 file for reading.

    Raises: DataError, also for what goes wrong while it is read.
    """
    import h5py

    try:
        with h5py.File(source, "r") as file:
            yield file
    except ChainruleError:
        raise
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(where, expected="a whole HDF5 file", got=reason) from None


def read_group(parent: Any, path: str, where: str) -> Any:
    """Return a group or dataset below another, by hard links alone.

    Raises: DataError for one that is not there, or lies in another file.
    """
    import h5py

    found = parent
    for part in filter(None, path.split("/")):
        is_group = isinstance(found, h5py.Group)
        link = found.get(part, getlink=True) if is_group and part in found else None
        if not isinstance(link, h5py.HardLink):
            raise DataError(
                where,
                expected=f"{path!r} in the file",
                got="nothing" if link is None else f"a link at {part!r}, which is not followed",
            )
        found = found[part]
    return found


def read_dataset(parent: Any, path: str, where: str, most: int) -> Array:
    """Return the numbers of a dataset.

    Args:
        parent: the group that holds it.
        path: its path below the group.
        where: the file, for error texts.
        most: the most bytes that it may claim.

    Raises: DataError.
    """
    import h5py

    found = read_group(parent, path, where)
    if not isinstance(found, h5py.Dataset) or found.dtype.kind not in "fiu":
        got = str(getattr(found, "dtype", "a group"))
        raise DataError(where, expected=f"numbers at {path!r}", got=got)
    if found.external is not None or found.is_virtual:
        raise DataError(where, expected=f"numbers at {path!r}", got="a reference to another file")
    require_size(where, path, found.shape or (), found.dtype.itemsize, most)
    return np.asarray(found[()], found.dtype.newbyteorder("="))


def attribute_texts(group: Any, name: str, where: str) -> list[str]:
    """Return the texts of an attribute; those that are too long for one come in parts.

    Raises: DataError.
    """
    found: list[str] = []
    parts = [name] if name in group.attrs else []
    while f"{name}{len(parts)}" in group.attrs:
        parts.append(f"{name}{len(parts)}")
    if not parts:
        raise DataError(where, expected=f"an attribute {name!r}", got="none")
    for part in parts:
        values = np.asarray(group.attrs[part]).reshape(-1).tolist()
        found += [value.decode() if isinstance(value, bytes) else str(value) for value in values]
    return found
