"""Atomic writing of files, and the cache folder."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from chainrule.errors import FileError

__all__ = [
    "cache_folder",
    "is_half_written",
    "make_folder",
    "names_in",
    "open_atomically",
    "read_bytes",
    "remove",
    "write_atomically",
]

_ASIDE = ".part"


def cache_folder() -> Path | None:
    """The folder for decoded arrays and downloads, which need not exist.

    Returns: the folder, or None if CHAINRULE_CACHE is not set and the user has no home.
    """
    chosen = os.environ.get("CHAINRULE_CACHE")
    if chosen:
        return Path(chosen).absolute()
    import platformdirs

    try:
        folder = Path(platformdirs.user_cache_dir("chainrule"))
    except RuntimeError:
        return None
    # Older versions give a folder called "~", which would be made where we stand.
    return folder if folder.is_absolute() else None


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file so that after a crash at any moment it is the old one or the new one.

    Raises: FileError; the old file is then untouched.
    """
    path = Path(path)
    try:
        _replace(path, content)
    except OSError as error:
        raise _refused(path, "a file that can be written", error) from None


@contextlib.contextmanager
def open_atomically(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file to write a content of any length; it takes the old one's place at the end.

    Raises: FileError for what goes wrong with the file; the old one is then untouched, and so it is
        if the caller's own code fails.
    """
    path = Path(path)
    try:
        with _replaced(path) as file:
            yield file
    except OSError as error:
        raise _refused(path, "a file that can be written", error) from None


def _replace(path: Path, content: bytes) -> None:
    with _replaced(path) as file:
        file.write(content)


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    """A file aside that is moved to the path when it is whole."""
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_ASIDE, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(aside).unlink()
        raise
    _flush_folder(path.parent)


def is_half_written(name: str) -> bool:
    """Whether a name is of a file that `write_atomically` had not yet moved into place."""
    return name.startswith(".") and name.endswith(_ASIDE)


def _flush_folder(folder: Path) -> None:
    """Make the new name itself survive a loss of power, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_bytes(path: str | Path) -> bytes:
    """The content of a file.

    Raises: FileError.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise _refused(Path(path), "a readable file", error) from None


def names_in(folder: str | Path) -> list[str]:
    """The names of what a folder holds, sorted; empty if there is no folder.

    Raises: FileError.
    """
    try:
        return sorted(path.name for path in Path(folder).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _refused(Path(folder), "a readable folder", error) from None


def remove(path: str | Path) -> None:
    """Remove a file; one that is gone already is fine.

    Raises: FileError.
    """
    try:
        Path(path).unlink(missing_ok=True)
    except OSError as error:
        raise _refused(Path(path), "a file that can be removed", error) from None


def make_folder(path: str | Path) -> Path:
    """Make a folder and those above it; one that is there already is fine.

    Raises: FileError.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(Path(path), "a folder that can be made", error) from None
    return Path(path)


def _refused(path: Path, expected: str, error: OSError) -> FileError:
    reason = error.strerror or type(error).__name__
    return FileError(str(path), expected=expected, got=reason, argument="path", value=str(path))
