"""How kernels are compiled: the same options everywhere, cached on disk between processes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba as numba_module
from numba.core.event import Event, Listener, register

from chainrule.interrupts import holding_interrupts
from chainrule.kernels.code_cache import CodeCache, find_code_folder
from chainrule.storage import cache_folder

__all__ = ["announce", "entry", "inline_kernel", "kernel", "numba", "strict_kernel"]

numba: Any = numba_module
"""Numba tells type checkers less than it offers."""

F = TypeVar("F", bound=Callable[..., Any])

_LOG = logging.getLogger("chainrule")

# Not the full set: "nnan" and "ninf" would let the compiler drop the search for divergence.
_FASTMATH = {"contract", "reassoc", "nsz", "arcp"}

# Only other kernels call it: wrappers for Python would be compiled and never used.
_INNER = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


_CHOSEN = os.environ.get("NUMBA_CACHE_DIR")
_FOLDER = find_code_folder(Path(_CHOSEN) if _CHOSEN else cache_folder())


def entry(function: F) -> F:
    """Compile a function that Python calls, with all that it calls, and cache it on disk.

    The code takes no interpreter lock, checks no bounds and counts no references: kernels make
    views of arrays, never arrays. Division follows NumPy: by 0 it gives infinity.
    """
    compiled: Any = _compile(function, _FASTMATH)
    if compiled is not function:  # as it is where Numba is switched off
        compiled._cache = CodeCache(function, _FOLDER)
        compiled.compile = holding_interrupts(compiled.compile)
    return cast("F", compiled)


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
