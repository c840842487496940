"""How kernels are compiled: the same options everywhere, kept on disk between runs."""

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

__all__ = ["announced", "entry", "inlined", "kept_in", "kernel", "numba", "strict_kernel"]

numba: Any = numba_module
"""Numba tells type checkers less than it offers."""

F = TypeVar("F", bound=Callable[..., Any])

_LOG = logging.getLogger("chainrule")

_ROOM = 4_000_000
"""Bytes that compiled code may take."""

# Not the full set: "nnan" and "ninf" would let the compiler drop the search for divergence.
_FREEDOMS = {"contract", "reassoc", "nsz", "arcp"}

_INNER = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kept_in(folder: Path | None) -> str:
    """A folder inside another for compiled code, or "" where none can be written to.

    Numba looks only at a kernel's own file to see whether its compiled form is out of date, and
    not at those of the kernels that it calls; so the folder is named by the digest of them all.

    Args:
        folder: where; None for nowhere.
    """
    if folder is None:
        return ""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    kept = folder / "kernels" / digest.hexdigest()[:16]
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=kept) as probe:
            if not any(kept.rglob("*.nbi")):
                probe.write(b"\0" * _ROOM)  # a disk that fills up while Numba writes ends the run
        return str(kept)
    except OSError:
        return ""


numba.config.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or kept_in(cache_folder())


def entry(function: F) -> F:
    """Compile a function that Python calls, with all that it calls, and keep it on the disk.

    No lock of Python's, no bounds checks, no counts of references: kernels make views of arrays,
    never arrays. Division is NumPy's: by 0 it gives infinity.
    """
    return _compiled(function, _FREEDOMS, cache=bool(numba.config.CACHE_DIR))


def announced(text: str) -> Callable[[F], F]:
    """Let an entry say something when it is compiled, which it is not where the disk has it.

    Args:
        text: what is said.
    """

    def told(compiled: F) -> F:
        _ANNOUNCER.texts[getattr(compiled, "py_func", compiled)] = text
        return compiled

    return told


class _Announcer(Listener):
    """Says that an entry is about to be compiled: for each type of numbers once."""

    def __init__(self) -> None:
        self.texts: dict[Callable[..., Any], str] = {}

    def on_start(self, event: Event) -> None:
        text = self.texts.get(event.data["dispatcher"].py_func)
        if text is not None:
            _LOG.info(text)

    def on_end(self, event: Event) -> None:
        """Nothing is said."""


_ANNOUNCER = _Announcer()
register("numba:compile", _ANNOUNCER)


def kernel(function: F) -> F:
    """Compile a function that other kernels call.

    It becomes part of each that calls it: left by itself it would be compiled twice, and which of
    the two is run, with which last digits, would depend on what the disk had kept.
    """
    return _compiled(function, _FREEDOMS, **_INNER)


def strict_kernel(function: F) -> F:
    """The same, with the arithmetic as it is written: x - x stays NaN where x is not finite."""
    return _compiled(function, set(), **_INNER)


def inlined(function: F) -> F:
    """The same for a long function that one other calls: its text becomes part of the other's.

    A chain of kernels would be compiled anew at every link, this one is compiled once.
    """
    return _compiled(function, _FREEDOMS, inline="always")


def _compiled(function: F, freedoms: set[str], **how: Any) -> F:
    options = {"nogil": True, "error_model": "numpy", "boundscheck": False, "_nrt": False}
    compiled: F = numba.njit(fastmath=freedoms, **options, **how)(function)
    return compiled
