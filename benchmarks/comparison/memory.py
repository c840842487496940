"""How much memory a training takes, in a fresh process for each peer."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

from chainrule.documents import Table
from chainrule.evaluation import MISSING
from comparison.bench_settings import EPOCH_SECONDS, WARM_SECONDS, Bench
from comparison.cases import PREDICTED
from comparison.peers.contract import Peer
from comparison.processes import PeerError, Worker
from comparison.remarks import add_remarks
from comparison.workload import write_job

__all__ = ["MemoryRow", "measure_memory", "memory_tables", "peak_bytes"]

_NOTE = "Peak resident memory of a fresh process; before: with only the benchmark's code loaded."
_STATUS = Path("/proc/self/status")


def peak_bytes() -> int | None:
    """Returns the peak memory of this process in bytes, or None if the system does not tell."""
    with contextlib.suppress(OSError):
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return None
    import resource

    # Elsewhere than on Linux; there it would count the memory of the process that started this one.
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


@dataclass(frozen=True)
class MemoryRow:
    """What one peer took.

    Args:
        peer: its name.
        title: its name in tables.
        idle: the peak before the library was loaded, in bytes.
        peak: the peak after an epoch, in bytes; None where it could not be measured.
        note: why not.
    """

    peer: str
    title: str
    idle: int | None = None
    peak: int | None = None
    note: str = ""


def measure_memory(bench: Bench) -> tuple[MemoryRow, ...]:
    """The peaks of a training of one epoch, peer after peer."""
    return tuple(_row(bench, peer) for peer in bench.peers if peer.start is not None)


def _row(bench: Bench, peer: Peer) -> MemoryRow:
    case = bench.limited(PREDICTED)
    bench.progress(f"memory: {peer.title}")
    try:
        bench.require(peer, case)
        write_job(bench.folder, case)
        with bench.processes.fresh(peer) as worker:
            idle, peak = _peaks(worker, case.to_dict())
    except PeerError as reason:
        return MemoryRow(peer.name, peer.title, note=str(reason))
    return MemoryRow(peer.name, peer.title, idle, peak)


def _peaks(worker: Worker, case: dict[str, object]) -> tuple[int | None, int | None]:
    idle = worker.ask("memory", seconds=WARM_SECONDS)
    worker.ask("start", seconds=WARM_SECONDS, case=case)
    worker.ask("epoch", seconds=WARM_SECONDS + EPOCH_SECONDS, number=0)
    return idle, worker.ask("memory", seconds=EPOCH_SECONDS)


def memory_tables(rows: tuple[MemoryRow, ...]) -> tuple[Table, ...]:
    """The rows as a table."""
    texts = tuple((r.title, _megabytes(r.idle), _megabytes(r.peak)) for r in rows)
    return (
        Table(
            f"Memory: one epoch of {PREDICTED.name}",
            ("peer", "before, MB", "peak, MB"),
            texts,
            add_remarks(_NOTE, ((r.title, r.note) for r in rows)),
        ),
    )


def _megabytes(count: int | None) -> str:
    return MISSING if count is None else f"{count / 1e6:,.0f}"
