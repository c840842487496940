"""What the bits of a run depend on besides its settings: versions, processor, BLAS, compiler.

Sums of products are rounded in the order that vector instructions and BLAS kernels add them, so two
processors with other instructions may differ in the last digit. The number of threads is not among
it, since it does not change any bit.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["changed_conditions", "computing_conditions", "installed_version", "versions"]

_ARITHMETIC = ("amx", "avx", "f16c", "fma", "sse", "ssse", "xop")
"""Instructions of x86 processors that compute with floats; of other processors all are recorded."""
_X86 = ("x86_64", "AMD64", "i386", "i686")


@cache
def installed_version(package: str) -> str:
    """The version of an installed package; "none" where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


@cache
def _libc() -> str:
    """Name and version of the C library; the interpreter's file is searched for it."""
    return " ".join(platform.libc_ver()).strip() or "unknown"


def versions() -> dict[str, str]:
    """The software and machine that a run's bits may depend on."""
    return {
        "chainrule": installed_version("chainrule"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": installed_version("scipy"),
        "numba": installed_version("numba"),
        "llvmlite": installed_version("llvmlite"),
        "machine": platform.machine(),
        "system": platform.system(),
        "libc": _libc(),
    }


@cache
def computing_conditions(engine: str) -> dict[str, Any]:
    """What else the bits of a run by an engine depend on, as plain values.

    Args:
        engine: "compiled" or "reference", which compiles nothing.

    Returns: `blas`, the library of NumPy's matrix products, its version and kernel; `numpy_simd`,
        the instructions that NumPy's own loops use; and of the compiled engine `jit`, whether Numba
        compiles, and if it does `processor` and `instructions`, for which LLVM compiles, and
        `optimisation`, its settings.
    """
    simd = np.show_config(mode="dicts").get("SIMD Extensions", {})
    used = {*simd.get("baseline", ()), *simd.get("found", ())}
    found = {"blas": _blas(), "numpy_simd": sorted(used)}
    return {**found, **(_compiler() if engine == "compiled" else {})}


def _blas() -> str:
    """The BLAS library that NumPy has loaded, with the kernel that it chose for the processor."""
    from threadpoolctl import threadpool_info

    loaded = [one for one in threadpool_info() if one["user_api"] == "blas"]
    # SciPy brings a library of its own, if it is there by now.
    own = [one for one in loaded if "numpy" in Path(one["filepath"]).parent.name]
    for one in own or loaded:
        parts = one["internal_api"], one["version"], one.get("architecture")
        return " ".join(str(part) for part in parts if part)
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{built['name']} {built['version']}"


def _compiler() -> dict[str, Any]:
    """For what Numba compiles, and how."""
    import numba
    from numba.core.registry import cpu_target

    config: Any = numba.config  # whose names are made from the environment
    if config.DISABLE_JIT:
        return {"jit": False}
    _, processor, features = cpu_target.target_context.codegen().magic_tuple()
    names = [name[1:] for name in features.split(",") if name.startswith("+")]
    if platform.machine() in _X86:
        names = [name for name in names if name.startswith(_ARITHMETIC)]
    flags = ("NUMBA_OPT", "NUMBA_LOOP_VECTORIZE", "NUMBA_SLP_VECTORIZE")
    return {
        "jit": True,
        "processor": processor,
        "instructions": sorted(names),
        "optimisation": [f"{name}={os.environ[name]}" for name in flags if name in os.environ],
    }


def changed_conditions(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """In words what differs between two records of conditions, by the fields of the first.

    Args:
        then: as a run recorded it.
        now: as it is here.

    Example:
        >>> changed_conditions({"simd": ["AVX2", "FMA3"], "jit": True}, {"simd": ["AVX2"]})
        ('simd was with FMA3, is without', 'jit was true, is not known')
    """
    found = []
    for name, was in then.items():
        value = now.get(name)
        if was != value:
            found.append(f"{name} {_change(was, value)}")
    return tuple(found)


def _change(was: Any, value: Any) -> str:
    if not (isinstance(was, list) and isinstance(value, list)):
        return f"was {_text(was)}, is {_text(value)}"
    gone = ", ".join(map(str, (one for one in was if one not in value)))
    new = ", ".join(map(str, (one for one in value if one not in was)))
    parts = [f"was with {gone}, is without"] if gone else []
    parts += [f"was without {new}, is with"] if new else []
    return "; ".join(parts) or "has another order"


def _text(value: Any) -> str:
    if value is None:
        return "not known"
    return str(value).lower() if isinstance(value, bool) else str(value)
