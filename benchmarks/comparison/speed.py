"""How long each peer takes for an example, case after case."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from functools import partial

from comparison.agreement import Truth, compute_truth, saved_distance, steps_to_check, tolerance
from comparison.bench_settings import EPOCH_SECONDS, WARM_SECONDS, Bench
from comparison.cases import Case
from comparison.peers.contract import Peer
from comparison.processes import PeerError, Worker
from comparison.rounds import Spread, Turns, measure_in_turn, ratio, spread
from comparison.workload import write_job

__all__ = ["OTHER", "SAME", "WRONG", "CaseResult", "SpeedRow", "measure_case", "measure_speed"]

SAME, OTHER, WRONG = "same", "not the same computation", "other numbers"
"""The same to float32 rounding; another one, as the peer's table says; neither."""

_MICRO = 1e6
_OURS = "chainrule"


@dataclass(frozen=True)
class SpeedRow:
    """One peer in one case.

    Args:
        peer: its name.
        title: its name in tables.
        note: why it was not measured, or what it computes otherwise; empty for nothing.
        micros: microseconds an example, over the rounds; None where it was not measured.
        times: how many times as long as chainrule it takes, the median of the rounds' ratios.
        distance: of its weights from the truth, as a share of the way gone; None where they have
            another shape, or were not compared.
        agreement: SAME, OTHER or WRONG; empty where it was not compared.
        threads: how many it used: the quicker number, where it lets one choose.
    """

    peer: str
    title: str
    note: str = ""
    micros: Spread | None = None
    times: float | None = None
    distance: float | None = None
    agreement: str = ""
    threads: int | None = None


@dataclass(frozen=True)
class CaseResult:
    """All peers in one case.

    Args:
        case: its name.
        examples: an epoch.
        flops: for one example, as if no input were 0.
        rows: a row a peer.
        best: the quickest of the others, by its median; empty where there is none.
        ratio: how many times as long as chainrule the quickest other takes, round by round.
        share: chainrule's dense flops a second as a share of the machine's matrix products.
    """

    case: str
    examples: int
    flops: int
    rows: tuple[SpeedRow, ...]
    best: str = ""
    ratio: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class _Ready:
    """A peer that is warm and compared."""

    threads: int
    distance: float | None
    agreement: str
    note: str


def measure_speed(bench: Bench) -> tuple[CaseResult, ...]:
    """Time all peers in all cases."""
    return tuple(measure_case(bench, bench.limited(case)) for case in bench.settings.cases)


def measure_case(bench: Bench, case: Case) -> CaseResult:
    """Time all peers in one case, in turn."""
    write_job(bench.folder, case)
    truth = compute_truth(case, bench.folder)
    peers = [peer for peer in bench.peers if peer.start is not None]
    ready: dict[str, _Ready] = {}
    reasons: dict[str, str] = {}
    for peer in peers:
        bench.progress(f"{case.name}: {peer.title} warms up")
        try:
            ready[peer.name] = _made_ready(bench, peer, case, truth)
        except PeerError as reason:
            reasons[peer.name] = str(reason)
    bench.progress(f"{case.name}: {bench.settings.rounds} rounds")
    actions = {p.name: partial(_epoch, bench.processes.worker(p)) for p in peers if p.name in ready}
    turns = measure_in_turn(bench.settings.rounds, actions)
    reasons |= turns.failed
    rows = tuple(_row(peer, case, ready.get(peer.name), turns, reasons) for peer in peers)
    return _result(bench, case, rows, turns)


def _made_ready(bench: Bench, peer: Peer, case: Case, truth: Truth) -> _Ready:
    """Start, warm up and compare one peer."""
    bench.require(peer, case)
    worker, steps = bench.processes.worker(peer), steps_to_check(case)
    worker.ask("start", seconds=WARM_SECONDS, case=case.to_dict())
    threads = worker.ask("warm", seconds=WARM_SECONDS, checked=steps)
    worker.ask("check", seconds=WARM_SECONDS, steps=steps)
    distance = saved_distance(truth, bench.folder / f"{peer.name}.npz")
    worker.ask("restart", seconds=WARM_SECONDS)
    return _Ready(threads, distance, *_agreement(peer, case, distance))


def _agreement(peer: Peer, case: Case, distance: float | None) -> tuple[str, str]:
    """How the weights compare, and what to say of it."""
    known = peer.differs(case)
    if known:
        return OTHER, f"{OTHER} ({known})"
    allowed = tolerance(case)
    if distance is not None and distance <= allowed:
        return SAME, ""
    off = "weights of another shape" if distance is None else f"{distance:.1e} of the way off"
    return WRONG, f"{WRONG} ({off}, {allowed:g} allowed)"


def _epoch(worker: Worker, number: int) -> float:
    return float(worker.ask("epoch", seconds=EPOCH_SECONDS, number=number + 1))


def _row(
    peer: Peer, case: Case, ready: _Ready | None, turns: Turns, reasons: dict[str, str]
) -> SpeedRow:
    if ready is None or peer.name in reasons:
        return SpeedRow(peer.name, peer.title, note=reasons[peer.name])
    taken, ours = turns.taken[peer.name], turns.taken.get(_OURS)
    return SpeedRow(
        peer=peer.name,
        title=peer.title,
        note=ready.note,
        micros=spread(taken, _MICRO / case.examples),
        times=ratio(taken, ours) if ours else None,
        distance=ready.distance,
        agreement=ready.agreement,
        threads=ready.threads,
    )


def _result(bench: Bench, case: Case, rows: tuple[SpeedRow, ...], turns: Turns) -> CaseResult:
    """The rows with the quickest of the others and the share of the machine's peak."""
    result = CaseResult(case.name, case.examples, case.flops, rows)
    ours = turns.taken.get(_OURS)
    if not ours:
        return result
    rate = case.flops * case.examples / statistics.median(ours)
    result = replace(result, share=rate / max(bench.roofline.sgemm))
    others = _others(bench, rows)
    if not others:
        return result
    best = min(others, key=lambda row: statistics.median(turns.taken[row.peer]))
    rounds = [min(turns.taken[row.peer][r] for row in others) for r in range(len(ours))]
    return replace(result, best=best.title, ratio=ratio(rounds, ours))


def _others(bench: Bench, rows: tuple[SpeedRow, ...]) -> list[SpeedRow]:
    """The rows to compare with: not our own, nor those that are off by mistake.

    One that says what it computes otherwise does about the same work, and counts.
    """
    own = {peer.name for peer in bench.peers if peer.own}
    counted = (SAME, OTHER)
    return [row for row in rows if row.peer not in own and row.agreement in counted]
