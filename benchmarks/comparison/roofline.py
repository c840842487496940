"""What the machine can do: the peak of matrix products, and the bandwidth of its memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from chainrule.documents import Table
from comparison.peers.textbook import NUMPY, blas_threads
from comparison.processes import PeerProcesses

__all__ = ["Roofline", "copy_bandwidth", "measure_roofline", "roofline_tables", "sgemm_peak"]

_REPEATS = 5
_SECONDS = 120.0


@dataclass(frozen=True)
class Roofline:
    """The best of several tries, on one thread and on all.

    Args:
        threads: how many all are.
        sgemm: float32 matrix products on one and on all threads, flops a second.
        copy: bytes read and written a second on one and on all threads.
    """

    threads: int
    sgemm: tuple[float, float]
    copy: tuple[float, float]


def sgemm_peak(threads: int, size: int = 2048) -> float:
    """Flops a second of NumPy's float32 product of two square matrices, the best of several.

    Args:
        threads: for BLAS.
        size: rows and columns.
    """
    blas_threads(threads)
    a = np.random.default_rng(0).standard_normal((size, size), dtype=np.float32)
    out = np.empty_like(a)
    return 2 * size**3 / _least(lambda: np.matmul(a, a.T, out=out))


def copy_bandwidth(threads: int, megabytes: int = 256) -> float:
    """Bytes a second of copying arrays too large for any cache, reads and writes both counted.

    Args:
        threads: each copies a part.
        megabytes: size of the array.
    """
    source = np.ones(megabytes * 250_000, np.float32)
    target = np.zeros_like(source)
    parts = list(zip(np.array_split(target, threads), np.array_split(source, threads), strict=True))
    with ThreadPoolExecutor(threads) as pool:
        return 2 * source.nbytes / _least(lambda: list(pool.map(_copy, parts)))


def _copy(pair: tuple[np.ndarray, np.ndarray]) -> None:
    np.copyto(*pair)


def _least(action: Callable[[], object]) -> float:
    """The least time of several calls, the first left out."""
    taken = []
    for _ in range(_REPEATS + 1):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return min(taken[1:])


def measure_roofline(processes: PeerProcesses, threads: int, quick: bool = False) -> Roofline:
    """Measure in NumPy's own process, where BLAS has its best kernels.

    Args:
        processes: the processes.
        threads: how many all are.
        quick: whether smaller arrays will do.

    Raises: PeerError.
    """
    worker = processes.worker(NUMPY)
    size, megabytes = (1024, 64) if quick else (2048, 256)
    ask = partial(worker.ask, seconds=_SECONDS)
    sgemm = [ask("sgemm", threads=n, size=size) for n in (1, threads)]
    copy = [ask("copy", threads=n, megabytes=megabytes) for n in (1, threads)]
    return Roofline(threads, (sgemm[0], sgemm[1]), (copy[0], copy[1]))


def roofline_tables(found: Roofline) -> tuple[Table, ...]:
    """The figures as a table."""
    rows = (
        ("float32 matrix product, GFLOP/s", *(f"{f / 1e9:.0f}" for f in found.sgemm)),
        ("copy, GB/s read and written", *(f"{f / 1e9:.1f}" for f in found.copy)),
    )
    header = ("what", "1 thread", f"{found.threads} threads")
    return (Table("What the machine can do", header, rows, "The best of five tries."),)
