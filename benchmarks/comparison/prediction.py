"""How long predictions take: one row at a time, and ten thousand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Table
from chainrule.evaluation import MISSING, count_text
from comparison.bench_settings import EPOCH_SECONDS, WARM_SECONDS, Bench
from comparison.cases import PREDICTED, Case
from comparison.peers.contract import Peer
from comparison.peers.ours import reference_outputs
from comparison.processes import PeerError, Worker
from comparison.remarks import add_remarks
from comparison.rounds import Spread, Turns, measure_in_turn, ratio, spread
from comparison.workload import load_job, write_job

__all__ = [
    "MANY_ROWS",
    "PredictionResult",
    "PredictionRow",
    "measure_latency",
    "measure_rows",
    "prediction_tables",
]

MANY_ROWS = 10_000
_ALLOWED = 1e-5
"""How far a probability may be off in float32."""
_SECONDS, _QUICK_SECONDS = 0.5, 0.1
_MICRO = 1e6


@dataclass(frozen=True)
class PredictionRow:
    """One peer's predictions.

    Args:
        peer: its name.
        title: its name in tables.
        note: why it was not measured, or what is wrong with its answers; empty for nothing.
        micros: microseconds a call, the median of each round's calls, over the rounds.
        times: how many times as long as chainrule it takes, the median of the rounds' ratios.
        threads: how many it used: the quicker number, where it lets one choose.
    """

    peer: str
    title: str
    note: str = ""
    micros: Spread | None = None
    times: float | None = None
    threads: int | None = None


@dataclass(frozen=True)
class PredictionResult:
    """All peers that predict a number of rows per call."""

    case: str
    rows_a_call: int
    rows: tuple[PredictionRow, ...]


def measure_latency(bench: Bench) -> PredictionResult:
    """Measures one row per call."""
    return _measured(bench, 1)


def measure_rows(bench: Bench, count: int = MANY_ROWS) -> PredictionResult:
    """Measures ten thousand rows per call, or fewer."""
    return _measured(bench, count)


def _measured(bench: Bench, count: int) -> PredictionResult:
    case = PREDICTED.limited_to(MANY_ROWS + PREDICTED.batch_size)
    write_job(bench.folder, case)
    wanted = _truth(bench, case, count)
    peers = [peer for peer in bench.peers if peer.predictor is not None]
    ready, notes = {}, {}
    for peer in peers:
        bench.progress(f"prediction of {count_text(count)}: {peer.title}")
        try:
            ready[peer.name], notes[peer.name] = _made_ready(bench, peer, case, wanted)
        except PeerError as reason:
            notes[peer.name] = str(reason)
    seconds = _seconds(bench)
    actions = {
        peer.name: partial(_predict, bench.processes.worker(peer), count, seconds)
        for peer in peers
        if peer.name in ready
    }
    turns = measure_in_turn(bench.settings.rounds, actions)
    notes |= turns.failed
    rows = tuple(_row(peer, turns, notes[peer.name], ready.get(peer.name)) for peer in peers)
    return PredictionResult(case.name, count, rows)


def _row(peer: Peer, turns: Turns, note: str, threads: int | None) -> PredictionRow:
    taken, ours = turns.taken.get(peer.name), turns.taken.get("chainrule")
    return PredictionRow(
        peer=peer.name,
        title=peer.title,
        note=note,
        micros=spread(taken, _MICRO) if taken else None,
        times=ratio(taken, ours) if taken and ours else None,
        threads=threads,
    )


def _seconds(bench: Bench) -> float:
    return _QUICK_SECONDS if bench.settings.quick else _SECONDS


def _truth(bench: Bench, case: Case, count: int) -> NDArray[Any]:
    """The answers of the reference in float64."""
    job = load_job(bench.folder, case, threads=1)
    return reference_outputs(job, job.examples.floats[:count])


def _made_ready(bench: Bench, peer: Peer, case: Case, wanted: NDArray[Any]) -> tuple[int, str]:
    """Prepare a peer, choose its threads, and compare its answers."""
    bench.require(peer)
    worker, count = bench.processes.worker(peer), len(wanted)
    worker.ask("prepare", seconds=WARM_SECONDS, case=case.to_dict(), counts=[count])
    with np.load(bench.folder / f"{peer.name}.npz") as kept:
        off = float(np.abs(kept["answers"] - wanted).max())
    note = "" if off <= _ALLOWED else f"other numbers ({off:.1e} off, {_ALLOWED:g} allowed)"
    return _chosen(bench, peer, worker, count), note


def _chosen(bench: Bench, peer: Peer, worker: Worker, count: int) -> int:
    """The quicker number of threads, which is set."""
    most = bench.settings.threads
    if peer.threads is None or most == 1:
        return most
    taken = {}
    for number in (1, most):
        worker.ask("threads", seconds=EPOCH_SECONDS, number=number)
        taken[number] = _predict(worker, count, _QUICK_SECONDS, 0)
    chosen = min(taken, key=lambda number: taken[number])
    worker.ask("threads", seconds=EPOCH_SECONDS, number=chosen)
    return chosen


def _predict(worker: Worker, count: int, seconds: float, number: int) -> float:
    return float(worker.ask("predict", seconds=EPOCH_SECONDS, rows=count, for_seconds=seconds))


def prediction_tables(result: PredictionResult) -> tuple[Table, ...]:
    """The result as a table."""
    rows = tuple(_cells(row) for row in result.rows)
    plural = "s" * (result.rows_a_call != 1)
    title = f"Prediction of {count_text(result.rows_a_call)} row{plural} by {_shape(result)}"
    header = ("peer", "µs a call", "least", "greatest", "times", "threads")
    note = "From float32 rows in memory to probabilities in a NumPy array."
    remarks = ((row.title, row.note) for row in result.rows)
    return (Table(title, header, rows, add_remarks(note, remarks)),)


def _shape(result: PredictionResult) -> str:
    return result.case.partition("/")[0]


def _cells(row: PredictionRow) -> tuple[str, ...]:
    if row.micros is None:
        return (row.title, *[MISSING] * 5)
    times = MISSING if row.times is None else f"{row.times:.2f}"
    found = (row.micros.median, row.micros.low, row.micros.high)
    return (row.title, *(f"{m:,.1f}" for m in found), times, str(row.threads))
