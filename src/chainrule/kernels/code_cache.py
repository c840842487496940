"""Compiled code between processes: in a folder of this user alone, each file with its digest.

Machine code that was damaged, or that somebody else wrote, would be executed. Numba's own cache
trusts what it finds; this one loads a file only from a folder that nobody else can write to, and
only if its digest is right.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import pickle
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numba as numba_module
from numba.core import caching, compiler, serialize

from chainrule.storage import write_atomically

__all__ = ["CodeCache", "CodeFolder", "find_code_folder"]

numba: Any = numba_module
_numba_caching: Any = caching
_numba_compiler: Any = compiler
_numba_serialize: Any = serialize

_LOG = logging.getLogger("chainrule")
_DIGEST_SIZE = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class CodeFolder:
    """The folder of compiled code.

    Args:
        path: the folder; None if none can be used.
        reason: why none can be used; otherwise "".
    """

    path: Path | None
    reason: str = ""


def find_code_folder(cache: Path | None) -> CodeFolder:
    """The folder of compiled code inside a cache; it is made if it does not exist.

    An entry is compiled together with the kernels that it calls, from many files; so the folder is
    named by the digest of all of them. A folder is used if it belongs to this user, and nobody else
    may enter it.

    Args:
        cache: the cache, or None for no cache.
    """
    if cache is None:
        return CodeFolder(None, "this user has no home")
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    path = cache / "kernels" / digest.hexdigest()[:16]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=stat.S_IRWXU, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        return CodeFolder(None, f"{path}: {error.strerror}")
    if hasattr(os, "geteuid") and (found.st_uid != os.geteuid() or found.st_mode & _OTHERS):
        return CodeFolder(None, f"{path} is open to other users")
    return CodeFolder(path)


class CodeCache(_numba_caching._Cache):  # type: ignore[misc]
    """The compiled forms of one function, as Numba asks for them.

    Args:
        function: what is compiled.
        folder: where its code is.
    """

    _reported: ClassVar[set[str]] = set()
    """What was reported already: once in a process is enough."""

    def __init__(self, function: Callable[..., Any], folder: CodeFolder) -> None:
        self._function = function
        self._source = Path(function.__code__.co_filename)
        typed = not self._source.is_file()
        self._folder = CodeFolder(None, f"{function.__name__} is in no file") if typed else folder

    @property
    def cache_path(self) -> str:
        """The folder, or "" if there is none."""
        return str(self._folder.path or "")

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code for arguments of these types, or None."""
        target_context.refresh()
        if self._folder.path is None:
            return None
        identity = self._identity(sig, target_context.codegen())
        path = self._path(self._folder.path, identity)
        if not path.is_file():
            return None
        try:
            payload = pickle.loads(_read_sealed(path, identity))  # sealed, and ours
            return _numba_compiler.CompileResult._rebuild(target_context, *payload)
        except Exception:
            self._report_once(
                "damaged",
                f"{path}: the compiled code is damaged. It is deleted and compiled again.",
            )
            with contextlib.suppress(OSError):
                path.unlink()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for arguments of these types, if there is room."""
        # Such code holds addresses of this process.
        if data.library.has_dynamic_globals:
            return
        if self._folder.path is None:
            self._report(self._folder.reason)
            return
        identity = self._identity(sig, data.codegen)
        payload = _numba_serialize.dumps(data._reduce())
        path = self._path(self._folder.path, identity)
        try:
            write_atomically(path, _digest(identity, payload) + payload)
        except OSError as error:
            self._report(str(error))

    def enable(self) -> None:
        """The interface of Numba asks for it; this cache is always on."""

    def disable(self) -> None:
        """The interface of Numba asks for it; this cache is always on."""

    def flush(self) -> None:
        """The interface of Numba asks for it; files of other sources are in other folders."""

    def _identity(self, sig: Any, codegen: Any) -> bytes:
        """All that the code follows from, but for the sources of the kernels."""
        line = self._function.__code__.co_firstlineno
        named = (self._function.__module__, self._function.__qualname__, line)
        versions = (numba.__version__, sys.implementation.cache_tag)
        digest = hashlib.sha256(self._source.read_bytes()).hexdigest()
        return repr((versions, named, digest, sig, codegen.magic_tuple())).encode()

    def _path(self, folder: Path, identity: bytes) -> Path:
        digest = hashlib.sha256(identity).hexdigest()
        return folder / f"{self._function.__name__}.{digest[:24]}.code"

    def _report(self, reason: str) -> None:
        self._report_once(
            "unwritable",
            f"Compiled code cannot be kept ({reason.rstrip('.')}), and each process compiles it "
            "again. Set CHAINRULE_CACHE to a folder of your own.",
        )

    def _report_once(self, what: str, text: str) -> None:
        if what not in self._reported:
            self._reported.add(what)
            _LOG.info(text)


def _digest(identity: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(b"%d:%b%b" % (len(identity), identity, payload)).digest()


def _read_sealed(path: Path, identity: bytes) -> bytes:
    """What stands behind the digest of a file.

    Raises: ValueError if the digest is wrong.
    """
    content = path.read_bytes()
    payload = content[_DIGEST_SIZE:]
    if content[:_DIGEST_SIZE] != _digest(identity, payload):
        raise ValueError(path)
    return payload
