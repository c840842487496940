"""Download of a published file from a list of mirrors, resumed and verified."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from chainrule.data.catalogue import Served
from chainrule.data.file_state import file_digest
from chainrule.data.http_transfer import transfer
from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import DownloadError

__all__ = ["Observer", "fetch_file", "is_offline"]

Observer = Callable[[str, int, int], None]
"""Called with a file's name, the bytes that are here, and the bytes there will be."""

_OFF = ("", "0", "false", "no", "off")


def is_offline(offline: bool | None) -> bool:
    """Whether downloads are switched off: by the argument or, where it is None, CHAINRULE_OFFLINE.

    Example:
        >>> is_offline(True)
        True
    """
    if offline is not None:
        return offline
    return os.environ.get("CHAINRULE_OFFLINE", "").strip().lower() not in _OFF


@contextmanager
def fetch_file(
    served: Served,
    mirrors: Sequence[str],
    home: Path | None,
    *,
    offline: bool | None = None,
    observe: Observer | None = None,
) -> Iterator[Path]:
    """A verified copy of a published file, fetched if it is not here.

    Args:
        served: the file's name, size and SHA-256.
        mirrors: addresses that end in "/", tried in order.
        home: the folder to keep it in; a copy put there by hand will do. Where it cannot be
            written, or is None, the file goes to a temporary folder and lasts for the block.
        offline: whether downloads are switched off; None for the setting of CHAINRULE_OFFLINE.
        observe: called after each piece.

    Raises: DownloadError that tells how to fetch by hand; FileError if the disk refuses.
    """
    stored = None if home is None else home / served.name
    if stored is not None and _is_intact(stored, served):
        yield stored
        return
    if is_offline(offline):
        raise _by_hand(
            served, mirrors, stored, [_describe_copy(stored), "downloads are switched off"]
        )
    with _writable(home) as folder, _locked(folder / served.name):
        path = folder / served.name
        # Another process may have fetched it while this one waited.
        if not _is_intact(path, served):
            _from_mirrors(served, mirrors, path, stored, observe)
        yield path


def _from_mirrors(
    served: Served,
    mirrors: Sequence[str],
    path: Path,
    stored: Path | None,
    observe: Observer | None,
) -> None:
    part = path.with_name(path.name + ".part")
    failures = []
    for mirror in mirrors:
        failure = transfer(mirror + served.name, part, served, observe)
        if not failure:
            with translate_errors(str(path), "a file that can be written"):
                part.replace(path)
            return
        failures.append(f"{mirror}{served.name}: {failure}")
    raise _by_hand(served, mirrors, stored, failures)


def _by_hand(
    served: Served, mirrors: Sequence[str], stored: Path | None, reasons: list[str]
) -> DownloadError:
    addresses = " or ".join(mirror + served.name for mirror in mirrors)
    place = f"put it at {stored}" if stored else "set CHAINRULE_CACHE to a folder to put it into"
    return DownloadError(
        served.name,
        expected=f"a file of {served.size} bytes with SHA-256 {served.digest}",
        got="; ".join(filter(None, reasons)),
        remedy=f"To download it by hand, take {addresses} and {place}",
    )


def _describe_copy(stored: Path | None) -> str:
    """What is in the file's place instead of it."""
    if stored is None or not stored.is_file():
        return "no copy here"
    return f"{stored.stat().st_size} bytes with SHA-256 {file_digest(stored)} at {stored}"


def _is_intact(path: Path, served: Served) -> bool:
    try:
        return path.stat().st_size == served.size and file_digest(path) == served.digest
    except OSError:
        return False


@contextmanager
def _writable(home: Path | None) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        if home is not None:
            home.mkdir(parents=True, exist_ok=True)
    if home is not None and home.is_dir() and os.access(home, os.W_OK | os.X_OK):
        yield home
        return
    with translate_errors(tempfile.gettempdir(), "a folder that can be written"):
        folder = tempfile.TemporaryDirectory(prefix="chainrule-")
    with folder as name:
        yield Path(name)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time, as two would write the same unfinished file."""
    import filelock

    lock = filelock.FileLock(f"{path}.lock")
    with translate_errors(str(path), "a file that can be locked"):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
