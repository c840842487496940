"""MNIST, which comes with the package: 60,000 digits for training, 10,000 for testing."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Any

from numpy.typing import NDArray

from chainrule.data.cache import load_cached_array, store_array
from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.data.file_state import FileState, file_state
from chainrule.data.idx import array_digest, decode_idx
from chainrule.errors import FileError, IntegrityError
from chainrule.schema import ImageFormat, Schema, Target

__all__ = ["load_mnist", "mnist_states"]

_FOLDER = "embedded"
_UNLISTED = "in SHA256SUMS"
_REMEDY = "Install chainrule again"


def load_mnist() -> DatasetPair:
    """The MNIST digits as bytes, verified, without a download.

    The first call decompresses them and keeps them in the cache; later calls take them from there.

    Returns: 60,000 and 10,000 images of 28 x 28, with scale 1/255 and class names "0" to "9".
    Raises: FileError, IntegrityError if the package's own files are missing or damaged.

    Example:
        >>> len(load_mnist().test)
        10000
    """
    return DatasetPair(train=_part("train"), test=_part("t10k"))


def mnist_states() -> tuple[FileState, ...]:
    """Whether the package's files are here and intact.

    Raises: FileError for a file that cannot be read.
    """
    names = [name for name in _digests() if name.endswith(".xz")]
    with resources.as_file(resources.files(__package__).joinpath(_FOLDER)) as folder:
        return tuple(file_state(folder / name, _digests()[name]) for name in names)


_CLASSES = tuple("0123456789")
_SCHEMA = Schema(
    target=Target(names=("",), kind="classes", classes=_CLASSES),
    # ImageFormat.fit of the training images, which never change.
    image=ImageFormat(
        height=28,
        width=28,
        polarity="light on dark",
        paper_range=(0.0, 0.0),
        light_range=(0.049983600005507514, 0.2422870509326458),
        side=20.0,
        side_range=(20.0, 20.0),
        heights=(17.0, 20.0),
        widths=(7.950000000000088, 20.0),
        stroke=2.2665911663362626,
        centre=(14.001686555738127, 14.021378252872728),
        centre_range=0.7465115170664536,
    ),
)


def _part(prefix: str) -> Dataset:
    return Dataset(
        _array(f"{prefix}-images-idx3-ubyte"),
        _array(f"{prefix}-labels-idx1-ubyte"),
        scale=1 / 255,
        class_names=_CLASSES,
        name="mnist",
        source="mnist",
        schema=_SCHEMA,
    )


def _array(name: str) -> NDArray[Any]:
    digest = _digests().get(name, _UNLISTED)
    kept = load_cached_array(f"mnist-{name}", digest)
    if kept is not None:
        return kept
    content = _embedded(f"{name}.xz")
    _verify(f"{name}.xz", hashlib.sha256(content).hexdigest())
    array = decode_idx(content, name)
    _verify(name, array_digest(array))
    store_array(f"mnist-{name}", array)
    return array


@cache
def _digests() -> dict[str, str]:
    """The published SHA-256 of each file, compressed and decompressed, by name."""
    lines = _embedded("SHA256SUMS").decode("ascii", "replace").splitlines()
    parts = (line.partition("  ") for line in lines)
    return {name: digest for digest, _, name in parts}


def _embedded(name: str) -> bytes:
    try:
        return resources.files(__package__).joinpath(_FOLDER, name).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(
            name, expected="a file of the package", got=reason, remedy=_REMEDY
        ) from None


def _verify(name: str, digest: str) -> None:
    expected = _digests().get(name, _UNLISTED)
    if digest != expected:
        raise IntegrityError(
            name,
            expected=f"SHA-256 {expected}",
            got=digest,
            why="The package's own copy of MNIST is damaged",
            remedy=_REMEDY,
        )
