"""How kernels are compiled: the same options everywhere, kept on disk between runs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba as numba_module

from chainrule.storage import cache_folder

__all__ = ["is_compiled", "kept_in", "kernel", "numba", "strict_kernel"]

numba: Any = numba_module
"""Numba tells type checkers less than it offers."""

F = TypeVar("F", bound=Callable[..., Any])

_ROOM = 4_000_000
"""Bytes that compiled code may take."""

# Not the full set: "nnan" and "ninf" would let the compiler drop the search for divergence.
_FREEDOMS = {"contract", "reassoc", "nsz", "arcp"}


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


def kernel(function: F) -> F:
    """Compile a function without Python's lock, bounds checks or counts of references.

    Division is NumPy's: by 0 it gives infinity. Kernels make views of arrays, never arrays. A
    kernel that another calls becomes part of it: left by itself it would be compiled twice, and
    which of the two is run, with which last digits, would depend on what the disk had kept.
    """
    return _compiled(function, _FREEDOMS)


def strict_kernel(function: F) -> F:
    """The same, with the arithmetic as it is written: x - x stays NaN where x is not finite."""
    return _compiled(function, set())


def _compiled(function: F, freedoms: set[str]) -> F:
    options = {
        "nogil": True,
        "cache": bool(numba.config.CACHE_DIR),
        "error_model": "numpy",
        "boundscheck": False,
    }
    compiled: F = numba.njit(**options, fastmath=freedoms, forceinline=True, _nrt=False)(function)
    return compiled


def is_compiled() -> bool:
    """Whether compiled code is on the disk already, or none is needed."""
    folder = numba.config.CACHE_DIR
    return bool(numba.config.DISABLE_JIT) or bool(folder and any(Path(folder).rglob("*.nbi")))
