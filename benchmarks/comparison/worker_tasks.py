"""The tasks of a peer's process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comparison.cases import Case
from comparison.many import many_seconds
from comparison.memory import peak_bytes
from comparison.peers.contract import Peer, Predictor, Session
from comparison.roofline import copy_bandwidth, sgemm_peak
from comparison.workload import load_job, save_tensors

__all__ = ["TASKS", "PeerState"]

Array = NDArray[Any]

_SETTLING = 0.15
"""Seconds to wait after a measurement: threads of BLAS spin for a tenth of a second after the last
product, which would take time from the peer that comes next."""
_TRIAL_SHARE = 4
"""The number of threads is chosen by a quarter of an epoch."""


@dataclass
class PeerState:
    """What a peer's process works on.

    Args:
        peer: which it is.
        folder: where arrays are handed over.
        threads: how many it may use.
    """

    peer: Peer
    folder: Path
    threads: int
    case: Case | None = None
    session: Session | None = None
    predictor: Predictor | None = None
    rows: dict[int, Array] = field(default_factory=dict)

    def begun(self) -> tuple[Case, Session]:
        """The case and the session under way."""
        assert self.case is not None, "start comes first"
        assert self.session is not None, "start comes first"
        return self.case, self.session


def _start(state: PeerState, case: dict[str, Any]) -> None:
    """Loads the job and begins a session; nothing is timed here."""
    assert state.peer.start is not None, "only peers that train are asked to"
    state.session = None  # the last one's arrays go before the next one's come
    state.case = Case.from_dict(case)
    state.session = state.peer.start(load_job(state.folder, state.case, state.threads))


def _warm(state: PeerState, checked: int) -> int:
    """Compiles and warms up, chooses the quicker number of threads, and returns it."""
    case, session = state.begun()
    for steps in (None, checked):
        session.restart()
        session.epoch(0, steps)
    if state.peer.threads is None or state.threads == 1:
        return state.threads
    trial = max(1, case.steps // _TRIAL_SHARE)
    taken = {n: _trial(state, session, n, trial) for n in (1, state.threads)}
    chosen = min(taken, key=lambda n: taken[n])
    state.peer.threads(chosen)
    return chosen


def _trial(state: PeerState, session: Session, threads: int, steps: int) -> float:
    """The shorter of two times of some steps on a number of threads."""
    assert state.peer.threads is not None
    state.peer.threads(threads)
    session.restart()
    return min(_timed(session, 0, steps) for _ in range(2))


def _check(state: PeerState, steps: int) -> None:
    """Train some steps from the first weights, and put the result into a file."""
    _, session = state.begun()
    session.restart()
    session.epoch(0, steps)
    save_tensors(state.folder / f"{state.peer.name}.npz", *session.parameters())


def _restart(state: PeerState) -> None:
    state.begun()[1].restart()


def _epoch(state: PeerState, number: int) -> float:
    """Train an epoch; the seconds that it took."""
    seconds = _timed(state.begun()[1], number, None)
    time.sleep(_SETTLING)
    return seconds


def _timed(session: Session, number: int, steps: int | None) -> float:
    began = time.perf_counter()
    session.epoch(number, steps)
    return time.perf_counter() - began


def _keep(state: PeerState) -> None:
    """Put the present weights into a file."""
    save_tensors(state.folder / f"{state.peer.name}.npz", *state.begun()[1].parameters())


def _prepare(state: PeerState, case: dict[str, Any], counts: list[int]) -> None:
    """Make a predictor and the rows that it will be asked for, and put its answers into a file."""
    assert state.peer.predictor is not None, "only peers that predict are asked to"
    job = load_job(state.folder, Case.from_dict(case), state.threads)
    state.predictor = state.peer.predictor(job)
    inputs = job.examples.floats
    state.rows = {n: np.ascontiguousarray(inputs[:n]) for n in counts}
    for rows in state.rows.values():  # one shape after the other, where that is compiled
        answers = state.predictor(rows)
    np.savez(state.folder / f"{state.peer.name}.npz", answers=np.asarray(answers))


def _predict(state: PeerState, rows: int, for_seconds: float) -> float:
    """The median time of predictions of a number of rows, repeated for some seconds."""
    assert state.predictor is not None, "prepare comes first"
    predict, given = state.predictor, state.rows[rows]
    taken: list[float] = []
    until = time.perf_counter() + for_seconds
    while time.perf_counter() < until or not taken:
        began = time.perf_counter()
        predict(given)
        taken.append(time.perf_counter() - began)
    time.sleep(_SETTLING)
    return float(np.median(taken))


def _threads(state: PeerState, number: int) -> None:
    """Set the number of threads, where that can still be done."""
    if state.peer.threads is not None:
        state.peer.threads(number)


def _memory(state: PeerState) -> int | None:
    return peak_bytes()


def _sgemm(state: PeerState, threads: int, size: int) -> float:
    return sgemm_peak(threads, size)


def _copy(state: PeerState, threads: int, megabytes: int) -> float:
    return copy_bandwidth(threads, megabytes)


def _many(state: PeerState, case: dict[str, Any], jobs: int, rounds: int) -> dict[str, list[float]]:
    job = load_job(state.folder, Case.from_dict(case), state.threads)
    return many_seconds(job, jobs, rounds)


TASKS: dict[str, Callable[..., Any]] = {
    "start": _start,
    "warm": _warm,
    "check": _check,
    "restart": _restart,
    "epoch": _epoch,
    "keep": _keep,
    "prepare": _prepare,
    "predict": _predict,
    "threads": _threads,
    "memory": _memory,
    "sgemm": _sgemm,
    "copy": _copy,
    "many": _many,
}
"""The tasks by the names that a line of input has."""
