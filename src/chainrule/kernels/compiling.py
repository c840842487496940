"""How kernels are compiled: the same options everywhere, cached on disk between processes."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba as numba_module
from numba.core.event import Event, Listener, register

from chainrule.storage import cache_folder

__all__ = ["announce", "cache_path", "entry", "inline_kernel", "kernel", "numba", "strict_kernel"]

numba: Any = numba_module
"""Numba tells type checkers less than it offers."""

F = TypeVar("F", bound=Callable[..., Any])

_LOG = logging.getLogger("chainrule")

_CACHE_BYTES = 4_000_000
"""Room that the compiled code of all entries may take."""

# Not the full set: "nnan" and "ninf" would let the compiler drop the search for divergence.
_FASTMATH = {"contract", "reassoc", "nsz", "arcp"}

# Only other kernels call it: wrappers for Python would be compiled and never used.
_INNER = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def cache_path(folder: Path | None) -> str:
    """Returns the folder for compiled code inside a cache, or "" if none can be written to.

    Numba compares only a kernel's own file with its compiled form, and not the files of the
    kernels that it calls; so the folder is named by the digest of all of them.

    Args:
        folder: the cache, or None for no cache.
    """
    if folder is None:
        return ""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    path = folder / "kernels" / digest.hexdigest()[:16]
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as probe:
            if not any(path.rglob("*.nbi")):
                # A disk that fills up while Numba writes would end the run.
                probe.write(b"\0" * _CACHE_BYTES)
        return str(path)
    except OSError:
        return ""


numba.config.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or cache_path(cache_folder())


def entry(function: F) -> F:
    """Compile a function that Python calls, with all that it calls, and cache it on disk.

    The code takes no interpreter lock, checks no bounds and counts no references: kernels make
    views of arrays, never arrays. Division follows NumPy: by 0 it gives infinity.
    """
    return _compile(function, _FASTMATH, cache=bool(numba.config.CACHE_DIR))


def announce(text: str) -> Callable[[F], F]:
    """Log a text when an entry is compiled; nothing is logged if the disk has its code.

    Args:
        text: the line to log.
    """

    def register_text(compiled: F) -> F:
        _ANNOUNCER.texts[getattr(compiled, "py_func", compiled)] = text
        return compiled

    return register_text


class _Announcer(Listener):
    """Logs that an entry is about to be compiled, once for each type of numbers."""

    def __init__(self) -> None:
        self.texts: dict[Callable[..., Any], str] = {}

    def on_start(self, event: Event) -> None:
        text = self.texts.get(event.data["dispatcher"].py_func)
        if text is not None:
            _LOG.info(text)

    def on_end(self, event: Event) -> None:
        """The interface of Numba asks for it; there is nothing to log."""


_ANNOUNCER = _Announcer()
register("numba:compile", _ANNOUNCER)


def kernel(function: F) -> F:
    """Compile a function that other kernels call.

    It becomes part of each caller. Compiled by itself it would exist twice, alone and within its
    caller, and which of the two runs, with which last digits, would depend on the cache.
    """
    return _compile(function, _FASTMATH, **_INNER)


def strict_kernel(function: F) -> F:
    """Compile a kernel whose arithmetic is not reordered: x - x is NaN if x is not finite."""
    return _compile(function, set(), **_INNER)


def inline_kernel(function: F) -> F:
    """Compile a long kernel with one caller: its text becomes part of the caller's.

    A chain of kernels would be compiled anew at every link; this one is compiled once.
    """
    return _compile(function, _FASTMATH, inline="always")


def _compile(function: F, fastmath: set[str], **more: Any) -> F:
    options = {"nogil": True, "error_model": "numpy", "boundscheck": False, "_nrt": False}
    compiled: F = numba.njit(fastmath=fastmath, **options, **more)(function)
    return compiled
