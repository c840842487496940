"""Atomic writing of files, and the cache folder."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from chainrule.errors import FileError

__all__ = [
    "STANDARD_STREAM",
    "append_durably",
    "cache_folder",
    "is_half_written",
    "is_replaceable",
    "make_folder",
    "names_in",
    "open_atomically",
    "open_regular",
    "read_bytes",
    "remove",
    "write_atomically",
]

STANDARD_STREAM = "-"
"""The path that stands for standard input or output."""

_ASIDE = ".part"
_LONGEST_PREFIX = 50
"""Characters of a file's name in the name of its unfinished form, which systems limit."""
_BINARY = getattr(os, "O_BINARY", 0)


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

    A symbolic link is followed, and a file that is replaced keeps its mode. What is not a regular
    file cannot be replaced: devices, pipes and standard output ("-") are written into.

    Raises: FileError; the old file is then untouched.
    """
    try:
        with _opened(path) as file:
            file.write(content)
    except OSError as error:
        raise _refused(Path(path), "a file that can be written", error) from None


def append_durably(path: str | Path, content: bytes, size: int) -> bool:
    """Add to the end of a regular file, if it has as many bytes as are known to be in it.

    What a crash leaves is the old content with a beginning of the new.

    Returns: whether the file was there with that size; else nothing was written.
    Raises: FileError; the file has its old size then, if the disk allows it.
    """
    try:
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            return False
        with Path(path).open("r+b", buffering=0) as file:
            _add(file, content, size)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _refused(Path(path), "a file that can be written", error) from None
    return True


def _add(file: FileIO, content: bytes, size: int) -> None:
    try:
        file.seek(size)
        written = 0
        while written < len(content):
            written += file.write(content[written:])
        os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            file.truncate(size)
        raise


@contextlib.contextmanager
def open_atomically(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file to write a content of any length; it takes the old one's place at the end.

    Links, devices, pipes and "-" are as for `write_atomically`.

    Raises: FileError for what goes wrong with the file; the old one is then untouched, and so it is
        if the caller's own code fails.
    """
    try:
        with _opened(path) as file:
            yield file
    except OSError as error:
        raise _refused(Path(path), "a file that can be written", error) from None


def is_replaceable(path: str | Path) -> bool:
    """Whether a path is that of a regular file, or of none yet; others are written into."""
    try:
        return stat.S_ISREG(Path(path).stat().st_mode) and _standard_stream(path) is None
    except OSError:
        return _standard_stream(path) is None


@contextlib.contextmanager
def _opened(path: str | Path) -> Iterator[BinaryIO]:
    """What a path names, open for writing."""
    stream = _standard_stream(path)
    if stream is not None:
        with _open_stream(stream) as file:
            yield file
        return
    # Where a link to standard output leads, as to /proc/self/fd/1, only the system can tell.
    with contextlib.suppress(FileNotFoundError):
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode):
            with os.fdopen(os.open(path, os.O_WRONLY | _BINARY), "wb") as file:
                yield file
            return
    with _replaced(Path(os.path.realpath(path))) as file:
        yield file


def _standard_stream(path: str | Path) -> int | None:
    """The descriptor of standard output or standard error if that is what a path names."""
    if str(path) == STANDARD_STREAM:
        return 1
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):  # noqa: PTH116
                return descriptor
    return None


@contextlib.contextmanager
def _open_stream(descriptor: int) -> Iterator[BinaryIO]:
    """Standard output or standard error, after all that was printed to it before.

    A reader that goes away, as `head` does, is not an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    with contextlib.suppress(BrokenPipeError), os.fdopen(os.dup(descriptor), "wb") as file:
        yield file


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    """A file aside that is moved to the path when it is whole."""
    before = None
    with contextlib.suppress(FileNotFoundError):
        before = path.stat()
    aside = path.parent / f".{path.name[:_LONGEST_PREFIX]}.{os.urandom(6).hex()}{_ASIDE}"
    # The system takes the umask from the mode of a new file.
    mode = 0o666 if before is None else stat.S_IMODE(before.st_mode) & 0o777
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            _give_owner(aside, before)
            aside.chmod(mode)
        aside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    _flush_folder(path.parent)


def _give_owner(path: Path, before: os.stat_result) -> None:
    """Give a file the owner of the one that it replaces, as far as the system lets us."""
    if hasattr(os, "chown") and (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(OSError):
            os.chown(path, before.st_uid, before.st_gid)


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


def open_regular(path: str | Path) -> BufferedReader:
    """Open a regular file to read. Pipes and devices are refused: they may wait or never end.

    Raises: OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | _BINARY | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.ESPIPE, "a pipe or device instead of a regular file", str(path))


def read_bytes(path: str | Path) -> bytes:
    """The content of a regular file.

    Raises: FileError.
    """
    try:
        with open_regular(path) as file:
            return file.read()
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
