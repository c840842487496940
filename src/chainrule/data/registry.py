"""Loading of a named data set: from the cache, from a copy on this machine, or from its mirrors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.cache import load_cached_array, store_array
from chainrule.data.catalogue import ArrayAt, NamedSet
from chainrule.data.content_limits import SIZE_LIMIT
from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.data.download import Observer, fetch_file
from chainrule.data.file_state import FileState, file_state
from chainrule.data.idx import array_digest, read_idx, read_idx_stream
from chainrule.data.image_assembly import image_schema
from chainrule.data.image_levels import ImageLevels
from chainrule.data.untrusted_files import decompress, open_archive, open_member
from chainrule.errors import ChainruleError, IntegrityError
from chainrule.storage import cache_folder

__all__ = ["download_states", "load_named"]


def load_named(
    named: NamedSet, *, offline: bool | None = None, observe: Observer | None = None
) -> DatasetPair:
    """A published set as bytes with scale 1/255, fetched if it is not here.

    Args:
        named: the set's record.
        offline: whether downloads are switched off; None for the setting of CHAINRULE_OFFLINE.
        observe: called after each piece that is downloaded.

    Raises: DownloadError, FileError, IntegrityError, DataError.
    """
    train_images, train_labels, test_images, test_labels = (
        _array(named, at, offline, observe) for at in named.arrays
    )
    train = _dataset(named, train_images, train_labels)
    schema = image_schema(train, ImageLevels())
    test = _dataset(named, test_images, test_labels)
    return DatasetPair(train=replace(train, schema=schema), test=replace(test, schema=schema))


def _dataset(named: NamedSet, images: NDArray[Any], labels: NDArray[Any]) -> Dataset:
    return Dataset(
        images,
        labels.astype(np.int64) - named.first_label,
        scale=1 / 255,
        class_names=named.class_names,
        name=named.name,
        source=named.name,
        _where=named.name,
    )


def _array(
    named: NamedSet, at: ArrayAt, offline: bool | None, observe: Observer | None
) -> NDArray[Any]:
    name = Path(at.member or at.served.name).name.partition("-ubyte")[0]
    key = f"{named.name}-{name}-{(at.digest or at.served.digest)[:16]}"
    kept = load_cached_array(key, at.digest or None)
    if kept is None:
        kept = _from_copy(named, at)
        if kept is None:
            with fetch_file(
                at.served, named.mirrors, _home(named), offline=offline, observe=observe
            ) as path:
                kept = _decode(path, at)
        if kept.ndim == 3 and not named.upright:
            kept = np.ascontiguousarray(kept.transpose(0, 2, 1))
        store_array(key, kept)
    return kept


def _home(named: NamedSet) -> Path | None:
    folder = cache_folder()
    return folder and folder / "downloads" / named.family


def _from_copy(named: NamedSet, at: ArrayAt) -> NDArray[Any] | None:
    """The array from a copy with the right content, however it is compressed."""
    if not at.digest:
        return None
    for folder in filter(None, (_home(named), *map(Path, named.folders))):
        for path in _spellings(folder / at.served.name):
            array = _read_intact(path, at.digest)
            if array is not None:
                return array
    return None


def _read_intact(path: Path, digest: str) -> NDArray[Any] | None:
    """The array in a file where it has this digest."""
    try:
        array = read_idx(path)
        return array if array_digest(array) == digest else None
    except ChainruleError:
        return None


def _spellings(path: Path) -> Iterator[Path]:
    yield path
    yield path.with_suffix("")
    yield path.with_suffix(".xz")


def _decode(path: Path, at: ArrayAt) -> NDArray[Any]:
    if at.member:
        with (
            open_archive(path) as opened,
            open_member(opened, at.member, str(path), SIZE_LIMIT) as stream,
        ):
            array = read_idx_stream(decompress(stream), f"{path}: {at.member}")
    else:
        array = read_idx(path)
    if at.digest and array_digest(array) != at.digest:
        raise IntegrityError(
            str(path), expected=f"content with SHA-256 {at.digest}", got=array_digest(array)
        )
    return array


def download_states(named: NamedSet) -> tuple[FileState, ...]:
    """Which of a set's downloaded files are here and intact.

    Raises: FileError for a file that cannot be read.
    """
    home = _home(named) or Path()
    return tuple(file_state(home / served.name, served.digest) for served in named.served)
