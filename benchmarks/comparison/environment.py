"""The environment of a peer's process: its number of threads, and no slowed library."""

from __future__ import annotations

import os
from collections.abc import Mapping

__all__ = ["available_threads", "peer_environment"]

_THREAD_VARIABLES = (
    "CHAINRULE_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NPROC",  # the size of XLA's pool
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
)
_HOLDING_BACK = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_DEBUG_CPU_TYPE")
"""What makes BLAS take other kernels than the processor's best, as tests do for equal bits."""


def available_threads() -> int:
    """Returns how many threads can run at once in this process."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def peer_environment(threads: int, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables with which a peer's process starts, before any library is loaded.

    Args:
        threads: how many the peer may use.
        given: the variables to begin with; None takes this process's own.

    Example:
        >>> found = peer_environment(2, {"HOME": "h", "OPENBLAS_CORETYPE": "Haswell"})
        >>> found["HOME"], found["OMP_NUM_THREADS"], "OPENBLAS_CORETYPE" in found
        ('h', '2', False)
    """
    kept = {k: v for k, v in (given or os.environ).items() if k not in _HOLDING_BACK}
    kept |= dict.fromkeys(_THREAD_VARIABLES, str(threads))
    several = "true" if threads > 1 else "false"
    flag = f"--xla_cpu_multi_thread_eigen={several}"
    return {**kept, "XLA_FLAGS": f"{kept.get('XLA_FLAGS', '')} {flag}".strip()}
