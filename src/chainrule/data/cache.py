"""The cache of decoded arrays: verified when it is read, and never required.

They lie in the folder that `storage.cache_folder` names. Each file is an array in NumPy's .npy
format, followed by the 32 bytes of its `array_digest`.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.idx import array_digest
from chainrule.data.numpy_files import read_npy_stream
from chainrule.data.untrusted_files import open_decompressed
from chainrule.errors import ChainruleError
from chainrule.storage import cache_folder

__all__ = ["load_cached_array", "store_array"]

_DIGEST_SIZE = 32


def load_cached_array(name: str, digest: str | None = None) -> NDArray[Any] | None:
    """Return an array from the cache, or None if it is missing or damaged.

    Args:
        name: the name under which it was stored.
        digest: the `array_digest` that it must have; None takes the one recorded in the file,
            which finds damage but not a file made by others.
    """
    path = _path(name)
    if path is None:
        return None
    try:
        with open_decompressed(path) as file:
            array = read_npy_stream(file, str(path))
            recorded = file.read(_DIGEST_SIZE + 1).hex()
        intact = array_digest(array) == recorded == (digest or recorded)
    except ChainruleError:
        return None
    return array if intact else None


def store_array(name: str, array: NDArray[Any]) -> None:
    """Store an array for `load_cached_array`; do nothing if the folder cannot be written.

    Several processes may do so at once: each writes a file of its own and renames it.
    """
    path = _path(name)
    if path is None:
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, array)


def _path(name: str) -> Path | None:
    folder = cache_folder()
    return folder and folder / "arrays" / f"{name}.npy"


def _write(path: Path, array: NDArray[Any]) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.lib.format.write_array(file, array, allow_pickle=False)
            file.write(bytes.fromhex(array_digest(array)))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
